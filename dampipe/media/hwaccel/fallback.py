"""From plan to plan: what hardware cannot do software does, and only hardware that was at fault is blamed."""

import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from dampipe.kernel.errors import BadMedia, Transient
from dampipe.media.ffmpeg.run import Ended
from dampipe.media.hwaccel.circuit_breaker import CircuitBreaker
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.hwaccel.session_limit import SessionLimit
from dampipe.media.integrity import cut_short

_HARDWARE = re.compile(
    r"cuda|nvenc|nvdec|cuvid|vaapi|libva|\bva\b|qsv|mfx|videotoolbox|_vt\b|\bamf\b|_amf\b"
    r"|hwaccel|hwdownload|hwupload|hardware|hw ?device|no device|device (creation|setup)"
    r"|convert between the formats",
    re.IGNORECASE,
)
"""What a failure says that a device, its driver or its filters had a part in."""


@dataclass(frozen=True)
class Tried:
    """What one plan gave."""

    plan: Plan
    ended: Ended
    reached: float
    """Seconds of footage in what it made; 0 when that is nothing."""
    whole: bool
    """Whether that is all of it, as far as can be told."""

    @property
    def made(self) -> bool:
        """Whether there is something to keep."""
        return self.ended.ok and self.reached > 0


@dataclass
class SharedState:
    """The state of the hardware that the processes of a machine share."""

    health: CircuitBreaker = field(default_factory=CircuitBreaker)
    sessions: SessionLimit = field(default_factory=SessionLimit)


@dataclass(frozen=True)
class Result:
    """The last plan that was tried, and what failed before it."""

    last: Tried
    failed: tuple[Tried, ...] = ()
    """Plans that failed although the last one did it: the hardware's fault."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """For people: which hardware failed, and why."""
        return tuple(
            f"{one.plan.name} failed on this file ({_why(one)}), {self.last.plan.name} did it"
            for one in self.failed
        )


def first_that_works(plans: Sequence[Plan], attempt: Callable[[Plan], Tried], machine: SharedState) -> Result:
    """Try plans in their order until one gives the whole; the last one is the truth whatever it gives.

    After a failure only plans are tried that use less hardware. A file that software cannot do either is
    the file's fault, and no hardware is blamed. What failed where another plan then did more is counted
    against those parts of the hardware that the other did without.
    """
    failed: list[Tried] = []
    for position, plan in enumerate(plans):
        last = position == len(plans) - 1
        if failed and len(plan.parts) >= len(failed[-1].plan.parts) and not last:
            continue
        if not last and not machine.health.good(plan.parts):
            continue
        with machine.sessions.place() if plan.few_sessions else nullcontext(True) as free:
            if not free and not last:
                continue
            tried = attempt(plan)
        if last or tried.whole or not _worth_another(tried):
            break
        failed.append(tried)
    better = [one for one in failed if _did_less(one, tried)]
    blamed: set[str] = set()
    for one in reversed(better):  # the one with the least hardware tells best which part it was
        parts = set(one.plan.parts) - set(tried.plan.parts)
        if not parts & blamed:
            for part in parts:
                machine.health.failed(part, _why(one))
            blamed |= parts
    if tried.made:
        machine.health.worked(tried.plan.parts)
    return Result(tried, tuple(better))


def _worth_another(tried: Tried) -> bool:
    """Whether less hardware may do better. What software decoded and did not like, it will not like again."""
    if not tried.plan.parts:
        return False
    ended = tried.ended
    if ended.how != "exit" or _HARDWARE.search(_without_names(ended.stderr)):
        return True
    if ended.ok:
        return tried.plan.decoder is not None
    if isinstance(ended.error, Transient):  # a full disk, an absent share, somebody who killed it
        return False
    return tried.plan.decoder is not None or ended.code < 0 or not isinstance(ended.error, BadMedia)


def _did_less(one: Tried, than: Tried) -> bool:
    if not than.made:
        return False
    return not one.made or cut_short(one.reached, than.reached) is not None


def _why(tried: Tried) -> str:
    ended = tried.ended
    if ended.how != "exit":
        return f"it gave nothing for {ended.limits.stall if ended.how == 'stall' else ended.limits.seconds:.0f} s"
    if ended.code < 0:
        return f"ffmpeg crashed, signal {-ended.code}"
    lines = [line.rpartition("] ")[2].strip() for line in _without_names(ended.stderr).splitlines()]
    told = [line for line in lines if _HARDWARE.search(line)] or [line for line in lines if line]
    return told[0][:200] if told else "it gave only a part"


def _without_names(stderr: str) -> str:
    """Without the lines that hold the file's name, which may be any words."""
    return "\n".join(line for line in stderr.splitlines() if "file:" not in line)
