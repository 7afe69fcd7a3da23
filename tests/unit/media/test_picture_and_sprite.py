"""Sizes, tiles and WebVTT; names that a scan takes; what cameras write."""

import doctest
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest

from dampipe.kernel import progress
from dampipe.media import filetypes
from dampipe.media import integrity as made
from dampipe.media.ffmpeg import binary as ffmpeg
from dampipe.media.ffmpeg import picture_filters as picture
from dampipe.media.ffmpeg.picture_filters import fitted
from dampipe.media.filetypes import is_media
from dampipe.media.hwaccel import acceleration
from dampipe.media.hwaccel import stream_kinds as kinds
from dampipe.media.info import VideoStream
from dampipe.media.preview import sampling, webvtt
from dampipe.media.preview.webvtt import sprite_for
from dampipe.media.probe import container_metadata as tags
from dampipe.media.recipes import SpriteRecipe


@pytest.mark.parametrize(
    "module", [acceleration, ffmpeg, filetypes, kinds, made, picture, progress, sampling, tags, webvtt]
)
def test_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


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
    assert fitted(stream, 720) == size


def test_a_long_film_gets_wider_steps_instead_of_more_tiles() -> None:
    sprite = sprite_for(SpriteRecipe(max_tiles=100), video(), 7200.0)
    assert (sprite.count, sprite.interval, sprite.columns, sprite.rows) == (100, 72.0, 10, 10)


def test_a_portrait_strip_keeps_its_shape() -> None:
    assert sprite_for(SpriteRecipe(), video(rotation=90), 20.0).tile == (160, 284)


def test_every_cue_is_inside_the_sprite_and_follows_the_one_before() -> None:
    sprite = sprite_for(SpriteRecipe(), video(), 61.3)
    cues = webvtt.webvtt(sprite).split("\n\n")[1:]
    assert len(cues) == sprite.count
    assert cues[-1].startswith("00:01:00.000 --> 00:01:01.300")
    for cue in cues:
        x, y, width, height = (int(number) for number in cue.partition("xywh=")[2].split(","))
        assert x + width <= sprite.columns * width
        assert y + height <= sprite.rows * height


@pytest.mark.parametrize("name", ["A001.MOV", "clip.mp4", "b.MXF", "day 1.wav", "p.JPG", "x.mts", "a.b.mkv"])
def test_footage(name: str) -> None:
    assert is_media(name)


@pytest.mark.parametrize(
    "name",
    [
        "._A001.MOV",
        ".mp4",
        "mp4",
        "clip.mp4.part",
        "clip.mp4.crdownload",
        "clip.part.mp4",
        "~lock.mov",
        "a.txt",
        "",
    ],
)
def test_no_footage(name: str) -> None:
    assert not is_media(name)


def test_cameras() -> None:
    apple = {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "iPhone 15 Pro"}
    assert tags.camera([{}, apple]) == "Apple iPhone 15 Pro"
    assert tags.camera([{"firmware": "HD9.01.01.72.00"}, {"handler_name": "\tGoPro AVC"}]) == "GoPro HERO9"
    assert tags.camera([{"handler_name": "GoPro AVC"}]) == "GoPro"
    assert tags.camera([{"company_name": "FFmpeg", "product_name": "OP1a Muxer"}]) is None
    assert tags.camera([{"company_name": "Sony", "product_name": "PXW-FS7"}]) == "Sony PXW-FS7"


def test_recording_times() -> None:
    utc = {"creation_time": "2024-01-24T14:50:14.000000Z"}
    local = {"com.apple.quicktime.creationdate": "2024-01-24T15:50:14+0100"}
    assert tags.created([utc, local]) == "2024-01-24T15:50:14+01:00"
    assert tags.created([utc]) == "2024-01-24T14:50:14+00:00"
    assert tags.created([{"creation_time": "1904-01-01T00:00:00Z"}, {"date": "not a date"}]) is None


def test_timecodes() -> None:
    assert tags.timecode([{}, {"timecode": "23:58:30:00"}]) == "23:58:30:00"
    assert tags.timecode([{"timecode": "01:00:00;02"}]) == "01:00:00;02"
    assert tags.timecode([{"timecode": "nonsense"}]) is None
