"""The kinds of streams that hardware may decode."""

from fractions import Fraction

import pytest

from dampipe.media.hwaccel.stream_kinds import kind_of
from dampipe.media.info import VideoStream

VIDEO = VideoStream(index=0, codec="h264", width=3840, height=2160, pixel_format="yuv420p", rate=Fraction(25))


@pytest.mark.parametrize(
    ("codec", "pixel_format", "kind"),
    [
        ("h264", "yuv420p", "h264"),
        ("h264", "yuvj420p", "h264"),
        ("h264", "yuv422p10le", "h264-422-10"),
        ("h264", "yuv444p", None),
        ("hevc", "yuv420p10le", "hevc-10"),
        ("hevc", "yuv420p12le", None),
        ("vp9", "yuv420p", "vp9"),
        ("av1", "yuv420p10le", "av1-10"),
        ("prores", "yuv422p10le", "prores"),
        ("prores", "yuva444p12le", None),
        ("dnxhd", "yuv422p", None),
    ],
)
def test_kinds(codec: str, pixel_format: str, kind: str | None) -> None:
    assert kind_of(VIDEO.model_copy(update={"codec": codec, "pixel_format": pixel_format})) == kind


def test_streams_that_are_always_decoded_in_software() -> None:
    for change in ({"interlaced": True}, {"height": 200}, {"width": 7680, "height": 4320}):
        assert kind_of(VIDEO.model_copy(update=change)) is None, change
    assert kind_of(VIDEO.model_copy(update={"codec": "hevc", "width": 7680, "height": 4320})) == "hevc"
