"""Standard output and error as whoever started us left them: closed, or of another encoding."""

import io
import os
import sys


def prepare() -> None:
    """A closed stream is no fault, and a character that the encoding lacks is shown by its number."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def give_up_output() -> None:
    """What was not written by now is not tried again when the process ends."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def takes_all() -> bool:
    """Whether any character can be printed."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
