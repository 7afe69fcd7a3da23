"""What killed workers have left at destinations and on their way there is deleted, and nothing else."""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import Any, cast

import pytest

from dampipe.features.imports.places import staging_folder
from dampipe.features.sources.leftovers import DAY
from dampipe.kernel.access import LOCAL
from dampipe.kernel.settings.connection import Connection
from dampipe.storage.files.base import is_temporary, temporary_name
from dampipe.storage.files.sftp import SftpFiles
from dampipe.storage.files.smb import SmbFiles
from dampipe.storage.files.stores import FileStores
from dampipe.storage.files.webdav import WebdavFiles
from tests.support.camera_card import contents, write
from tests.support.importing import Importing
from tests.support.killed_imports import was_killed
from tests.support.openssh import running_openssh
from tests.support.samba import Samba, running_samba
from tests.support.webdav_server import Webdav, running_webdav

SIZE = 9 << 20


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _HalfStream(FileIO):
    """A stream whose reader is killed after four of its megabytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 4 << 20:
            kill()
        return super().read(1 << 20 if size is None or size < 0 else min(size, 1 << 20))


class _HalfFile:
    """What `put` is given in place of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, _mode: str = "rb", /) -> FileIO:
        return _HalfStream(self._path)

    def stat(self) -> os.stat_result:
        return self._path.stat()


def killed_in_put(kind: type) -> Callable[[Importing], None]:
    """Has `put` of a kind of storage killed in the middle of a file."""

    def prepare(_: Importing) -> None:
        put = cast(Any, kind).put
        cast(Any, kind).put = lambda self, key, file, **more: put(self, key, _HalfFile(file), **more)

    return prepare


@pytest.fixture(params=["webdav", "sftp", "smb"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[type, Path, str, Connection]]:
    """Kind, folder, URL and connection of a server."""
    if request.param == "webdav":
        with running_webdav() as server:
            connection = Connection(url=server.url, user=Webdav.USER, password=Webdav.PASSWORD)
            yield WebdavFiles, server.share, server.url, connection
        return
    if request.param == "smb":
        with running_samba() as samba:
            connection = Connection(user=Samba.USER, password=Samba.PASSWORD)
            yield SmbFiles, samba.share, samba.url.replace(f"{Samba.USER}@", "nas@"), connection
        return
    with running_openssh() as ssh:
        connection = Connection(user=ssh.user, key_file=str(ssh.key), known_hosts=str(ssh.known_hosts))
        yield SftpFiles, ssh.share, ssh.url.replace(f"{ssh.user}@", "nas@"), connection


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where copies wait to be put."""
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def unfinished(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if is_temporary(path.name)]


def test_an_upload_that_was_killed_goes_when_it_is_a_day_old(
    here: Importing,
    served: tuple[type, Path, str, Connection],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind, share, url, connection = served
    write(tmp_path / "in/day/C0001.mp4", "one", SIZE)
    stores = FileStores({"nas": connection})
    mine = Importing(here.catalog, stores=stores)
    (share / "footage").mkdir()
    os.chown(share / "footage", share.stat().st_uid, -1)  # of the user as whom the server runs
    here.catalog.sources.add("nas", f"{url}/footage", managed=True)
    number = mine.begin("folder", tmp_path / "in", "nas")
    assert was_killed(mine, number, killed_in_put(kind), stores=stores)
    assert unfinished(tmp_path / "home"), "it waited here to be put"
    left = unfinished(share)
    assert mine.work(number).counts.imported == 1
    assert not unfinished(tmp_path / "home")
    assert len(left) == 1 and left == unfinished(share), "whose it is cannot be told yet"
    assert mine.leftovers.clean() == 0
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 2 * DAY)
    again = Importing(here.catalog, stores=stores).leftovers
    assert again.clean() == 1
    assert {path.name for path in share.rglob("*.*")} == {"C0001.mp4"}


def test_what_a_worker_without_its_import_has_written_goes_when_it_is_a_day_old(
    here: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in/day/C0001.mp4", "one", 5000)
    root = here.managed("a", tmp_path / "a")
    number = here.begin("folder", tmp_path / "in", "a")
    assert here.work(number).counts.imported == 1
    before = contents(root)
    name = temporary_name(f".dampipe-import-{number}-")
    kept = [root / "day" / other for other in (f".dampipe-import-{number}-x.part", f"{name}.mov")]
    for path in (root / "day" / name, root / "elsewhere" / name, Path(staging_folder()) / name, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half of it")
    assert here.leftovers.clean() == 0
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 2 * DAY)
    here.leftovers = Importing(here.catalog).leftovers
    here.sweep._leftovers = here.leftovers
    here.sweep()
    assert not (root / "day" / name).exists() and not list(Path(staging_folder()).iterdir())
    assert all(path.exists() for path in kept)
    assert (root / "elsewhere" / name).exists(), "no import has written there"
    assert all((root / path).read_bytes() == data for path, data in before.items())


class _NoRename:
    """A C library without `renameat2`."""


@pytest.mark.parametrize("then", ["cancelled", "origin gone", "continued"])
def test_the_reserved_name_of_a_worker_that_was_killed_does_not_stay_empty(
    here: Importing, tmp_path: Path, then: str
) -> None:
    """On file systems without hard links and exclusive renames a name is reserved by an empty file."""
    clip = write(tmp_path / "in/day/C0001.mp4", "one", 5000)
    write(tmp_path / "in/day/C0002.mp4", "two", 5001)
    root = here.managed("a", tmp_path / "a")
    number = here.begin("folder", tmp_path / "in", "a")

    def prepare(_: Importing) -> None:
        def refused(*_: object, **__: object) -> None:
            raise PermissionError(1, "no links")

        cast(Any, os).link = refused
        cast(Any, ctypes).CDLL = lambda *_, **__: _NoRename()
        cast(Any, os).replace = lambda *_: kill()

    assert was_killed(here, number, prepare)
    assert (root / "day/C0001.mp4").stat().st_size == 0
    if then == "cancelled":
        here.service.cancel(LOCAL, number)
        here.worker.portion(number)
        assert contents(root) == {}
        return
    if then == "origin gone":
        clip.unlink()
    report = here.work(number)
    assert report.adds_up and report.counts.imported == (2 if then == "continued" else 1)
    assert contents(root) == contents(tmp_path / "in")
