"""Which pass is chosen, and when its result is good enough."""

import itertools
from fractions import Fraction
from typing import Any

import pytest

from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.preview.sampling import interval_for, is_dense_enough, samplings, thin_out


def media(duration: float | None = 60.0, **video: Any) -> MediaInfo:
    settings = {"index": 0, "codec": "h264", "width": 1920, "height": 1080, "pixel_format": "yuv420p"}
    stream = VideoStream(**(settings | {"rate": Fraction(25)} | video))
    return MediaInfo(kind=MediaKind.VIDEO, container="mov", duration=duration, video=stream)


@pytest.mark.parametrize(
    ("keyframes", "first"),
    [(0.5, "keys"), (2.0, "keys"), (2.002, "keys"), (2.5, "references"), (None, "references")],
)
def test_key_frames_are_enough_only_where_they_are_dense(keyframes: float | None, first: str) -> None:
    ways = [sampling.way for sampling in samplings(media(keyframe_interval=keyframes), 2.0)]
    assert ways[0] == first
    assert ways[-2:] == ["references", "full"]


def test_intra_only_codecs_drop_packets() -> None:
    first, last = samplings(media(intra_only=True, keyframe_interval=0.04), 2.0)
    assert (first.way, first.every, last.way) == ("packets", 50, "full")
    assert samplings(media(intra_only=True, rate=Fraction(30000, 1001)), 2.0)[0].every == 59


def test_intra_only_with_few_frames_is_read_in_full() -> None:
    assert [sampling.way for sampling in samplings(media(intra_only=True), 0.05)] == ["full"]
    assert [sampling.way for sampling in samplings(media(intra_only=True, rate=None), 2.0)] == ["full"]


@pytest.mark.parametrize("apart", [0.25, 0.48, 0.5, 0.7, 1.0, 1.2, 1.9, 2.0])
def test_steps_leave_no_gap_wider_than_the_interval(apart: float) -> None:
    """Plays the select filter over key frames at a steady distance."""
    step = samplings(media(keyframe_interval=apart), 2.0)[0].step
    taken = [0.0]
    for n in range(1, 200):
        if n * apart - taken[-1] >= step:
            taken.append(n * apart)
    assert max(b - a for a, b in itertools.pairwise(taken)) <= 2.0 + 1e-9


def test_full_pass_steps() -> None:
    assert samplings(media(), 2.0)[-1].step == pytest.approx(1.962)


@pytest.mark.parametrize(
    ("times", "good"),
    [
        ([0.0, 2.0, 4.0, 6.0, 8.0], True),
        ([0.0, 2.002, 4.004, 6.006, 8.008], True),
        ([0.0, 2.0, 6.0, 8.0], False),
        ([0.0, 2.0, 4.0], False),
        ([], False),
    ],
)
def test_a_sparse_pass_is_judged_by_its_times(times: list[float], good: bool) -> None:
    assert is_dense_enough(times, 2.0, 10.0, "keys") is good


def test_a_pass_over_everything_ends_where_the_picture_ends() -> None:
    assert not is_dense_enough([0.0, 2.0, 4.0], 2.0, 30.0, "keys")
    assert is_dense_enough([0.0, 2.0, 4.0], 2.0, 30.0, "references")
    assert not is_dense_enough([0.0, 4.0], 2.0, 30.0, "references")
    assert is_dense_enough([0.0, 4.0], 2.0, 30.0, "full")


def test_without_a_duration_two_frames_are_the_least() -> None:
    assert not is_dense_enough([0.0], 2.0, None, "keys")
    assert is_dense_enough([0.0, 2.0], 2.0, None, "keys")


@pytest.mark.parametrize(
    ("duration", "interval"),
    [(None, 2.0), (0.04, 0.25), (2.0, 0.5), (8.0, 2.0), (600.0, 2.0), (6000.0, 20.0)],
)
def test_the_interval_suits_the_duration(duration: float | None, interval: float) -> None:
    assert interval_for(2.0, 300, duration) == interval


def test_thinning_keeps_the_first_and_stays_dense() -> None:
    times = [n / 25 for n in range(250)]
    rows = thin_out(times, 2.0, 300)
    assert [times[row] for row in rows] == [0.0, 2.0, 4.0, 6.0, 8.0, 9.96]
    assert thin_out([], 2.0, 300) == []
