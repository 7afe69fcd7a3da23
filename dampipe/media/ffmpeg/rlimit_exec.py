"""A program of its own: takes on limits and a bond to its parent, then becomes the command it is given.

    python -I -S launch.py PARENT NICE MEMORY FILE_SIZE CPU_SECONDS COMMAND ARGUMENT…

A `preexec_fn` would do the same, but is not safe in a process that has threads, and workers have
some. Knows the standard library only, so it costs about 20 ms.
"""

import contextlib
import os
import resource
import sys

PR_SET_PDEATHSIG = 1
SIGKILL = 9


def die_with(parent: int) -> None:
    """On Linux, have the kernel kill this process when its parent ends. Exits if it has ended already."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
        if os.getppid() != parent:
            os._exit(125)


def limit(kind: int, amount: int) -> None:
    """Lower a resource limit as far as the system lets us; 0 leaves it alone."""
    if amount > 0:
        _, hard = resource.getrlimit(kind)
        most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def main(arguments: list[str]) -> None:
    """Does not return."""
    parent, niceness, memory, file_size, cpu_seconds = (int(number) for number in arguments[:5])
    command = arguments[5:]
    die_with(parent)
    if niceness:
        os.nice(niceness)
    limit(resource.RLIMIT_AS, memory)
    limit(resource.RLIMIT_FSIZE, file_size)
    limit(resource.RLIMIT_CPU, cpu_seconds)
    limit(resource.RLIMIT_CORE, 1)
    try:
        os.execv(command[0], command)
    except OSError as error:
        sys.stderr.write(f"cannot execute {command[0]!a}: {error.strerror}\n")
        os._exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
