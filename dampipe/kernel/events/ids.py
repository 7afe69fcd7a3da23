"""Ids of events: UUIDs of version 7 (RFC 9562), which rise with time, so that an index grows at its end."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0
"""The time and counter of the newest id of this process: milliseconds, then 12 bits."""


def new_event_id() -> str:
    """A new id; those of one process rise in the order in which they are made."""
    global _last
    now = time.time_ns() // 1_000_000 << 12
    with _lock:
        _last = now = max(now, _last + 1)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return str(UUID(int=(now >> 12) << 80 | 0x7 << 76 | (now & 0xFFF) << 64 | 0x2 << 62 | random))
