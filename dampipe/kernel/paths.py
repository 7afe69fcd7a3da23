"""Paths of footage and modification times, as the catalogue stores them.

Paths are `str` as returned by `os.fsdecode`: bytes that are not valid UTF-8 become lone surrogates. Use `printable`
before a path is displayed, logged or written to JSON.
"""

import os
from pathlib import Path


def printable(path: str | Path) -> str:
    """The path as text that every terminal and JSON parser accepts; other bytes and characters are escaped as \\xNN.

    >>> printable("caf\\udce9.mp4")
    'caf\\\\xe9.mp4'
    """
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def is_valid(path: str) -> bool:
    """Whether the operating system takes a text as a path: without NUL and surrogates that stand for no byte.

    >>> is_valid("/a"), is_valid("/caf\\udce9"), is_valid("/a\\0"), is_valid("/\\ud800")
    (True, True, False, False)
    """
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def kept_time(mtime_ns: int) -> int:
    """A modification time in nanoseconds, clamped to 64 bits: the time of a broken clock may exceed them."""
    return max(-(2**63), min(mtime_ns, 2**63 - 1))
