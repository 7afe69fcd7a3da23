"""The layout of sprites, and their WebVTT."""

from typing import Any

from dampipe.media.info import VideoStream
from dampipe.media.preview.webvtt import sprite_for, webvtt
from dampipe.media.recipes import SpriteRecipe


def video(**changes: Any) -> VideoStream:
    settings = {"index": 0, "codec": "h264", "width": 1920, "height": 1080, "pixel_format": "yuv420p"}
    return VideoStream(**(settings | changes))


def test_a_long_film_gets_wider_steps_instead_of_more_tiles() -> None:
    sprite = sprite_for(SpriteRecipe(max_tiles=100), video(), 7200.0)
    assert (sprite.count, sprite.interval, sprite.columns, sprite.rows) == (100, 72.0, 10, 10)


def test_a_portrait_strip_keeps_its_shape() -> None:
    assert sprite_for(SpriteRecipe(), video(rotation=90), 20.0).tile == (160, 284)


def test_every_cue_is_inside_the_sprite_and_follows_the_one_before() -> None:
    sprite = sprite_for(SpriteRecipe(), video(), 61.3)
    cues = webvtt(sprite).split("\n\n")[1:]
    assert len(cues) == sprite.count
    assert cues[-1].startswith("00:01:00.000 --> 00:01:01.300")
    for cue in cues:
        x, y, width, height = (int(number) for number in cue.partition("xywh=")[2].split(","))
        assert x + width <= sprite.columns * width
        assert y + height <= sprite.rows * height
