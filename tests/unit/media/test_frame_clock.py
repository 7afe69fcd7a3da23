"""Frames, time code and times of a version agree, at every rate, for a day."""

from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.frame_clock import FrameClock, FrameTimes
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.timecode import Timecode

RATES = {
    "23.976": (Fraction(24000, 1001), "01:00:00:00"),
    "24": (Fraction(24), "00:00:00:00"),
    "25": (Fraction(25), "10:00:00:00"),
    "29.97 non-drop": (Fraction(30000, 1001), "01:00:00:00"),
    "29.97 drop": (Fraction(30000, 1001), "01:00:00;00"),
    "30": (Fraction(30), "23:59:59:29"),
    "50": (Fraction(50), "00:00:00:00"),
    "59.94 drop": (Fraction(60000, 1001), "00:09:59;58"),
    "59.94 non-drop": (Fraction(60000, 1001), "00:00:00:00"),
    "60": (Fraction(60), "00:00:00:00"),
}


def media(rate: Fraction, seconds: float, timecode: str | None, **video: object) -> MediaInfo:
    stream = VideoStream.model_validate(
        {"index": 0, "codec": "h264", "width": 640, "height": 360, "pixel_format": "yuv420p", "rate": rate}
        | video
    )
    return MediaInfo(kind=MediaKind.VIDEO, container="mov", duration=seconds, video=stream, timecode=timecode)


def clock(rate: Fraction, timecode: str | None, seconds: float = 86_000, **video: object) -> FrameClock:
    made = FrameClock.of_media(media(rate, seconds, timecode, **video))
    assert made is not None
    return made


@pytest.mark.parametrize("name", RATES)
def test_frame_time_and_time_code_agree_for_nearly_a_day(name: str) -> None:
    rate, start = RATES[name]
    made = clock(rate, start)
    count = made.times.count
    near = [
        n for ten in range(0, count, round(600 * rate)) for n in range(max(0, ten - 3), min(count, ten + 4))
    ]
    for frame in (*range(4000), *near, *range(count - 100, count)):
        time = made.time(frame)
        assert time.seconds == frame / rate
        assert made.frame(time) == frame
        assert made.frame(AnchoredTime.at(time.seconds, Fraction(1, 90_000))) == frame, (
            "rounded to MPEG's clock"
        )
        assert made.frame(AnchoredTime.at(time.seconds, Fraction(1, 1000))) == frame, (
            "rounded to milliseconds"
        )
        assert made.frame(AnchoredTime.at(time.seconds + Fraction(9, 10) / rate, Fraction(1, 10**6))) == frame
        code = made.timecode(time)
        assert code is not None and code.dropped == (";" in start)
        assert made.at_timecode(code) == time
    assert str(made.timecode(made.time(0))) == start


@pytest.mark.parametrize(
    ("rate", "start", "frame", "code"),
    [
        # By hand, after SMPTE ST 12-1: numbers 0 and 1 (0 to 3 at 59.94) are left out but in every tenth minute.
        (Fraction(30000, 1001), "00:00:00;00", 1799, "00:00:59;29"),
        (Fraction(30000, 1001), "00:00:00;00", 1800, "00:01:00;02"),
        (Fraction(30000, 1001), "00:00:00;00", 17982, "00:10:00;00"),
        (Fraction(30000, 1001), "00:00:00;00", 107892, "01:00:00;00"),
        (Fraction(60000, 1001), "00:00:00;00", 3600, "00:01:00;04"),
        (Fraction(60000, 1001), "00:00:00;00", 215784, "01:00:00;00"),
        (Fraction(30000, 1001), "00:00:00:00", 1800, "00:01:00:00"),
        (Fraction(24000, 1001), "01:00:00:00", 86400, "02:00:00:00"),
        (Fraction(25), "23:59:59:24", 1, "00:00:00:00"),
    ],
)
def test_time_code_by_hand(rate: Fraction, start: str, frame: int, code: str) -> None:
    made = clock(rate, start)
    assert str(made.timecode(made.time(frame))) == code
    assert made.at_timecode(Timecode.parse(code)) == made.time(frame)


def test_labels_that_no_frame_has() -> None:
    made = clock(Fraction(30000, 1001), "00:00:00;00", seconds=120)
    assert made.at_timecode(Timecode.parse("00:01:00;01")) is None, "left out"
    assert made.at_timecode(Timecode.parse("00:03:00;00")) is None, "after the end"
    assert made.at_timecode(Timecode.parse("00:00:01;45")) is None, "beyond the base"
    assert made.at_timecode(Timecode.parse("00:01:00:02")) == made.time(1800), "whatever mark was typed"


def test_a_variable_rate_counts_its_own_frames() -> None:
    durations = [33, 34, 100, 16, 17, 33, 500, 20] * 50
    ticks = np.array([0, *accumulate(durations[:-1])], np.int64)
    times = FrameTimes.of_ticks(ticks, int(sum(durations)), Fraction(1, 1000))
    facts = media(Fraction(30), sum(durations) / 1000, "01:00:00:00", variable_rate=True)
    made = FrameClock.of_media(facts, times)
    assert made is not None and made.times.step is None and made.times.count == len(durations)
    for frame, (begin, duration) in enumerate(zip(ticks.tolist(), durations, strict=True)):
        time = AnchoredTime(begin, Fraction(1, 1000))
        assert made.time(frame) == time
        assert made.frame(time) == frame
        assert made.frame(AnchoredTime(begin + duration - 2, Fraction(1, 1000))) == frame
        code = made.timecode(time)
        assert code is not None and made.at_timecode(code) == time
    assert FrameTimes.from_json(made.times.to_json()) == made.times


def test_a_picture_that_starts_after_the_sound() -> None:
    made = clock(Fraction(25), None, seconds=10.021, start=0.021)
    assert (made.time(0).seconds, made.time(1).seconds) == (Fraction("0.021"), Fraction("0.061"))
    assert made.frame(AnchoredTime.parse("0.06")) == 0 + 1, "within a millisecond"
    assert made.frame(AnchoredTime.parse("0.05")) == 0
    assert made.times.count == 250


def test_a_grid_is_recognised_through_the_rounding_of_a_container() -> None:
    ticks = np.round(np.arange(1000) * 1501.5).astype(np.int64)
    times = FrameTimes.of_ticks(ticks, int(ticks[-1]) + 1502, Fraction(1, 90_000))
    assert times.step is not None and times.count == 1000
    assert [times.shown_at(Fraction(int(tick), 90_000)) for tick in ticks] == list(range(1000))
    assert FrameTimes.from_json(times.to_json()) == times


def test_times_outside_are_those_of_the_first_and_the_last_frame() -> None:
    times = FrameTimes.of_rate(Fraction(25), 100)
    assert (times.shown_at(Fraction(-5)), times.shown_at(Fraction(1000))) == (0, 99)
    assert (times.nearest(Fraction(-5)), times.nearest(Fraction(1000))) == (0, 99)


def test_no_rate_no_time_code_and_sound_has_no_frames() -> None:
    odd = clock(Fraction(179, 6), None, seconds=10)
    assert odd.timecode(odd.time(7)) == Timecode(0, 0, 0, 7)
    rare = clock(Fraction(12), None, seconds=10)
    assert rare.timecode(rare.time(7)) is None and rare.at_timecode(Timecode(0, 0, 0, 7)) is None
    assert FrameClock.of_media(MediaInfo(kind=MediaKind.AUDIO, container="wav", duration=3.0)) is None
