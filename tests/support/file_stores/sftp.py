"""A folder of an OpenSSH server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from dampipe.storage.files.sftp import SftpFiles
from tests.support.file_stores import Plant, Planted
from tests.support.file_stores.folder_of_server import ServedFolder
from tests.support.openssh import OpenSsh, running_openssh

_numbers = count()


@contextmanager
def serve() -> Iterator[Plant]:
    """An OpenSSH server; each store is a folder."""
    with running_openssh() as server:

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

            yield Planted(
                _store(server, name),
                folder.write,
                folder.delete,
                folder.write_many,
                names=frozenset({"bytes", "control", "forms", "case", "windows"}),
                link=folder.link,
                away=away,
                refused=lambda: _store(server, name, server.folder / "host_key"),
                # As root the server reads every folder.
                locked=folder.locked if os.getuid() else None,
                gone=lambda: _store(server, "none"),
            )
            folder.clear()

        yield plant


def _store(server: OpenSsh, folder: str, key: Path | None = None) -> SftpFiles:
    return SftpFiles.from_config(
        {
            "root": f"{server.url}/{folder}",
            "user": server.user,
            "key_file": str(key or server.key),
            "known_hosts": str(server.known_hosts),
        }
    )
