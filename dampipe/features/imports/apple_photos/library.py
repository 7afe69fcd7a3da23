"""Reading a library package, which is never written to.

SQLite writes beside a database that it only reads (`Photos.sqlite-shm`), so osxphotos is given a copy of the database
in a private folder, with links to everything else in the package.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from dampipe.features.imports.apple_photos.errors import LIBRARY_BUSY, LIBRARY_UNREADABLE
from dampipe.features.imports.apple_photos.photo import Photo
from dampipe.features.imports.errors import PROGRAM_FAILED
from dampipe.features.imports.programs import OwnProgram
from dampipe.kernel.errors import InvalidInput, Transient
from dampipe.kernel.paths import printable

OSXPHOTOS = OwnProgram("osxphotos", "osxphotos==0.77.2", 16, "photos")
SCRIPT = Path(__file__).with_name("photos_to_json.py")
DATABASE = "database"
_NOT_COPIED = ("Spotlight", "*-shm", "*.lock")
"""Of the folder of the database: an index that is not read, and what SQLite makes again."""
_PREFIX = "dampipe-photos-"
_ATTEMPTS = 3
_TIME_LIMIT = 6 * 3600.0
"""Seconds; osxphotos takes 0.4 ms a photo."""


def is_library(path: str) -> bool:
    """Whether a folder is a package of Photos, of version 2 or newer."""
    folder = os.path.join(path, DATABASE)
    return any(os.path.isfile(os.path.join(folder, name)) for name in ("Photos.sqlite", "photos.db"))


def read_photos(library: str) -> list[Photo]:
    """All photos of a library, also hidden ones and those in the trash, by date.

    Raises CannotStart without osxphotos, InvalidInput if it cannot read the library, and Transient while Photos writes
    to it.
    """
    program = OSXPHOTOS.path()
    with _snapshot(library) as (folder, package):
        output = folder / "photos.jsonl"
        with output.open("wb") as stream:
            done = subprocess.run(
                [program, "run", str(SCRIPT), str(package)],
                # It keeps themes and a crash log in the home and the present folder, and copies of the database.
                env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "XDG_CONFIG_HOME": str(folder)},
                cwd=folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.PIPE, check=False,
                timeout=_TIME_LIMIT, umask=0o077,
            )  # fmt: skip
        if done.returncode:
            raise InvalidInput(PROGRAM_FAILED, program=OSXPHOTOS.name, problem=_problem(done.stderr))
        photos = list(_parsed(output, str(package), library))
    return sorted(photos, key=lambda photo: (photo.date.timestamp() if photo.date else 0.0, photo.uuid))


def _problem(errors: bytes) -> str:
    """What went wrong, without the address for reports."""
    lines = [line for line in errors.decode(errors="replace").splitlines() if line.strip()]
    for at, line in enumerate(lines):
        if "encountered an error" in line and at + 1 < len(lines):
            return printable(lines[at + 1])
    return printable(lines[-1]) if lines else "it said nothing"


def _parsed(output: Path, package: str, library: str) -> Iterator[Photo]:
    """The photos of an output, with paths in the library instead of in its copy. Raises InvalidInput."""
    count, announced = 0, None
    with output.open(encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            if not line.startswith("{"):  # what osxphotos says of its progress
                continue
            try:
                said = json.loads(line)
                if "photos" in said:
                    announced = said["photos"]
                    continue
                photo = Photo.model_validate(said)
            except (ValueError, ValidationError) as error:
                raise InvalidInput(
                    PROGRAM_FAILED, program=OSXPHOTOS.name, problem=str(error)[:300]
                ) from error
            count += 1
            moved = {
                name: _moved(path, package, library)
                for name, path in (
                    ("path", photo.path), ("path_edited", photo.path_edited), ("path_raw", photo.path_raw),
                    ("path_live_photo", photo.path_live_photo),
                    ("path_edited_live_photo", photo.path_edited_live_photo),
                )
            }  # fmt: skip
            yield photo.model_copy(update=moved)
    if count != announced:
        problem = f"its output ends after {count} photos"
        raise InvalidInput(PROGRAM_FAILED, program=OSXPHOTOS.name, problem=problem)


def _moved(path: str | None, package: str, library: str) -> str | None:
    if path is not None and path.startswith(package + "/"):
        return library + path[len(package) :]
    return path


@contextmanager
def _snapshot(library: str) -> Iterator[tuple[Path, Path]]:
    """A private folder, and a package in it with a copy of the library's database; deleted afterwards."""
    _delete_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        package = folder / "Library.photoslibrary"
        package.mkdir()
        try:
            for name in os.listdir(library):
                if name != DATABASE:
                    os.symlink(os.path.join(library, name), package / name)
            _copy_database(os.path.join(library, DATABASE), package / DATABASE)
        except PermissionError as error:
            raise InvalidInput(LIBRARY_UNREADABLE, path=printable(library)) from error
        yield folder, package
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_database(source: str, target: Path) -> None:
    """Copy a database as it was at one time. Raises Transient while it is written to, and OSError."""
    for _ in range(_ATTEMPTS):
        before = _state(source)
        shutil.rmtree(target, ignore_errors=True)
        # copyfile: not the modes and flags of the originals, which may not be writable.
        shutil.copytree(
            source, target, ignore=shutil.ignore_patterns(*_NOT_COPIED), copy_function=shutil.copyfile
        )
        if _state(source) == before:
            return
    raise Transient(LIBRARY_BUSY, path=printable(os.path.dirname(source)))


def _state(folder: str) -> list[tuple[str, int, int]]:
    """Size and time of the files that hold the database."""
    found = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not name.endswith(("-shm", ".lock")):
            status = os.stat(path)
            found.append((name, status.st_size, status.st_mtime_ns))
    return found


def _delete_abandoned() -> None:
    """Delete the copies that a killed worker of this user has left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with suppress(OSError):
            if owner.isdigit() and folder.stat().st_uid == os.getuid() and not _is_alive(int(owner)):
                shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
