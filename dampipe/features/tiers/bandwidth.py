"""The limit on the speed of transfers by time of day, kept by all workers of a machine together.

Each transfer reserves the time that its bytes take at the limit, one after the other, in a small file that all processes
lock for a moment; then it waits until that time has come. The clock is one of the system since its start, so that
setting the time changes nothing.
"""

import fcntl
import os
import struct
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from dampipe.features.tiers.policy import Limits
from dampipe.kernel.private_files import make_folder

LONGEST = 600.0
"""Seconds that reservations may lie ahead, or those of 64 blocks: what is more is left from another start of the
system."""
SLICE = 1.0
"""Seconds that are slept at a time: the limit may have changed then."""
RECHECK = 10.0
"""Seconds between two looks at the policy."""
_FORMAT = "<d"


class Bandwidth:
    """Slows transfers down to what the policy in force allows at this time of day."""

    def __init__(
        self,
        limits: Callable[[], Limits],
        file: Path,
        *,
        clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_MONOTONIC),
        local_time: Callable[[], datetime] = datetime.now,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """limits: those in force. file: one for all workers of this machine; its folder is made."""
        self._limits = limits
        self._file = file
        self._clock = clock
        self._local_time = local_time
        self._sleep = sleep
        self._known: Limits | None = None
        self._asked = 0.0

    def take(self, count: int, on_wait: Callable[[], object] = lambda: None) -> None:
        """Wait until `count` bytes may be transferred. on_wait: called while waiting; what it raises ends that."""
        rate = self._rate()
        if rate is None:
            return
        until = self._reserve(count / rate)
        while (left := until - self._clock()) > 0:
            self._sleep(min(left, SLICE))
            on_wait()
            if self._rate() is None:
                return

    def _rate(self) -> float | None:
        """Bytes a second; None: there is no limit."""
        now = self._clock()
        if self._known is None or now - self._asked > RECHECK:
            self._known, self._asked = self._limits(), now
        here = self._local_time()
        limit = self._known.mb_per_s(here.hour * 60 + here.minute)
        return None if limit is None else limit * 1e6

    def _reserve(self, seconds: float) -> float:
        """When the time that is reserved ends, by the clock."""
        make_folder(self._file.parent)
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            now = self._clock()
            stored = os.pread(descriptor, struct.calcsize(_FORMAT), 0)
            free = struct.unpack(_FORMAT, stored)[0] if len(stored) == struct.calcsize(_FORMAT) else now
            begin = max(now, free) if free <= now + max(LONGEST, 64 * seconds) else now
            os.pwrite(descriptor, struct.pack(_FORMAT, begin + seconds), 0)
        finally:
            os.close(descriptor)
        return float(begin + seconds)
