"""The other side of `commands.py`: imports what commands of dampipe have in common, and forks each command on request.

It listens at a Unix socket, and ends when its standard input does. A request is a JSON object with the arguments, the
environment, the working directory, and the code of a program (none: dampipe), after three descriptors for the standard
streams. Its answers are the process id,
and the exit code once the command has ended.
"""

import gc
import json
import os
import random
import runpy
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from importlib import import_module

from dampipe.kernel.feature import Feature

MODULES = (
    "alembic.command",
    "click",
    "dampipe.app.container",
    "dampipe.app.doctor",
    "dampipe.app.remedies",
    "dampipe.kernel.faces.stdio",
    "dampipe.media.passes",
    "dampipe.tasks",
    "kombu.transport.pyamqp",
    "kombu.transport.redis",
    "sqlalchemy.dialects.sqlite.pysqlite",
)
"""None of them looks for plug-ins: those are of a home folder, which a request names."""


class _LooksForPlugins(Exception):
    """A module that asks for all features when it is imported: each command does so itself, for its own home folder."""


def load() -> None:
    """Import the modules, and those that the built-in features name for their commands, tables and messages."""
    from dampipe.app.features import BUILT_IN, features
    from dampipe.kernel.feature import register_features

    def refuse() -> tuple[Feature, ...]:
        raise _LooksForPlugins

    names = dict.fromkeys(MODULES)
    for feature in BUILT_IN:
        targets = [command.target for command in feature.commands.values()]
        for name in (*targets, *feature.tables, *feature.filters, *feature.details, feature.remedies):
            names[str(name or "").partition(":")[0]] = None
    register_features(refuse)
    for name in names:
        if name and not name.startswith("dampipe.cli"):  # dampipe.cli lists the commands of all features
            with suppress(_LooksForPlugins):
                import_module(name)
    register_features(features)
    assert features.cache_info().currsize == 0, "a module looks for plug-ins"


def serve(listener: socket.socket, lifetime: int) -> None:
    """Answer requests until the other side is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        selector.register(lifetime, selectors.EVENT_READ)
        while True:
            if any(key.fd == lifetime for key, _ in selector.select()):
                return
            client, _ = listener.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                selector.close()
                listener.close()
                _supervise(client)
            client.close()


def _supervise(client: socket.socket) -> None:
    """Start the command of a request and send how it ended; exits."""
    with client:
        _, streams, _, _ = socket.recv_fds(client, 1, 3)
        with client.makefile("rb") as lines:
            request = json.loads(lines.readline())
        if (pid := os.fork()) == 0:
            os.close(client.detach())
            _become(request, streams)
        for stream in streams:
            os.close(stream)
        client.sendall(b"%d\n" % pid)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        client.sendall(b"%d\n" % code)
    os._exit(0)


def _become(request: dict[str, object], streams: list[int]) -> None:
    """Be `python -m dampipe ARGUMENT…`, or `python -c CODE ARGUMENT…`; exits."""
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    time.tzset()
    random.seed()
    os.chdir(str(request["folder"]))
    for number, (name, stream) in enumerate(zip(("stdin", "stdout", "stderr"), streams, strict=True)):
        os.dup2(stream, number)
        os.close(stream)
        mode, errors = ("r", "strict") if name == "stdin" else ("w", getattr(sys, name).errors)
        opened = open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, opened)
        setattr(sys, f"__{name}__", opened)
    code = str(request["code"])
    sys.argv = ["-c" if code else "dampipe", *request["arguments"]]  # type: ignore[misc]
    if code:
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
    else:
        runpy.run_module("dampipe", run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    gc.disable()
    load()
    gc.freeze()
    gc.enable()
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        serve(listening, 0)
