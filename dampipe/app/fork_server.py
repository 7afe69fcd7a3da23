"""The fork server: imports what the programs of a deployment have in common, and forks each of them on request.

`programs.py` starts it and speaks to it, over a socket that keeps the bounds of messages. A request is a JSON list of
arguments, with the descriptor that takes the program's output; the answer is the program's process id. When a program
exits, its process id and exit code are sent. The server ends with its client, and its programs with it.

Importing what is listed in MODULES opens no connection and starts no thread that a fork would lose.
"""

import json
import os
import runpy
import selectors
import signal
import socket
import sys

from dampipe.app.lazy_import import load
from dampipe.app.programs import CELERY_ENVIRONMENT, PROGRAM, kill_with_parent

MODULES = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.beat",
    "celery.bin.celery",
    "celery.bin.worker",
    "celery.concurrency.prefork",
    "celery.worker.worker",
    "dampipe.app.machine_facts",
    "dampipe.cli.beat",
    "dampipe.cli.relay",
    "dampipe.cli.serve",
    "dampipe.cli.worker",
    "dampipe.features.events.relay",
    "dampipe.web.app",
    "dampipe.web.server",
    "dampipe.workers.heartbeat",
    "kombu.transport.redis",
    "setproctitle",
)
MESSAGE = 65536
"""Bytes of a request at most."""


def serve(client: socket.socket) -> None:
    """Answer requests until the client is gone. Returns in each program as well, after it ended."""
    reader, writer = os.pipe()
    for descriptor in (reader, writer):
        os.set_blocking(descriptor, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # only so that it wakes the selector
    signal.set_wakeup_fd(writer)
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        selector.register(reader, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if reader in ready:
                os.read(reader, MESSAGE)
                _report_exits(client)
            if client.fileno() in ready:
                request, descriptors, _, _ = socket.recv_fds(client, MESSAGE, 1)
                if not request:
                    return
                (output,) = descriptors
                if (pid := os.fork()) == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for descriptor in (client.detach(), reader, writer):
                        os.close(descriptor)
                    selector.close()
                    _become(json.loads(request), output)
                os.close(output)
                client.send(json.dumps({"pid": pid}).encode())


def _report_exits(client: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        client.send(json.dumps({"pid": pid, "code": os.waitstatus_to_exitcode(status)}).encode())


def _become(arguments: list[str], output: int) -> None:
    """Be `python -m dampipe ARGUMENT…`; exits."""
    from setproctitle import setproctitle

    os.setsid()
    kill_with_parent()
    setproctitle(" ".join([PROGRAM, *arguments]))
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(output, number)
        # A stream knows of its file whether it can seek: a pipe needs another one.
        encoding = getattr(sys, name).encoding
        stream = open(number, "w", encoding=encoding, buffering=1, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.close(output)
    sys.argv = [PROGRAM, *arguments]
    runpy.run_module(PROGRAM, run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    os.environ.update(CELERY_ENVIRONMENT)
    load(*MODULES)
    serve(socket.socket(fileno=int(sys.argv[1])))
