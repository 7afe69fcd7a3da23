"""Sources, locations and assets: where footage is, and what it is.

Paths are `str` as `os.fsdecode` gives them, so a name that is no UTF-8 carries lone surrogates; use
`printable` before such a path reaches a person, a message or JSON.
"""

import os
from pathlib import Path


def printable(path: str | Path) -> str:
    """The path as text that any terminal and JSON parser takes; odd bytes become \\xNN.

    >>> printable("caf\\udce9.mp4")
    'caf\\\\xe9.mp4'
    """
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def kept_time(mtime_ns: int) -> int:
    """A file's time as the catalogue keeps it: a broken clock reaches further than 64 bits of nanoseconds."""
    return max(-(2**63), min(mtime_ns, 2**63 - 1))
