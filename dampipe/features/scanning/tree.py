"""The order in which folders are walked: by the bytes of their paths, so that a walk can go on anywhere."""

import os
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from dampipe.features.scanning.listing import Listing

Read = Callable[[str], Listing]
"""Reads the folder at a path relative to the source's root."""


def folders(top: str, read: Read, after: bytes | None = None) -> Iterator[tuple[bytes, str, Listing]]:
    """A folder and all below it: the bytes of the relative path, the path, what it holds.

    after: go on after that path; of what comes before it, only folders on the way are read, and not given.
    """
    waiting = [(os.fsencode(top), top)]
    while waiting:
        key, path = heappop(waiting)
        found = read(path)
        for name in found.folders:
            inside = f"{path}/{name}" if path else name
            begin = os.fsencode(inside)
            # All below a folder is less than its path and "0", the byte that follows "/".
            if after is None or after < begin + b"0":
                heappush(waiting, (begin, inside))
        if after is None or key > after or found.problem:
            yield key, path, found
