"""The order in which folders are walked: by the bytes of their paths, so that a walk can resume anywhere."""

import os
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from dampipe.features.scanning.listing import Listing

ReadFolder = Callable[[str], Listing]
"""Reads the folder at a path relative to the source's root."""


def folders(top: str, read: ReadFolder, after: bytes | None = None) -> Iterator[tuple[bytes, str, Listing]]:
    """A folder and all folders below it: the bytes of the relative path, the path, and its contents.

    after: resume after that path. Of the folders before it, only those on the way to it are read; they are
    not yielded, unless they cannot be read.
    """
    heap = [(os.fsencode(top), top)]
    while heap:
        key, path = heappop(heap)
        listing = read(path)
        for name in listing.folders:
            inner = f"{path}/{name}" if path else name
            inner_key = os.fsencode(inner)
            # All that lies below a folder sorts before its path and "0", the byte that follows "/".
            if after is None or after < inner_key + b"0":
                heappush(heap, (inner_key, inner))
        if after is None or key > after or listing.problem:
            yield key, path, listing
