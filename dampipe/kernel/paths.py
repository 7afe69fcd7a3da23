"""Paths of footage and modification times, as the catalogue stores them.

Paths are `str` as returned by `os.fsdecode`: bytes that are not valid UTF-8 become lone surrogates. Use `printable`
before a path is displayed, logged or written to JSON.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def printable(path: str | Path) -> str:
    """The path as text that every terminal and JSON parser accepts; other bytes and characters are escaped as \\xNN.

    >>> printable("caf\\udce9.mp4")
    'caf\\\\xe9.mp4'
    """
    try:
        text = os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # surrogates that stand for no byte
        text = str(path).encode("utf-8", "backslashreplace").decode()
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


def encoded(names: Sequence[str]) -> list[bytes]:
    """The names in the bytes of the file system, all at once.

    >>> encoded(["a.mov", "\u00e9.mov"]), encoded(["a\\0b", "c"]), encoded([])
    ([b'a.mov', b'\\xc3\\xa9.mov'], [b'a\\x00b', b'c'], [])
    """
    found = os.fsencode("\0".join(names)).split(b"\0")
    # No name in a file system has a null byte; in an object store one may.
    return found if len(found) == len(names) else list(map(os.fsencode, names))


def kept_time(mtime_ns: int) -> int:
    """A modification time in nanoseconds, clamped to 64 bits: the time of a broken clock may exceed them."""
    return max(-(2**63), min(mtime_ns, 2**63 - 1))


def is_url(path: str) -> bool:
    """Whether a root or path of footage is a URL (`s3://bucket/card7`), and not a path of a file system.

    >>> is_url("s3://bucket/a"), is_url("/mnt/a"), is_url("C:/a")
    (True, False, False)
    """
    return _URL.match(path) is not None


def join_key(folder: str, name: str) -> str:
    """The key of a file below a root, of its folder's path ("": the root) and its name; the inverse of `split_key`."""
    return f"{folder}/{name}" if folder else name


def split_key(key: str) -> tuple[str, str]:
    """Folder and name of a key. Empty segments, which object stores allow, are kept.

    >>> split_key("a/b.mov"), split_key("b.mov"), split_key("a//b.mov"), split_key("/b.mov")
    (('a', 'b.mov'), ('', 'b.mov'), ('a/', 'b.mov'), ('', '/b.mov'))
    """
    folder, slash, name = key.rpartition("/")
    return (folder, name) if folder else ("", f"{slash}{name}")


def join_root(root: str, key: str) -> str:
    """The full path or URL of a key ("": the root itself) below a root.

    >>> join_root("/mnt/a", "b/c.mov"), join_root("/", "a"), join_root("s3://b", "a//c.mov"), join_root("s3://b", "")
    ('/mnt/a/b/c.mov', '/a', 's3://b/a//c.mov', 's3://b')
    """
    return f"{root.rstrip('/') if root != '/' else ''}/{key}" if key else root


def normal_path(path: str) -> str:
    """A path as roots are compared: absolute, or a URL without "/" at its end.

    >>> normal_path("s3://bucket/a//b/"), normal_path("s3://bucket/"), normal_path("/mnt/a/../b/")
    ('s3://bucket/a//b', 's3://bucket', '/mnt/b')
    """
    if not is_url(path):
        return os.path.abspath(path)
    scheme, _, rest = path.partition("://")
    return f"{scheme}://{rest.rstrip('/')}"


def is_below(path: str, root: str) -> bool:
    """Whether a path is a root or lies below it, both being normal.

    >>> is_below("s3://b/a//c", "s3://b/a"), is_below("/mnt/ab", "/mnt/a"), is_below("/a", "/"), is_below("s3://b", "/")
    (True, False, True, False)
    """
    return path == root or path.startswith("/" if root == "/" else f"{root}/")


def below(path: str, root: str) -> str:
    """The key of a path that `is_below` a root; "" for the root itself. The inverse of `join_root`.

    >>> below("s3://b/a//c", "s3://b/a"), below("/mnt/a", "/mnt/a"), below("/mnt", "/")
    ('/c', '', 'mnt')
    """
    return path[1 if root == "/" else len(root) + 1 :]


def split_path(path: str) -> tuple[str, str]:
    """The folder that holds a path, and its name; of a URL, at most down to its first part.

    >>> split_path("s3://b/a//c.mov"), split_path("s3://b/c.mov"), split_path("/mnt/c.mov"), split_path("s3://b")
    (('s3://b/a/', 'c.mov'), ('s3://b', 'c.mov'), ('/mnt', 'c.mov'), ('s3://b', ''))
    """
    if not is_url(path):
        return os.path.split(path)
    scheme, _, rest = path.partition("://")
    host, _, key = rest.partition("/")
    folder, name = split_key(key)
    return join_root(f"{scheme}://{host}", folder), name
