"""Standard output and error: closed streams, encodings other than UTF-8, readers that have gone."""

import io
import os
import sys


def prepare() -> None:
    """Replace closed streams by /dev/null, and escape characters that the encoding lacks."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def give_up_output() -> None:
    """Discard buffered output, so that the interpreter does not try to write it again at exit."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def takes_all() -> bool:
    """Whether standard output can encode every character."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
