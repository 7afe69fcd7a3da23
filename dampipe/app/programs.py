"""Starts the programs of a deployment.

Those of dampipe itself are forked from a fork server (`fork_server.py`), which has imported what they have in common:
these imports, a second of processor time for each program, are done once, and their memory is shared.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Protocol

PROGRAM = "dampipe"
CELERY_ENVIRONMENT = {"REMAP_SIGTERM": "SIGQUIT", "NOSETPS": "1", "SPT_NOENV": "1"}
"""What Celery and setproctitle read when they are imported: a worker stops at once when it is asked to, and another one
takes over what it was at; workers keep their titles, and no title overwrites the environment of its process."""

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel signal this process when its parent has died (Linux only); for the `preexec_fn` of a child."""
    if _libc is not None:
        _libc.prctl(1, number)  # PR_SET_PDEATHSIG


def kill_with_parent() -> None:
    """The same with SIGKILL: a worker that gets SIGTERM would wait for the broker, which has died with its parent."""
    die_with_parent(signal.SIGKILL)


class Program(Protocol):
    """A program that was started; a part of what `subprocess.Popen` offers."""

    pid: int
    stdout: IO[bytes] | None
    """Its output and its errors; reading does not block."""

    def poll(self) -> int | None:
        """The exit code, negative for the signal that killed it; None while it runs."""

    def terminate(self) -> None:
        """Send SIGTERM."""

    def wait(self) -> int:
        """Wait for its exit; returns the exit code."""


class Programs:
    """Starts programs, each in a session of its own. They die when this process does (Linux only)."""

    def __init__(self) -> None:
        self._server: ForkServer | None = None

    def prepare(self) -> None:
        """Have the fork server begin its imports, while this process does something else."""
        # Elsewhere, libraries of the system may not be used after a fork.
        if sys.platform == "linux" and (self._server is None or not self._server.is_alive()):
            self.close()
            self._server = ForkServer()

    def start(self, command: Sequence[str]) -> Program:
        """Start a program; `dampipe` is that of this installation, whatever PATH has. Raises OSError."""
        name, *arguments = command
        if name != PROGRAM:
            return _execute(command)
        self.prepare()
        if self._server is None or arguments[:1] == ["broker"]:  # it becomes the server's program at once
            return _execute([sys.executable, "-m", "dampipe", *arguments])
        return self._server.start(arguments)

    def close(self) -> None:
        """End the fork server, and what it started and still runs."""
        if self._server is not None:
            self._server.close()
            self._server = None


def _execute(command: Sequence[str]) -> Program:
    program = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=kill_with_parent,
    )
    assert program.stdout is not None
    os.set_blocking(program.stdout.fileno(), False)
    return program


class ForkServer:
    """The client of a fork server of its own."""

    def __init__(self) -> None:
        """Start the server; its imports take a second."""
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dampipe.app.fork_server", str(other.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
                start_new_session=True,
                preexec_fn=kill_with_parent,
            )
        self._started: list[int] = []
        """Process ids of programs that were started and that `start` has not returned yet."""
        self._exits: dict[int, int] = {}
        """Exit codes by process id."""
        self._is_alive = True

    def is_alive(self) -> bool:
        """Whether it can start programs."""
        self._receive_all()
        return self._is_alive

    def start(self, arguments: Sequence[str]) -> "ForkedProgram":
        """Start `dampipe ARGUMENT…`. Raises OSError."""
        reader, writer = os.pipe()
        try:
            socket.send_fds(self._socket, [json.dumps(list(arguments)).encode()], [writer])
            while not self._started:
                if not self._receive():
                    raise ConnectionError("the fork server ended")
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        return ForkedProgram(self, self._started.pop(), reader)

    def exit_code(self, pid: int, wait: bool) -> int | None:
        """The exit code of a program, negative for the signal that killed it; None while it runs."""
        self._receive_all()
        while wait and pid not in self._exits and self._receive():
            pass
        return self._exits.get(pid, None if self._is_alive else -signal.SIGKILL)  # they die with their server

    def close(self) -> None:
        """End the server and its programs."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _receive_all(self) -> None:
        while self._is_alive and self._receive(socket.MSG_DONTWAIT):
            pass

    def _receive(self, flags: int = 0) -> bool:
        """Receive one message; returns whether there was one."""
        try:
            data = self._socket.recv(1024, flags)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._is_alive = False
            return False
        message = json.loads(data)
        if "code" in message:
            self._exits[message["pid"]] = message["code"]
        else:
            self._started.append(message["pid"])
        return True


class ForkedProgram:
    """A program of dampipe that the fork server started."""

    def __init__(self, server: ForkServer, pid: int, output: int) -> None:
        """output: the descriptor from which its output is read."""
        self.pid = pid
        os.set_blocking(output, False)
        self.stdout: IO[bytes] | None = os.fdopen(output, "rb", buffering=0)
        self._server = server

    def poll(self) -> int | None:
        """See `Program`."""
        return self._server.exit_code(self.pid, wait=False)

    def terminate(self) -> None:
        """Send SIGTERM."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """See `Program`."""
        code = self._server.exit_code(self.pid, wait=True)
        assert code is not None
        return code
