"""Alignments of made-up tracks: hours of them in seconds, within bounded memory, and edges."""

import time
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.frame_clock import FrameTimes
from dampipe.media.signatures.align import align
from dampipe.media.signatures.alignment import Alignment, Span
from dampipe.media.signatures.track import WIDTH, SignatureKind, SignatureTrack
from tests.support.signature_tracks import BASE, encoded, shots, track

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


def test_memory_is_bounded() -> None:
    rng = np.random.default_rng(3)
    rows = shots(HOURS * 3600 * 24, rng)
    first, second = track(rows), track(encoded(np.delete(rows, np.s_[40_000:40_500], axis=0), rng))
    tracemalloc.start()
    found = align(first, second)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{peak / 2**20:.0f} MiB, {len(found.spans)} spans")
    assert found.share > 0.9
    assert peak < 512 * 2**20


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
