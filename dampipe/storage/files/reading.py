"""Reading a file of a store from its beginning to its end, over connections that break."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing

from dampipe.kernel.errors import Conflict, Transient
from dampipe.kernel.paths import printable
from dampipe.storage.files.base import FileEntry, FileStore
from dampipe.storage.files.errors import FILE_CHANGED, STORE_UNREACHABLE

log = logging.getLogger(__name__)

BLOCK = 1 << 20
TRIES = 5
"""How often reading is continued without a byte in between before it fails."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before it is continued."""


def read_blocks(
    store: FileStore,
    entry: FileEntry,
    start: int = 0,
    pause: Callable[[float], object] = time.sleep,
    end: int | None = None,
) -> Iterator[bytes]:
    """The bytes of a file from `start` to its end; what breaks off is continued where it did, if the file is the same.

    end: where the bytes that are wanted end; None: where the file does. pause: waits for some seconds. Raises Transient
    where the storage does not answer any more, NotFound, and Conflict where the file is another one than `entry`, or is
    archived.
    """
    last = entry.size if end is None else end
    done, failed = start, 0
    while done < last:
        before = done
        try:
            with closing(store.open(entry.key, entry, end)) as stream:
                if done:
                    stream.seek(done)
                while block := stream.read(BLOCK):
                    done += len(block)
                    if done > last:
                        raise Conflict(FILE_CHANGED, key=printable(entry.key), store=store.url)
                    yield block
            if done < last:
                raise Transient(STORE_UNREACHABLE, store=store.url, reason="the transfer broke off")
        except Transient as error:
            failed = 1 if done > before else failed + 1
            if failed >= TRIES:
                raise
            log.info("%s: %s; continued at byte %d", printable(entry.key), error, done)
            pause(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (failed - 1)))
