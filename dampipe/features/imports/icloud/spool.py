"""The spool of an account: photos between Apple's servers and the destinations.

    2024/05/17/IMG_0001_QVpYQzE.HEIC       a photo, under the name that icloudpd gave it: with a part of its number
    2024/05/17/IMG_0001_QVpYQzE.HEIC.xmp   what icloudpd says of it
    2024/05/17/….part                      a photo that is being fetched

icloudpd fetches what has no file of its name. A photo whose copies were verified therefore becomes an empty file: it
takes no space, is not listed, and is not fetched again, also by later imports. No photo is empty.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from dampipe.features.imports.icloud.account import Account
from dampipe.features.imports.icloud.errors import SPOOL_BUSY
from dampipe.features.imports.importers import OriginFile
from dampipe.features.imports.local_origin import Listed, walk
from dampipe.features.imports.model import Reason
from dampipe.kernel.errors import Transient
from dampipe.kernel.private_files import make_folder

LOCK = ".lock"
MISSED = ".not-fetched.json"
"""Names of photos that icloudpd could not fetch when it last ran."""
MISSED_FOLDER = "not fetched"
SIDECAR = ".xmp"
PART = ".part"
_NUMBER = re.compile(r"_[A-Za-z0-9+=-]{7}(?=(-[a-z]+)?\.[^.]+$)")


class Spool:
    """The spool of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.path = account.spool

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the spool, so that one process at a time fetches into it; yields the descriptor of the lock.

        A child that inherits the descriptor holds it, too. Raises Transient (SPOOL_BUSY).
        """
        make_folder(self.path)
        descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Transient(SPOOL_BUSY, user=self._account.user) from error
            yield descriptor
        finally:
            os.close(descriptor)

    def used(self) -> int:
        """Bytes that it takes."""
        total = 0
        for folder, _, names in os.walk(self.path):
            for name in names:
                with suppress(OSError):
                    total += os.lstat(os.path.join(folder, name)).st_size
        return total

    def files(self) -> Iterator[OriginFile]:
        """The photos that wait to be copied, and what could not be fetched. Raises OSError."""
        make_folder(self.path)
        yield from walk(str(self.path), self._classified)
        for name in self._missed():
            key = f"{MISSED_FOLDER}/{name}"
            yield OriginFile(key, 0, 0, is_footage=False, set_aside=Reason.NOT_FETCHED, name=name)

    def _classified(self, here: Listed) -> Iterator[OriginFile]:
        waiting = {file.key for file in here.files if _is_photo(file)}
        stills: dict[str, str] = {}
        films = []
        for file in here.files:
            if not _is_photo(file):
                if file.key.endswith(SIDECAR) and file.key.removesuffix(SIDECAR) not in waiting:
                    with suppress(OSError):
                        os.unlink(self.path / file.key)  # icloudpd writes it for photos that have left, too
                continue
            if file.key.lower().endswith(".mov"):
                films.append(file)
            else:
                stills.setdefault(_stem(file.key), file.key)
                yield self._described(file)
        for file in films:
            yield self._described(file, stills.get(_stem(file.key), ""))

    def _described(self, file: OriginFile, lead: str = "") -> OriginFile:
        from dampipe.features.imports.icloud.sidecar import notes_of

        name = _NUMBER.sub("", os.path.basename(file.key))
        notes = None if lead else notes_of(self.path / f"{file.key}{SIDECAR}")
        return OriginFile(
            file.key, file.size, file.mtime_ns, lead=lead, set_aside=file.set_aside, name=name, notes=notes
        )

    def release(self, keys: Iterable[str]) -> None:
        """Empty the files of these photos."""
        for key in keys:
            path = self.path / key
            with suppress(FileNotFoundError):
                os.truncate(path, 0)
            with suppress(OSError):
                os.unlink(f"{path}{SIDECAR}")

    def note_missed(self, names: Iterable[str]) -> None:
        """Note what icloudpd could not fetch, in place of what was noted before."""
        path = self.path / MISSED
        temporary = path.with_suffix(".part")
        temporary.write_text(
            json.dumps(list(dict.fromkeys(names))), encoding="utf-8", errors="surrogateescape"
        )
        os.replace(temporary, path)

    def _missed(self) -> list[str]:
        try:
            text = (self.path / MISSED).read_text(encoding="utf-8", errors="surrogateescape")
            return [str(name).replace("/", "_") for name in json.loads(text)]
        except (OSError, ValueError):
            return []


def _is_photo(file: OriginFile) -> bool:
    """Whether it is a photo that waits to be copied."""
    name = os.path.basename(file.key)
    return file.size > 0 and not name.startswith(".") and not name.endswith((SIDECAR, PART))


def _stem(key: str) -> str:
    return key.rpartition(".")[0] or key
