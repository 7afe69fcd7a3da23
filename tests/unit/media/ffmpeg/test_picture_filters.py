"""Sizes of pictures: even, upright, in square pixels, never upscaled."""

from fractions import Fraction
from typing import Any

import pytest

from dampipe.media.ffmpeg.picture_filters import fitted_size
from dampipe.media.info import VideoStream


def video(**changes: Any) -> VideoStream:
    settings = {"index": 0, "codec": "h264", "width": 1920, "height": 1080, "pixel_format": "yuv420p"}
    return VideoStream(**(settings | changes))


@pytest.mark.parametrize(
    ("stream", "size"),
    [
        (video(), (1280, 720)),
        (video(rotation=90), (720, 1280)),
        (video(width=640, height=360), (640, 360)),
        (video(width=319, height=179), (318, 178)),
        (video(width=720, height=576, sample_aspect=Fraction(64, 45)), (1024, 576)),
        (video(width=8000, height=800), (2160, 216)),
        (video(width=1, height=1), (2, 2)),
    ],
)
def test_fitted_sizes(stream: VideoStream, size: tuple[int, int]) -> None:
    assert fitted_size(stream, 720) == size
