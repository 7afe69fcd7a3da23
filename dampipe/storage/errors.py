"""Error codes of the storage port, the registry and search by vector; blobs and indexes have their own modules."""

from dampipe.kernel.errors import ErrorCode

NO_CURRENT_STORAGE = ErrorCode(
    "storage.none_current",
    "no storage is set in this context",
    "Wrap the call in `with use_storage(engine):`.",
)
NO_VECTORS = ErrorCode(
    "storage.no_vectors", "{backend} does not store vectors", "Use a storage backend that stores vectors."
)

BACKEND_UNKNOWN = ErrorCode(
    "storage.backend_unknown",
    "there is no storage backend {kind!r} for {role}, only {known}",
    "Use one of these names.",
)
NO_BACKENDS = ErrorCode(
    "storage.no_backends",
    "there is no storage backend {kind!r} for {role}, since none is registered",
    "Install dampipe; from a checkout with `pip install -e .`.",
)
BACKEND_CONFIG_INVALID = ErrorCode(
    "storage.config_invalid", "storage backend {kind!r}: {problem}", "Correct its configuration."
)
BACKEND_PACKAGE_MISSING = ErrorCode(
    "storage.package_missing",
    "storage backend {kind!r} needs a package that is not installed: {package}",
    "Install it with `{command}`.",
)
BACKEND_IMPORT_FAILED = ErrorCode(
    "storage.import_failed", "storage backend {kind!r} cannot be imported: {reason}"
)
BACKEND_NOT_A_CATALOG = ErrorCode(
    "storage.not_a_catalog",
    "the storage backend {kind!r} is not a catalogue of videos and vectors",
    "Name such a catalogue, `media-db` or `memory`.",
)

FILE_NOT_FOUND = ErrorCode("storage.file_not_found", "there is no file {path}", "Check the path.")
SHA1_INVALID = ErrorCode(
    "storage.sha1_invalid",
    "{sha1!r} is not a valid SHA-1",
    "Give 40 hexadecimal digits in lower case.",
)
SHA1_TOO_SHORT = ErrorCode(
    "storage.sha1_too_short", "{sha1!r} is too short", "Give at least 4 digits of the SHA-1."
)
SHA1_AMBIGUOUS = ErrorCode(
    "storage.sha1_ambiguous", "the SHA-1 of {count} videos begins with {sha1}", "Give more digits."
)
VIDEO_NOT_FOUND = ErrorCode(
    "storage.video_not_found", "no video has the SHA-1 {sha1}", "List the videos to see which exist."
)

VECTORS_SHAPE = ErrorCode(
    "vectors.shape",
    "{times} times need an array of as many vectors, not one of shape {shape}",
    "Give one row per time.",
)
VECTORS_NOT_NORMALISED = ErrorCode(
    "vectors.not_normalised", "a vector does not have length 1", "Divide each vector by its length."
)
VECTORS_DIMENSION = ErrorCode(
    "vectors.dimension",
    "{model} has vectors of {stored} dimensions, not {dimension}",
    "Use the model that made the stored vectors.",
)
QUERY_INVALID = ErrorCode(
    "vectors.query_invalid",
    "the query is not a finite vector with a length above 0",
    "Give an array of shape (dimension,).",
)

INDEX_NOT_CONFIGURED = ErrorCode(
    "index.not_configured",
    "no vector index is configured",
    "Set `vectors` to a backend, `faiss` for example.",
)
INDEX_UNAVAILABLE = ErrorCode("index.unavailable", "the vector index cannot be used: {reason}")
INDEX_NOT_BUILT = ErrorCode(
    "index.not_built",
    "the vector index is not built yet",
    "A worker of the queue `index` builds it. Try again in a few minutes.",
)
INDEX_REQUIRED = ErrorCode(
    "index.required",
    "there are too many vectors to search without an index: {reason}",
    "A worker of the queue `index` repairs a damaged index. Otherwise correct what the message says.",
)
INDEX_WRITE_LOST = ErrorCode(
    "index.write_lost", "the vector index of {model} did not store the vectors that were added"
)
