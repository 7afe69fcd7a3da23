"""An OpenSSH server for tests: Debian's `openssh-server`, with its own keys and ports; it needs no root."""

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

from tests.ports import free_port

SERVER = "/usr/sbin/sshd"
PATIENCE = 60.0
"""Seconds that a start may take on a busy machine; it takes 0.1 s on an idle one."""
MISSING = "openssh-server is not installed (on Debian: apt-get install openssh-server)"


class OpenSsh:
    """A server that offers SFTP to the user of this process, who logs in with a key. It can be killed."""

    def __init__(self, folder: Path) -> None:
        """folder: an empty one, for all that the server and its client keep."""
        if not Path(SERVER).exists():
            raise RuntimeError(MISSING)
        self.folder = folder
        self.port = free_port()
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.share = folder / "footage"
        self.share.mkdir()
        self.key = folder / "user_key"
        self.known_hosts = folder / "known_hosts"
        self._server: subprocess.Popen[bytes] | None = None
        for path in (self.key, folder / "host_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
        (folder / "authorized").write_text((folder / "user_key.pub").read_text())
        kind, digits = (folder / "host_key.pub").read_text().split()[:2]
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {kind} {digits}\n")
        lines = [
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {folder}/host_key",
            f"PidFile {folder}/pid",
            f"AuthorizedKeysFile {folder}/authorized",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "PermitRootLogin yes",
            "AllowTcpForwarding yes",
            "Subsystem sftp internal-sftp",
        ]
        (folder / "sshd_config").write_text("\n".join(lines) + "\n")

    @property
    def url(self) -> str:
        """The folder of footage."""
        return f"sftp://{self.user}@127.0.0.1:{self.port}{self.share}"

    def fingerprint(self) -> str:
        """Of the host's key, as ssh shows it."""
        shown = subprocess.run(
            ["ssh-keygen", "-lf", self.folder / "host_key.pub"], capture_output=True, text=True, check=True
        )
        return shown.stdout.split()[1]

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        if not os.getuid():
            Path("/run/sshd").mkdir(exist_ok=True)  # where sshd locks itself up before a login
        with (self.folder / "out").open("ab") as out:
            self._server = subprocess.Popen(
                [SERVER, "-D", "-e", "-f", self.folder / "sshd_config"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"sshd did not start: {(self.folder / 'out').read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server and the processes of its connections, as a power failure would."""
        if self._server is None:
            return
        for pid in (*_children(self._server.pid), self._server.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server.wait(PATIENCE)
        self._server = None

    def restart(self) -> None:
        """Kill the server and start it again."""
        self.kill()
        self.start()


def _children(pid: int) -> list[int]:
    """All processes below a process, the deepest first; those of connections have sessions of their own."""
    found = []
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [*_children(int(child)), int(child)]
    return found


@contextmanager
def running_openssh() -> Iterator[OpenSsh]:
    """An OpenSSH server in a temporary folder."""
    folder = Path(mkdtemp(prefix="dampipe-ssh-", dir="/tmp"))
    server = OpenSsh(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
