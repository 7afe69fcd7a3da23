"""The health of a machine's video hardware: what fails again and again is set aside for a while."""

import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dampipe.media.hwaccel.file_lock import locked

log = logging.getLogger(__name__)

PATIENCE = 3
"""So many failures in a row, and a part is set aside."""
FIRST = 900.0
LONGEST = 4 * 3600.0
"""Seconds: a part that fails again after it came back is set aside for twice as long, up to this."""


@dataclass(frozen=True)
class Failures:
    """A part of the hardware (`Plan.parts`) that has failed of late, on files that software then did."""

    part: str
    failures: int
    """In a row."""
    until: float
    """When it is tried again, seconds since 1970; 0 when it has not been set aside."""
    reason: str
    """What it said last."""


class CircuitBreaker:
    """Notes of what failed, in a small file that the processes of a machine share."""

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """path: None keeps the notes in this object."""
        self._path = path
        self._clock = clock
        self._notes: dict[str, Failures] = {}

    def set_aside(self) -> list[Failures]:
        """What is not used now, by name."""
        now = self._clock()
        return sorted((one for one in self._read().values() if one.until > now), key=lambda one: one.part)

    def good(self, parts: tuple[str, ...]) -> bool:
        """Whether none of them is set aside."""
        return not parts or not {one.part for one in self.set_aside()} & set(parts)

    def failed(self, part: str, reason: str) -> None:
        """Count a failure; from the third in a row on the part is set aside."""
        with self._changing() as notes:
            before = notes.get(part, Failures(part, 0, 0.0, ""))
            failures = before.failures + 1
            pause = min(LONGEST, FIRST * 2.0 ** max(0, failures - PATIENCE))
            until = self._clock() + pause if failures >= PATIENCE else 0.0
            notes[part] = replace(before, failures=failures, until=until, reason=reason)
        if until:
            log.warning(
                "%s failed %d times in a row and is set aside for %.0f minutes: %s",
                part, failures, pause / 60, reason,
            )  # fmt: skip

    def worked(self, parts: tuple[str, ...]) -> None:
        """Forget the failures of these parts."""
        if set(parts) & set(self._read()):
            with self._changing() as notes:
                for part in parts:
                    notes.pop(part, None)

    def forget(self) -> None:
        """Let everything be tried afresh."""
        with self._changing() as notes:
            notes.clear()

    def _read(self) -> dict[str, Failures]:
        if self._path is not None:
            # A file that cannot be read means that nothing is known.
            self._notes = {}
            with contextlib.suppress(OSError, ValueError, TypeError):
                entries = json.loads(self._path.read_text(encoding="utf-8"))
                self._notes = {entry["part"]: Failures(**entry) for entry in entries}
        return self._notes

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Failures]]:
        if self._path is None:
            yield self._notes
            return
        with locked(self._path.with_name(f"{self._path.name}.lock")):
            notes = self._read()
            yield notes
            with contextlib.suppress(OSError):
                beside = self._path.with_name(f"{self._path.name}.new")
                beside.write_text(json.dumps([asdict(one) for one in notes.values()]), encoding="utf-8")
                beside.replace(self._path)
