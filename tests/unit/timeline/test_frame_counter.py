"""Frame numbers of spans, where the picture does not start at a multiple of a frame."""

from fractions import Fraction

import pytest

from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import FrameCounter


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001), Fraction(60)])
@pytest.mark.parametrize("start", [0.0, 0.0109, 0.0232, 0.033, 0.52, 4.0])
def test_every_picture_has_a_frame_of_its_own(rate: Fraction, start: float) -> None:
    """Of a sound that starts first by less than a frame nothing is seen: the first picture is frame 0."""
    video = VideoStream(
        index=0, codec="h264", width=64, height=36, pixel_format="yuv420p", rate=rate, start=start
    )
    media = MediaInfo(kind=MediaKind.VIDEO, container="mpegts", duration=20.0, video=video)
    numbers = []
    for n in range(100):
        time = start + float(n / rate)
        clip = Clip(
            asset="a",
            path="a",
            name="a",
            media=media,
            moment=time,
            start=time,
            end=time + float(1 / rate),
            score=1,
        )
        span = FrameCounter([clip]).span(clip, rate)
        assert (span.length, span.moment) == (1, span.first)
        numbers.append(span.first)
    first = int(Fraction(start).limit_denominator(10**6) * rate + Fraction(1, 1000) * rate)
    assert numbers == list(range(first, first + 100))
    whole = Clip(asset="a", path="a", name="a", media=media, moment=0.0, start=0.0, end=20.0, score=1)
    assert FrameCounter([whole]).span(whole, rate).first == 0
