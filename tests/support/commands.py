"""Runs commands of dampipe in processes of their own, as a shell does, at a fraction of the cost.

A command takes a second of processor time to import its modules. `run_command` forks it from a process that has
imported them (`command_server.py`), once per process of a test run. It has its own environment, working directory,
standard streams and exit code.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
_READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "OMP_NUM_THREADS", "OPENBLAS_", "MALLOC_")
"""Beginnings of the names of variables that an interpreter or a library reads once. A command for which they differ gets
an interpreter of its own."""
_WITHOUT_EFFECT = ("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")


class _Server:
    """The process from which commands are forked."""

    def __init__(self) -> None:
        self._environment = _inherited()
        folder = tempfile.mkdtemp(prefix="dampipe-cs-", dir="/tmp")  # the path of a socket must be short
        self._path = os.path.join(folder, "s")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self._path)
            listener.listen(64)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.command_server", str(listener.fileno())],
                env={**self._environment, "PYTHONPATH": str(ROOT)}, cwd=ROOT, stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, pass_fds=[listener.fileno()], start_new_session=True,
            )  # fmt: skip

    def connect(self) -> socket.socket:
        """A connection for one command."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._path)
        return connection

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether the interpreter and the libraries of a command would be configured as those of the server are."""
        names = {name for name in (*environment, *self._environment) if name.startswith(_READ_AT_START)}
        paths = {str(ROOT), "", self._environment.get("PYTHONPATH", "")}
        return environment.get("PYTHONPATH", "") in paths and all(
            environment.get(name) == self._environment.get(name) for name in names.difference(_WITHOUT_EFFECT)
        )

    def close(self) -> None:
        """End it and remove its socket."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        os.unlink(self._path)
        os.rmdir(os.path.dirname(self._path))


_servers: list[_Server] = []


def end_command_server() -> None:
    """End the server of this process, if it has one."""
    while _servers:
        _servers.pop().close()


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}


def run_command(
    *arguments: str | os.PathLike[str],
    environment: Mapping[str, str],
    folder: Path = ROOT,
    text: str = "",
    timeout: float = 170,
    errors: str = "strict",
    forked: bool = True,
) -> "subprocess.CompletedProcess[str]":
    """Run `dampipe ARGUMENT…` and capture its output.

    environment: all of it. folder: the working directory. text: its standard input. errors: as of `subprocess.run`, for
    its output. forked: False starts an interpreter, for commands of which the processes matter. Raises
    `subprocess.TimeoutExpired`, after killing it.
    """
    return _run([os.fspath(one) for one in arguments], "", environment, folder, text, timeout, errors, forked)


def run_program(
    code: str, *arguments: str, environment: Mapping[str, str], folder: Path = ROOT, timeout: float = 170
) -> "subprocess.CompletedProcess[str]":
    """Run `python -c CODE ARGUMENT…` likewise. Modules that it imports may have been imported before."""
    return _run([*arguments], code, environment, folder, "", timeout, "strict", True)


def _run(
    arguments: list[str],
    code: str,
    environment: Mapping[str, str],
    folder: Path,
    text: str,
    timeout: float,
    errors: str,
    forked: bool,
) -> "subprocess.CompletedProcess[str]":
    if forked and not _servers:
        _servers.append(_Server())
    command = [sys.executable, *(("-c", code) if code else ("-m", "dampipe")), *arguments]
    if not forked or not _servers[0].fits(environment):
        return subprocess.run(
            command, env=dict(environment), cwd=folder, input=text, capture_output=True, text=True,
            timeout=timeout, check=False, errors=errors,
        )  # fmt: skip
    with (
        tempfile.TemporaryFile() as entered,
        tempfile.TemporaryFile() as printed,
        tempfile.TemporaryFile() as complained,
        _servers[0].connect() as connection,
    ):
        entered.write(text.encode())
        entered.seek(0)
        request = {
            "arguments": arguments,
            "code": code,
            "environment": dict(environment),
            "folder": os.fspath(folder),
        }
        descriptors = [file.fileno() for file in (entered, printed, complained)]
        socket.send_fds(connection, [b"!"], descriptors)
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as answers:
            pid = int(answers.readline())
            connection.settimeout(timeout)
            try:
                code = int(answers.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, timeout) from None
        return subprocess.CompletedProcess(
            command, code, _content(printed, errors), _content(complained, errors)
        )


def _content(file: IO[bytes], errors: str) -> str:
    file.seek(0)
    text = file.read().decode("utf-8", errors)
    return text.replace("\r\n", "\n").replace("\r", "\n")
