"""The registry of storage backends: entry points of the groups `dampipe.storage.<role>`, by name.

A role says what is stored: `catalogue`, `vectors`, `derivatives` or `footage`. One name may have several roles: `s3` is
a place of footage and of derivatives. A backend is a class with `from_config(config) -> backend`. Other packages
register theirs in pyproject.toml:

    [project.entry-points."dampipe.storage.footage"]
    mystore = "mypackage.store:MyStore"
"""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError

from dampipe.kernel.errors import InvalidInput
from dampipe.storage.errors import (
    BACKEND_CONFIG_INVALID,
    BACKEND_IMPORT_FAILED,
    BACKEND_PACKAGE_MISSING,
    BACKEND_UNKNOWN,
    NO_BACKENDS,
)

Role: TypeAlias = Literal["catalogue", "vectors", "derivatives", "footage"]
GROUP = "dampipe.storage."
"""Followed by the role."""

EXTRAS = {
    "psycopg": "postgres",
    "s3fs": "s3",
    "boto3": "s3",
    "botocore": "s3",
    "smbprotocol": "smb",
    "smbclient": "smb",
    "paramiko": "sftp",
    "webdav4": "webdav",
    "keyring": "keyring",
    "pgvector": "pgvector",
    "pymilvus": "milvus",
    "weaviate": "weaviate",
}
"""The extra of dampipe that installs an optional module."""


def get_storage_backend(kind: str, config: Mapping[str, object], role: Role = "catalogue") -> object:
    """Create the backend registered as `kind` in a role.

    By role it is a StorageEngine (`catalogue`), a VectorStorage (`vectors`), a BlobStore (`derivatives`) or a FileStore
    (`footage`).

    Raises `InvalidInput` for an unknown kind (the message lists all kinds), for a configuration that the backend
    rejects (it names the key), and if a package is missing (the remedy names the extra).
    """
    made = backend_class(kind, role)
    try:
        backend: object = made.from_config(config)
    except ValidationError as error:
        raise InvalidInput(BACKEND_CONFIG_INVALID, kind=kind, problem=_problem(error)) from error
    except ImportError as error:
        raise missing_package(kind, error) from error
    return backend


def kinds(role: Role) -> frozenset[str]:
    """The names registered in a role."""
    return frozenset(_known(role))


def backend_class(kind: str, role: Role) -> Any:
    """The class registered as `kind` in a role. Raises `InvalidInput` if there is none or a package is missing."""
    known = _known(role)
    if kind not in known:
        code = BACKEND_UNKNOWN if known else NO_BACKENDS
        raise InvalidInput(code, kind=kind, role=role, known=", ".join(sorted(known)))
    try:
        return known[kind].load()
    except ImportError as error:
        raise missing_package(kind, error) from error


def missing_package(kind: str, error: ImportError) -> InvalidInput:
    """The error for a backend that cannot be imported, with the command that installs its package."""
    module = (error.name or "").partition(".")[0]
    if not module:
        return InvalidInput(BACKEND_IMPORT_FAILED, kind=kind, reason=str(error))
    requirement = f"'dampipe[{EXTRAS[module]}]'" if module in EXTRAS else module
    return InvalidInput(
        BACKEND_PACKAGE_MISSING, kind=kind, package=module, command=f"pip install {requirement}"
    )


def _known(role: Role) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP + role)}


def _problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(map(str, problem["loc"])) or "configuration"
    if problem["type"] == "extra_forbidden":
        return f"unknown key {key!r}"
    if problem["type"] == "missing":
        return f"{key!r} is missing"
    return f"{key!r}: {problem['msg']}"
