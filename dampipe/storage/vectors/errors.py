"""Error codes of vector indexes. `index` is the folder, table or server of the index."""

from dampipe.kernel.errors import ErrorCode

INDEX_BUSY = ErrorCode("index.busy", "another process is writing the vector index {index}")
INDEX_REPLACED = ErrorCode("index.replaced", "another process has replaced the collection {collection}")
INDEX_CHANGING = ErrorCode("index.changing", "the vector index {index} changes faster than it can be opened")
INDEX_COLLECTION_GONE = ErrorCode("index.collection_gone", "the collection {collection} no longer exists")
INDEX_DAMAGED = ErrorCode("index.damaged", "the vector index {index} is damaged: {reason}")
INDEX_LACKS_OWNERS = ErrorCode(
    "index.lacks_owners",
    "the vector index {index} was written by an older version and cannot be restricted to some assets yet",
    "A worker of the queue `index` completes it. Try again in a few minutes.",
)
INDEX_CANNOT_MASK = ErrorCode(
    "index.cannot_mask",
    "the vector index {backend} cannot be restricted to some assets",
    "Set `vectors` to a backend that can: `faiss`, `pgvector`, `milvus` or `weaviate`.",
)
INDEX_NO_MEMORY = ErrorCode("index.no_memory", "not enough memory for the vector index {index}")
INDEX_DISK_FULL = ErrorCode(
    "index.disk_full", "no space left for the vector index {index}", "Free some space and try again."
)
INDEX_UNREACHABLE = ErrorCode("index.unreachable", "the vector index {index} cannot be reached: {reason}")
INDEX_FAILED = ErrorCode("index.failed", "the vector index {index} failed: {reason}")
INDEX_OTHER_DIMENSION = ErrorCode(
    "index.other_dimension",
    "the vector index {index} holds vectors of dimension {stored}, not {dimension}",
    "Give each model an index name of its own.",
)
INDEX_OTHER_MODEL = ErrorCode(
    "index.other_model",
    "{index} holds vectors of {stored_model} with dimension {stored}, not of {model} with dimension {dimension}",
    "Give each model a folder of its own.",
)
INDEX_OPTIONS_INVALID = ErrorCode(
    "index.options_invalid", "setting 'vectors_options': {problem}", "For example: {example}"
)

FAISS_UNAVAILABLE = ErrorCode(
    "index.faiss_unavailable", "FAISS cannot be loaded: {reason}", "Install it with `pip install faiss-cpu`."
)

PGVECTOR_GRAPH_DIMENSIONS = ErrorCode(
    "index.pgvector_graph_dimensions",
    "the HNSW graph of pgvector takes at most {most} dimensions, not {dimension}",
    "Set `hnsw` to false in `vectors_options`.",
)
PGVECTOR_SETUP_FAILED = ErrorCode(
    "index.pgvector_setup_failed",
    "pgvector cannot be set up in {index}: {reason}",
    "Install pgvector on the server and let an administrator run CREATE EXTENSION vector.",
)

WEAVIATE_TOO_OLD = ErrorCode(
    "index.weaviate_too_old", "Weaviate at {index}: {reason}", "Update the Weaviate server to 1.29 or newer."
)
WEAVIATE_DENIED = ErrorCode(
    "index.weaviate_denied", "Weaviate at {index}: {reason}", "Set `api_key` in `vectors_options`."
)
WEAVIATE_DISK_FULL = ErrorCode(
    "index.weaviate_disk_full", "Weaviate at {index}: {reason}", "Free some space on the server."
)
WEAVIATE_GRPC_UNREACHABLE = ErrorCode(
    "index.weaviate_grpc_unreachable",
    "Weaviate at {index} answers, but its gRPC port {address} does not: {reason}",
    "Set `grpc` in `vectors_options` to its host and port.",
)
