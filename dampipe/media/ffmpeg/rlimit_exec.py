"""A small program: sets resource limits and a parent-death signal, then executes a command.

    python -I -S rlimit_exec.py PARENT NICE MEMORY FILE_SIZE CPU_SECONDS COMMAND ARGUMENT…

A `preexec_fn` would do the same, but is not safe in a process with threads, and workers have threads.
Imports the standard library only, so that it starts in about 20 ms.
"""

import contextlib
import os
import resource
import sys

PR_SET_PDEATHSIG = 1
SIGKILL = 9


def die_with_parent(parent: int) -> None:
    """On Linux, have the kernel kill this process when its parent ends. Exits if it has ended already."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
        if os.getppid() != parent:
            os._exit(125)


def lower_limit(kind: int, amount: int) -> None:
    """Lower a resource limit as far as the system allows; 0 leaves it unchanged."""
    if amount > 0:
        _, hard = resource.getrlimit(kind)
        new = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (new, new))


def main(arguments: list[str]) -> None:
    """Set the limits and replace this process by the command; does not return."""
    parent, niceness, memory, file_size, cpu_seconds = (int(number) for number in arguments[:5])
    command = arguments[5:]
    die_with_parent(parent)
    if niceness:
        os.nice(niceness)
    lower_limit(resource.RLIMIT_AS, memory)
    lower_limit(resource.RLIMIT_FSIZE, file_size)
    lower_limit(resource.RLIMIT_CPU, cpu_seconds)
    lower_limit(resource.RLIMIT_CORE, 1)
    try:
        os.execv(command[0], command)
    except OSError as error:
        sys.stderr.write(f"cannot execute {command[0]!a}: {error.strerror}\n")
        os._exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
