"""A Samba server for tests: Debian's `samba`, with its own configuration, users and folder; it needs no root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.ports import free_port

SERVER = "/usr/sbin/smbd"
PATIENCE = 60.0
"""Seconds that a start may take on a busy machine; it takes 0.2 s on an idle one."""
MISSING = "samba is not installed (on Debian: apt-get install samba)"


_FOLDERS = ("media", "open", "private", "lock", "state", "cache", "run")


class Samba:
    """A server with the shares `media`, which needs a user, and `open`, which guests may read. It can be killed."""

    USER, PASSWORD = "editor", "s3cret-editor"

    def __init__(self, folder: Path, options: tuple[str, ...] = ()) -> None:
        """folder: an empty one, for all that the server keeps. options: further lines of `[media]`."""
        if not Path(SERVER).exists():
            raise RuntimeError(MISSING)
        self.folder = folder
        self.port = free_port()
        self.share = folder / "media"
        """The folder that the share `media` shows."""
        self.public = folder / "open"
        self._server: subprocess.Popen[bytes] | None = None
        # As root it would read folders that deny access.
        uid = os.getuid() or pwd.getpwnam("nobody").pw_uid
        self._me = pwd.getpwuid(uid).pw_name
        self._as_me: dict[str, Any] = (
            {} if os.getuid() else {"user": uid, "group": pwd.getpwuid(uid).pw_gid, "extra_groups": []}
        )
        for path in (folder, *(folder / name for name in _FOLDERS)):
            path.mkdir(exist_ok=True)
            if self._as_me:
                os.chown(path, uid, -1)
        self._config = folder / "smb.conf"
        users = folder / "users"
        self._config.write_text(self._text(options))
        users.write_text(f"{self._me} = {self.USER}\n")
        for path in (self._config, users):
            path.chmod(0o644)  # whatever the umask: Samba runs as another user if this process is root
        done = subprocess.run(
            ["pdbedit", "-s", self._config, "-a", "-t", "-u", self._me],
            input=f"{self.PASSWORD}\n{self.PASSWORD}\n", text=True, capture_output=True, check=False,
            **self._as_me,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"pdbedit ended with {done.returncode}: {done.stdout}{done.stderr}")

    def _text(self, options: tuple[str, ...]) -> str:
        lines = [
            "[global]",
            "server role = standalone server",
            "interfaces = 127.0.0.1",
            "bind interfaces only = yes",
            f"smb ports = {self.port}",
            f"private dir = {self.folder}/private",
            f"lock directory = {self.folder}/lock",
            f"state directory = {self.folder}/state",
            f"cache directory = {self.folder}/cache",
            f"pid directory = {self.folder}/run",
            f"ncalrpc dir = {self.folder}/run/ncalrpc",
            f"log file = {self.folder}/log",
            f"passdb backend = tdbsam:{self.folder}/private/passdb.tdb",
            f"username map = {self.folder}/users",
            "load printers = no",
            "printing = bsd",
            "disable spoolss = yes",
            "map to guest = Bad User",
            f"guest account = {self._me}",
            "[media]",
            f"path = {self.share}",
            "read only = no",
            *options,
            "[open]",
            f"path = {self.public}",
            "guest ok = yes",
        ]
        return "\n".join(lines) + "\n"

    @property
    def url(self) -> str:
        """The share `media`; the user is named, the password is not."""
        return f"smb://{self.USER}@127.0.0.1:{self.port}/media"

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        with (self.folder / "out").open("ab") as out:
            self._server = subprocess.Popen(
                [SERVER, "--foreground", "--no-process-group", "--debug-stdout", "-s", self._config],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                **self._as_me,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Samba did not start: {(self.folder / 'out').read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server and the processes of its connections, as a power failure would."""
        if self._server is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait(PATIENCE)
            self._server = None

    def restart(self) -> None:
        """Kill the server and start it again."""
        self.kill()
        self.start()


@contextmanager
def running_samba(options: tuple[str, ...] = ()) -> Iterator[Samba]:
    """A Samba server in a temporary folder."""
    folder = Path(mkdtemp(prefix="dampipe-smb-", dir="/tmp"))
    server = Samba(folder, options)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
