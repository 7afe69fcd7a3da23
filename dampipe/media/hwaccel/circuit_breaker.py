"""A circuit breaker for video hardware: a part that fails repeatedly is not used for a while."""

import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dampipe.media.hwaccel.file_lock import file_lock

log = logging.getLogger(__name__)

FAILURE_THRESHOLD = 3
"""Consecutive failures after which the circuit of a part opens."""
FIRST_PAUSE = 900.0
MAX_PAUSE = 4 * 3600.0
"""Seconds. The pause doubles with each failure after the circuit has closed again, up to this."""


@dataclass(frozen=True)
class Failures:
    """Recent failures of one part of the hardware (`Plan.parts`) on files that software could process."""

    part: str
    failures: int
    """Number of consecutive failures."""
    until: float
    """When the part is used again, seconds since 1970; 0 while its circuit is closed."""
    reason: str
    """Message of the last failure."""


class CircuitBreaker:
    """Counts failures in a small file that the processes of a machine share."""

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """path: None keeps the counts in this object only."""
        self._path = path
        self._clock = clock
        self._failures: dict[str, Failures] = {}

    def open_circuits(self) -> list[Failures]:
        """The parts that are not used at the moment, by name."""
        now = self._clock()
        return sorted(
            (entry for entry in self._read().values() if entry.until > now), key=lambda entry: entry.part
        )

    def allows(self, parts: tuple[str, ...]) -> bool:
        """Return whether the circuits of all these parts are closed."""
        return not parts or not {entry.part for entry in self.open_circuits()} & set(parts)

    def record_failure(self, part: str, reason: str) -> None:
        """Count a failure; from the third consecutive one on, the circuit opens."""
        with self._update() as entries:
            before = entries.get(part, Failures(part, 0, 0.0, ""))
            failures = before.failures + 1
            pause = min(MAX_PAUSE, FIRST_PAUSE * 2.0 ** max(0, failures - FAILURE_THRESHOLD))
            until = self._clock() + pause if failures >= FAILURE_THRESHOLD else 0.0
            entries[part] = replace(before, failures=failures, until=until, reason=reason)
        if until:
            log.warning(
                "circuit breaker: %s failed %d times in a row and is not used for %.0f minutes: %s",
                part, failures, pause / 60, reason,
            )  # fmt: skip

    def record_success(self, parts: tuple[str, ...]) -> None:
        """Delete the failures of these parts."""
        if set(parts) & set(self._read()):
            with self._update() as entries:
                for part in parts:
                    entries.pop(part, None)

    def reset(self) -> None:
        """Delete all failures, so that every part is used again."""
        with self._update() as entries:
            entries.clear()

    def failures(self) -> dict[str, Failures]:
        """All recorded failures by part, including those of closed circuits."""
        return dict(self._read())

    def _read(self) -> dict[str, Failures]:
        if self._path is not None:
            # An unreadable file counts as no failures.
            self._failures = {}
            with contextlib.suppress(OSError, ValueError, TypeError):
                entries = json.loads(self._path.read_text(encoding="utf-8"))
                self._failures = {entry["part"]: Failures(**entry) for entry in entries}
        return self._failures

    @contextlib.contextmanager
    def _update(self) -> Iterator[dict[str, Failures]]:
        if self._path is None:
            yield self._failures
            return
        with file_lock(self._path.with_name(f"{self._path.name}.lock")):
            entries = self._read()
            yield entries
            with contextlib.suppress(OSError):
                temporary = self._path.with_name(f"{self._path.name}.new")
                temporary.write_text(
                    json.dumps([asdict(entry) for entry in entries.values()]), encoding="utf-8"
                )
                temporary.replace(self._path)
