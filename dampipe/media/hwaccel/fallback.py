"""Falls back from plan to plan: software does what hardware cannot, and only faulty hardware is blamed."""

import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from dampipe.kernel.errors import BadMedia, Transient
from dampipe.media.ffmpeg.run import FfmpegResult
from dampipe.media.hwaccel.circuit_breaker import CircuitBreaker
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.hwaccel.session_limit import SessionLimit
from dampipe.media.integrity import truncation_warning

_HARDWARE = re.compile(
    r"cuda|nvenc|nvdec|cuvid|vaapi|libva|\bva\b|qsv|mfx|videotoolbox|_vt\b|\bamf\b|_amf\b"
    r"|hwaccel|hwdownload|hwupload|hardware|hw ?device|no device|device (creation|setup)"
    r"|convert between the formats",
    re.IGNORECASE,
)
"""Messages that involve a device, its driver or its filters."""


@dataclass(frozen=True)
class Attempt:
    """The outcome of one plan."""

    plan: Plan
    result: FfmpegResult
    reached: float
    """Seconds of footage in the output; 0 if there is none."""
    complete: bool
    """Whether that is the whole footage, as far as can be determined."""

    @property
    def usable(self) -> bool:
        """Whether there is an output to keep."""
        return self.result.ok and self.reached > 0


@dataclass
class SharedState:
    """State of the hardware that the processes of a machine share."""

    circuit_breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    sessions: SessionLimit = field(default_factory=SessionLimit)


@dataclass(frozen=True)
class FallbackResult:
    """The last attempt, and the attempts before it that hardware failed."""

    last: Attempt
    failed: tuple[Attempt, ...] = ()
    """Attempts that achieved less than the last one, which means that hardware was at fault."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """For users: which hardware failed, and why."""
        return tuple(
            f"{attempt.plan.name} failed on this file ({_reason(attempt)}), {self.last.plan.name} succeeded"
            for attempt in self.failed
        )


def run_with_fallback(
    plans: Sequence[Plan], attempt: Callable[[Plan], Attempt], shared_state: SharedState
) -> FallbackResult:
    """Try plans in order until one gives complete output; the result of the last plan is accepted as it is.

    After a failure only plans that use less hardware are tried. If software fails as well, the file is at
    fault and no hardware is blamed. If a later plan achieves more, the failure is recorded in the circuit
    breaker for the parts of the hardware that the later plan does not use.
    """
    failed: list[Attempt] = []
    for position, plan in enumerate(plans):
        is_last = position == len(plans) - 1
        if failed and len(plan.parts) >= len(failed[-1].plan.parts) and not is_last:
            continue
        if not is_last and not shared_state.circuit_breaker.allows(plan.parts):
            continue
        slot = shared_state.sessions.acquire() if plan.limited_sessions else nullcontext(True)
        with slot as acquired:
            if not acquired and not is_last:
                continue
            current = attempt(plan)
        if is_last or current.complete or not _may_improve(current):
            break
        failed.append(current)
    surpassed = [earlier for earlier in failed if _achieved_less(earlier, current)]
    blamed: set[str] = set()
    for earlier in reversed(surpassed):  # the attempt with the least hardware identifies the part best
        parts = set(earlier.plan.parts) - set(current.plan.parts)
        if not parts & blamed:
            for part in parts:
                shared_state.circuit_breaker.record_failure(part, _reason(earlier))
            blamed |= parts
    if current.usable:
        shared_state.circuit_breaker.record_success(current.plan.parts)
    return FallbackResult(current, tuple(surpassed))


def _may_improve(attempt: Attempt) -> bool:
    """Return whether less hardware may achieve more. What software failed to decode, it would fail to decode again."""
    if not attempt.plan.parts:
        return False
    result = attempt.result
    if result.outcome != "exit" or _HARDWARE.search(_without_file_names(result.stderr)):
        return True
    if result.ok:
        return attempt.plan.decoder is not None
    if isinstance(result.error, Transient):  # a full disk, an unavailable share, a kill from outside
        return False
    return attempt.plan.decoder is not None or result.code < 0 or not isinstance(result.error, BadMedia)


def _achieved_less(attempt: Attempt, other: Attempt) -> bool:
    if not other.usable:
        return False
    return not attempt.usable or truncation_warning(attempt.reached, other.reached) is not None


def _reason(attempt: Attempt) -> str:
    result = attempt.result
    if result.outcome != "exit":
        seconds = result.limits.stall if result.outcome == "stall" else result.limits.seconds
        return f"no output for {seconds:.0f} s"
    if result.code < 0:
        return f"ffmpeg crashed, signal {-result.code}"
    lines = [line.rpartition("] ")[2].strip() for line in _without_file_names(result.stderr).splitlines()]
    messages = [line for line in lines if _HARDWARE.search(line)] or [line for line in lines if line]
    return messages[0][:200] if messages else "its output was incomplete"


def _without_file_names(stderr: str) -> str:
    """Drop the lines with the name of the file, which may contain any words."""
    return "\n".join(line for line in stderr.splitlines() if "file:" not in line)
