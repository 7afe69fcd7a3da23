"""Which revision of a hub repository this home folder uses, and the checksums of its files.

A hub may change what a name stands for. The first use of a repository records its commit and the SHA-256 of each file
in `models.json` in the home folder; from then on the same commit is used, and a file that differs is refused. A
download is also compared with the checksum that the hub gives for it, which is the name of the file in the cache.
"""

import fcntl
import hashlib
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from dampipe.kernel.errors import Unavailable
from dampipe.kernel.home import home_folder
from dampipe.kernel.private_files import open_private
from dampipe.vision.errors import WEIGHTS_CHANGED, WEIGHTS_NOT_AS_PUBLISHED

log = logging.getLogger(__name__)

_SHA256, _SHA1 = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{40}")


class RecordedFile(BaseModel):
    """One file of a repository."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    size: int
    mtime_ns: int
    """Of the file in the cache when it was last read; while it stays, the file is not read again."""


class Recorded(BaseModel):
    """One repository at one revision."""

    model_config = ConfigDict(frozen=True)

    commit: str
    files: Mapping[str, RecordedFile] = {}


def record_file() -> Path:
    """Where it is all recorded."""
    return home_folder() / "models.json"


def recorded(repository: str) -> Recorded | None:
    """What is recorded of a repository; None before its first use."""
    return _read().get(repository)


def verify(repository: str, commit: str, files: Mapping[str, Path]) -> None:
    """Check files of a repository, by their name there, and record what is new about them.

    Raises Unavailable for a file that is not what the hub published, or not what was recorded at its first use. Such a
    file is deleted from the cache in the first case, so that the next attempt downloads it again.
    """
    known = recorded(repository)
    same_commit = known is not None and known.commit == commit
    before = known.files if known is not None and same_commit else {}
    found: dict[str, RecordedFile] = {}
    for name, path in files.items():
        status = path.stat()
        old = before.get(name)
        if old is not None and (old.size, old.mtime_ns) == (status.st_size, status.st_mtime_ns):
            continue
        sha256 = _published(repository, path)
        if old is not None and old.sha256 != sha256:
            raise Unavailable(
                WEIGHTS_CHANGED, path=path, repository=repository, commit=commit, record=record_file()
            )
        found[name] = RecordedFile(sha256=sha256, size=status.st_size, mtime_ns=status.st_mtime_ns)
    if found:
        _record(repository, Recorded(commit=commit, files={**before, **found}))


def _published(repository: str, path: Path) -> str:
    """The SHA-256 of a file, after comparing it with the name that the cache gives it: the hub's own checksum."""
    size = path.stat().st_size
    sha256, blob, plain = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size), hashlib.sha1()
    name = path.resolve().name
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            sha256.update(block)
            if _SHA1.fullmatch(name):  # a small file: Git's checksum, or a mirror's
                blob.update(block)
                plain.update(block)
    if _SHA256.fullmatch(name):
        is_right = name == sha256.hexdigest()
    else:
        is_right = not _SHA1.fullmatch(name) or name in (blob.hexdigest(), plain.hexdigest())
    if not is_right:
        with suppress(OSError):
            path.resolve().unlink()
            path.unlink(missing_ok=True)
        raise Unavailable(WEIGHTS_NOT_AS_PUBLISHED, path=path, repository=repository, expected=name)
    return sha256.hexdigest()


def _read() -> dict[str, Recorded]:
    try:
        content = json.loads(record_file().read_text(encoding="utf-8"))
        return {name: Recorded.model_validate(one) for name, one in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, ValidationError, AttributeError) as error:
        log.warning("%s cannot be read, so no revision of a model is pinned: %s", record_file(), error)
        return {}


def _record(repository: str, what: Recorded) -> None:
    file = record_file()
    try:
        with _locked(file):
            content = {name: one.model_dump() for name, one in _read().items()}
            if repository not in content:
                log.warning(
                    "%s is used at its commit %s from now on; recorded in %s", repository, what.commit, file
                )
            content[repository] = what.model_dump()
            temporary = file.with_name(f".{file.name}.new")
            with open_private(temporary) as output:
                json.dump(content, output, indent=1, sort_keys=True)
            temporary.replace(file)
    except (
        OSError
    ) as error:  # no home folder, or a read-only one: the hub's checksum was compared all the same
        log.debug("%s cannot be written: %s", file, error)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with open_private(file.with_name(f".{file.name}.lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
