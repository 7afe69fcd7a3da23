"""Alignments of made-up tracks: hours of them in seconds, within bounded memory, and edges."""

import gc
import re
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.frame_clock import FrameTimes
from dampipe.media.signatures.align import align
from dampipe.media.signatures.alignment import Alignment, Span
from dampipe.media.signatures.track import WIDTH, SignatureKind, SignatureTrack
from tests.support.signature_tracks import BASE, encoded, shots, track

ROOT = Path(__file__).parents[4]
HOURS = 3


def test_three_hours_with_forty_cuts_are_aligned_in_seconds() -> None:
    rng = np.random.default_rng(1)
    count = HOURS * 3600 * 24
    rows = shots(count, rng)
    keep = np.ones(count, bool)
    moving = np.linalg.norm(np.diff(rows, axis=0, append=0), axis=1) > 3
    cuts = 0
    while cuts < 40:
        start, length = int(rng.integers(0, count - 600)), int(rng.integers(20, 400))
        if moving[start - 30 : start + length + 30].all():  # cut where it can be seen
            keep[start : start + length] = False
            cuts += 1
    first, second = track(rows), track(encoded(rows[keep], rng))
    began = time.process_time()
    found = align(first, second)
    seconds = time.process_time() - began
    print(f"{seconds:.1f} s, {len(found.spans)} spans, {len(found.to_bytes())} bytes")
    assert seconds < 40  # measured: 9 s
    truth = np.where(keep, np.cumsum(keep) - 1, -1)
    began = time.process_time()
    right = 0
    asked = range(0, count, 50)
    for frame in asked:
        carried = found.carry(AnchoredTime(frame, BASE)).time
        place = int(truth[frame])
        right += (carried is None) if place < 0 else carried is not None and abs(carried.ticks - place) <= 1
    per_anchor = (time.process_time() - began) / len(asked)
    print(f"{100 * right / len(asked):.2f} % of {len(asked)}, {1e6 * per_anchor:.0f} µs each")
    assert right >= 0.99 * len(asked)
    assert per_anchor < 0.002


def peak_of_an_alignment() -> None:
    """Print by how many bytes the memory of this process grew at most while it aligned hours with one cut, and what of
    them was found."""
    rng = np.random.default_rng(3)
    rows = shots(HOURS * 3600 * 24, rng)
    first, second = track(rows), track(encoded(np.delete(rows, np.s_[40_000:40_500], axis=0), rng))
    del rows
    align(track(shots(2000, rng)), track(shots(2000, rng)))  # imports what it needs
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that from here on
    before = memory("VmRSS")
    found = align(first, second)
    print(memory("VmHWM") - before, found.share)


def memory(name: str) -> int:
    """A line of /proc/self/status, in bytes."""
    [found] = re.findall(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
    return int(found) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
def test_memory_is_bounded() -> None:
    """In a process of its own, by what the kernel counts: tracemalloc makes it three times slower."""
    code = f"from {__name__} import peak_of_an_alignment; peak_of_an_alignment()"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=170, check=False
    )
    assert ran.returncode == 0, ran.stderr
    peak, share = map(float, ran.stdout.split())
    print(f"{peak / 2**20:.0f} MiB")
    assert share > 0.9
    assert 2**20 < peak < 512 * 2**20


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_hardly_any_frames(count: int) -> None:
    rng = np.random.default_rng(2)
    whole, few = track(shots(500, rng)), track(shots(max(count, 1), rng)[:count])
    for first, second in ((whole, few), (few, whole), (few, few)):
        assert align(first, second).spans == ()


def test_black_alone_has_no_alignment() -> None:
    black = track(np.zeros((500, WIDTH)))
    assert align(black, black).spans == ()


def test_pictures_are_not_compared_with_sound() -> None:
    rows = shots(500, np.random.default_rng(4))
    sound = SignatureTrack(SignatureKind.SOUND, Fraction(1, 50), np.arange(500), track(rows).rows, 500)
    assert align(track(rows), sound).spans == ()


def test_gone_times_have_the_neighbours_that_are_left() -> None:
    times = FrameTimes.of_rate(Fraction(25), 100)
    second = Fraction(1, 25)
    spans = (Span(10 * second, 40 * second, Fraction(0)), Span(60 * second, 90 * second, 30 * second))
    made = Alignment(times, FrameTimes.of_rate(Fraction(25), 60), spans)

    def frames(frame: int) -> tuple[int | None, ...]:
        found = made.carry(AnchoredTime(frame, second))
        return tuple(None if one is None else one.ticks for one in (found.time, found.before, found.after))

    assert [frames(frame) for frame in (9, 10, 39, 40, 59, 60, 89, 90)] == [
        (None, None, 0),
        (0, None, None),
        (29, None, None),
        (None, 29, 30),
        (None, 29, 30),
        (30, None, None),
        (59, None, None),
        (None, 59, None),
    ]
    assert made.share == pytest.approx(0.6)
    assert Alignment.from_bytes(made.to_bytes()) == made
    assert made.inverse.inverse == made
    assert [made.inverse.carry(AnchoredTime(n, second)).time for n in (0, 59)] == [
        AnchoredTime(10, second),
        AnchoredTime(89, second),
    ]
