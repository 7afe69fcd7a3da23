"""A folder of a WebDAV server."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from dampipe.storage.files.webdav import WebdavFiles
from tests.support.file_stores import Plant, Planted
from tests.support.file_stores.folder_of_server import ServedFolder
from tests.support.webdav_server import Webdav, running_webdav

_numbers = count()


@contextmanager
def serve() -> Iterator[Plant]:
    """A WebDAV server with basic authentication; each store is a folder."""
    with running_webdav() as server:
        yield _plant(server)


def _plant(server: Webdav) -> Plant:
    @contextmanager
    def plant(_: Path) -> Iterator[Planted]:
        name = f"root {next(_numbers)}"
        folder = ServedFolder(server.share / name, tick_ns=10**9)

        @contextmanager
        def away() -> Iterator[None]:
            server.kill()
            try:
                yield
            finally:
                server.start()

        @contextmanager
        def locked(key: str) -> Iterator[None]:
            server.lock(f"{name}/{key}")
            try:
                yield
            finally:
                server.lock()

        yield Planted(
            _store(server, name),
            folder.write,
            folder.delete,
            folder.write_many,
            names=frozenset({"forms", "case"}),
            reads=server.reads,
            away=away,
            refused=lambda: _store(server, name, "wrong-s3cret"),
            locked=locked,
            gone=lambda: _store(server, "none"),
            secrets=frozenset({server.PASSWORD, "wrong-s3cret"}),
        )
        folder.clear()

    return plant


def _store(server: Webdav, folder: str, password: str = Webdav.PASSWORD) -> WebdavFiles:
    root = f"{server.url}/{folder}"
    return WebdavFiles.from_config({"root": root, "user": server.USER, "password": password})
