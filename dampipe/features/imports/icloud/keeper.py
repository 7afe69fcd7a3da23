"""Runs a program until it ends, or until the process that started this one is gone.

    python keeper.py PROGRAM ARGUMENT…

Its input is a pipe of which the worker holds the other end. When a worker is killed the pipe ends, and the program and
all that it has started are killed: nothing fetches into the spool beside the next worker. It imports nothing of dampipe.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys

INTERVAL = 0.2
"""Seconds between two looks at the program."""
GRACE = 5.0
"""Seconds that a program has to end after SIGTERM."""


def main(arguments: list[str]) -> int:
    """Run the program, and return its exit code; 143 if it was ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is for the worker, which decides
    program = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, start_new_session=True)
    while (code := program.poll()) is None:
        readable, _, _ = select.select([0], [], [], INTERVAL)
        if readable and not os.read(0, 1):
            return _end(program)
    _kill_group(program.pid, signal.SIGKILL)  # what it has left behind
    return code if code >= 0 else 128 - code


def _end(program: "subprocess.Popen[bytes]") -> int:
    _kill_group(program.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(GRACE)
    _kill_group(program.pid, signal.SIGKILL)
    program.wait()
    return 143


def _kill_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
