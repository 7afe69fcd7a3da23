"""`dampipe show` prints the three facts of a frame rate, and a time zone only where the file has one."""

from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest

from dampipe.features.assets.cli import _media
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.proxy.graph import ProxyGraph
from dampipe.media.recipes import ProxyRecipe

NTSC = Fraction(30000, 1001)


def shown(rate: Fraction, average: Fraction | None, variable: bool, **facts: Any) -> dict[str, str]:
    video = VideoStream(
        index=0, codec="h264", width=64, height=64, pixel_format="yuv420p", rate=rate, average_rate=average,
        variable_rate=variable,
    )  # fmt: skip
    return dict(_media(MediaInfo(kind=MediaKind.VIDEO, container="mov", duration=1.0, video=video, **facts)))


@pytest.mark.parametrize(
    ("average", "variable", "words"),
    [
        (NTSC, False, "29.970 frames/s (30000/1001)"),
        (Fraction("29.98"), False, "29.970 frames/s (30000/1001), 29.980 on average"),
        (Fraction("29.98"), True, "29.970 frames/s (30000/1001), variable (29.980 on average)"),
        (None, False, "29.970 frames/s (30000/1001)"),
    ],
)
def test_rates(average: Fraction | None, variable: bool, words: str) -> None:
    assert shown(NTSC, average, variable)["video"].endswith(f"8 bit, {words}")


def test_times() -> None:
    plain = shown(NTSC, NTSC, False, created_at=datetime(2024, 5, 6, 7, 8, 9), start_of_day=3603.5)
    zoned = shown(NTSC, NTSC, False, created_at=datetime.fromisoformat("2024-05-06T07:08:09+02:00"))
    assert (plain["made"], plain["timecode"]) == ("2024-05-06 07:08:09", "1:00:03.5 after midnight")
    assert zoned["made"] == "2024-05-06 07:08:09+02:00"


@pytest.mark.parametrize(
    ("rate", "average", "expected"),
    [("60", "18", 18), ("60", None, 60), ("120", "119", 60), ("120", "20", 20), ("25", "25", 25)],
)
def test_the_frames_of_a_proxy_are_counted_at_the_average_rate(
    rate: str, average: str | None, expected: float
) -> None:
    """Else a screen recording of 60 frames per second with few frames would be called damaged."""
    video = VideoStream(
        index=0, codec="h264", width=64, height=64, pixel_format="yuv420p", rate=Fraction(rate),
        average_rate=Fraction(average) if average else None,
    )  # fmt: skip
    media = MediaInfo(kind=MediaKind.VIDEO, container="mov", duration=1.0, video=video)
    nothing: Any = None
    assert ProxyGraph(nothing, ProxyRecipe(), media).average_rate == expected
