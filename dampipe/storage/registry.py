"""Backends by name: catalogue, vectors and blobs alike are entry points of the group `dampipe.storage`.

A backend is a class with `from_config(config) -> backend`; a package that declares one in its own
pyproject is found like ours:

    [project.entry-points."dampipe.storage"]
    mystore = "mypackage.store:MyStore"
"""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from pydantic import ValidationError

from dampipe.kernel.errors import InvalidInput

GROUP = "dampipe.storage"

EXTRAS = {
    "psycopg": "postgres",
    "s3fs": "s3",
    "smbprotocol": "smb",
    "paramiko": "sftp",
    "pgvector": "pgvector",
    "pymilvus": "milvus",
    "weaviate": "weaviate",
}
"""Which extra of dampipe brings a module that is optional."""


def get_storage_backend(kind: str, config: Mapping[str, object]) -> object:
    """The backend of that kind, set up from `config`: a StorageEngine, a VectorStorage or a BlobStore.

    Raises `InvalidInput` for an unknown kind (listing those that exist), for a configuration that the
    backend does not take (naming the key), and where a package it needs is missing (naming the extra).
    """
    known = _known()
    if kind not in known:
        raise InvalidInput(
            f"there is no storage backend {kind!r}, only {', '.join(sorted(known)) or 'none at all'}",
            hint="" if known else "install dampipe, from a checkout with `pip install -e .`",
        )
    try:
        backend: object = known[kind].load().from_config(config)
    except ValidationError as error:
        raise InvalidInput(f"storage backend {kind!r}: {_first(error)}") from error
    except ImportError as error:
        raise missing(kind, error) from error
    return backend


def missing(kind: str, error: ImportError) -> InvalidInput:
    """What to say where a backend's package is not installed."""
    module = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(module)
    return InvalidInput(
        f"storage backend {kind!r} needs a package that is not installed: {module or error}",
        hint=f"pip install 'dampipe[{extra}]'" if extra else f"pip install {module}" if module else "",
    )


def _known() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(map(str, problem["loc"])) or "configuration"
    if problem["type"] == "extra_forbidden":
        return f"it knows no {key!r}"
    if problem["type"] == "missing":
        return f"{key!r} is missing"
    return f"{key!r}: {problem['msg']}"
