"""A share of a Samba server."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from dampipe.storage.files.smb import SmbFiles
from tests.support.file_stores import Plant, Planted
from tests.support.file_stores.folder_of_server import ServedFolder
from tests.support.samba import Samba, running_samba

_numbers = count()


@contextmanager
def serve() -> Iterator[Plant]:
    """A Samba server; each store is a folder of its share."""
    with running_samba() as server:

        @contextmanager
        def plant(_: Path) -> Iterator[Planted]:
            name = f"root {next(_numbers)}"
            folder = ServedFolder(server.share / name)

            @contextmanager
            def away() -> Iterator[None]:
                server.kill()
                try:
                    yield
                finally:
                    server.start()

            yield Planted(
                _store(server, name),
                folder.write,
                folder.delete,
                folder.write_many,
                names=frozenset({"forms"}),
                away=away,
                refused=lambda: _store(server, name, "wrong-s3cret"),
                locked=folder.locked,
                gone=lambda: _store(server, "none"),
                secrets=frozenset({server.PASSWORD, "wrong-s3cret"}),
            )
            folder.clear()

        yield plant


def _store(server: Samba, folder: str, password: str = Samba.PASSWORD) -> SmbFiles:
    root = f"{server.url}/{folder}"
    return SmbFiles.from_config({"root": root, "user": server.USER, "password": password})
