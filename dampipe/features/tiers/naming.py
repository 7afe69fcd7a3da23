"""How copies are called: `<name of the origin's source>/<key>`, so that two sources with the same names in them fit into
one archive, and a person who opens it without dampipe sees where a file came from.

A key that begins with the name of a source has that form already: it is not prefixed again when an archive is copied to
another one, and the prefix is dropped when a file comes back to the source that it came from. All keys here are bytes,
as `os.fsencode` gives them.
"""

import os
from collections.abc import Iterable

_MARK = 8
"""Hexadecimal digits of a SHA-1 in a name that would be taken otherwise."""


def folder_of_source(number: int, name: str) -> bytes:
    """The folder of a source's files in other sources; no segment of it is empty, hidden, "." or "..".

    >>> folder_of_source(3, "b/footage"), folder_of_source(3, "../.x/"), folder_of_source(3, "..")
    (b'b/footage', b'x', b'source-3')
    """
    segments = (segment.strip().lstrip(".") for segment in name.split("/"))
    return os.fsencode("/".join(segment for segment in segments if segment) or f"source-{number}")


class CopyNames:
    """Names copies in destinations."""

    def __init__(self, sources: Iterable[tuple[int, str]]) -> None:
        """sources: the numbers and names of all of them."""
        self._folders = {number: folder_of_source(number, name) + b"/" for number, name in sources}
        # The longest one first: a source may be called "b/footage" beside one that is called "b".
        self._known = sorted(self._folders.values(), key=len, reverse=True)

    def key(self, origin: int, key: bytes, destination: int) -> bytes:
        """The key of a copy in a destination."""
        of = next(
            (folder for folder in self._known if key.startswith(folder) and len(key) > len(folder)), None
        )
        if of is None:
            return self._folders[origin] + key
        return key.removeprefix(of) if of == self._folders[destination] else key


def marked(key: bytes, sha1: str) -> bytes:
    """Another key, for a content whose own is taken by another content: that of an older state of a file, for example.

    >>> marked(b"cards/A001/C1.mov", "5f3a9c21" + 32 * "0"), marked(b"a.b/README", "5f3a9c21" + 32 * "0")
    (b'cards/A001/C1.5f3a9c21.mov', b'a.b/README.5f3a9c21')
    """
    folder, slash, name = key.rpartition(b"/")
    stem, suffix = os.path.splitext(name)
    return folder + slash + stem + b"." + sha1[:_MARK].encode() + suffix
