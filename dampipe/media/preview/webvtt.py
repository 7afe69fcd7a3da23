"""The layout of a sprite, and the WebVTT that maps spans of time to its tiles."""

import math
from dataclasses import dataclass

from dampipe.media.info import VideoStream
from dampipe.media.preview.sampling import interval_for
from dampipe.media.recipes import SpriteRecipe

SPRITE_NAME = "sprite.jpg"
"""The name by which the WebVTT refers to its sprite; both are served from the same folder."""

_MIN_LAST_SPAN = 0.1
"""A last span shorter than this share of the interval is merged into the previous tile."""


@dataclass(frozen=True)
class Sprite:
    """A grid of tiles; tile n shows the span that starts at n × interval, left to right, then down."""

    columns: int
    rows: int
    tile: tuple[int, int]
    """(width, height) of one tile in pixels."""
    interval: float
    """Seconds per tile."""
    count: int
    """Number of tiles; the rest of the last row is black."""
    duration: float


def sprite_for(recipe: SpriteRecipe, video: VideoStream, duration: float) -> Sprite:
    """The layout for a video of `duration` seconds: the interval grows until max_tiles suffice.

    Short clips have a shorter interval, like their frames.

    >>> video = VideoStream(index=0, codec="h264", width=1920, height=1080, pixel_format="yuv420p")
    >>> grid = sprite_for(SpriteRecipe(interval=5, columns=10, tile_width=160, max_tiles=100), video, 62)
    >>> grid.columns, grid.rows, grid.tile, grid.count
    (10, 2, (160, 90), 13)
    """
    interval = interval_for(recipe.interval, recipe.max_tiles, duration)
    count = min(max(math.ceil(duration / interval - _MIN_LAST_SPAN), 1), recipe.max_tiles)
    columns = min(count, recipe.columns)
    width, height = video.display_size
    tile_height = round(recipe.tile_width * height / max(width, 1) / 2) * 2
    tile_height = min(max(tile_height, 2), 2 * recipe.tile_width)
    return Sprite(
        columns, math.ceil(count / columns), (recipe.tile_width, tile_height), interval, count, duration
    )


def webvtt(sprite: Sprite, picture: str = SPRITE_NAME) -> str:
    """The WebVTT text; every cue is `picture#xywh=x,y,width,height` with `picture` a relative name.

    >>> print(webvtt(Sprite(2, 1, (160, 90), 5.0, 2, 8.5)))
    WEBVTT
    <BLANKLINE>
    00:00:00.000 --> 00:00:05.000
    sprite.jpg#xywh=0,0,160,90
    <BLANKLINE>
    00:00:05.000 --> 00:00:08.500
    sprite.jpg#xywh=160,0,160,90
    <BLANKLINE>
    """
    width, height = sprite.tile
    cues = ["WEBVTT\n"]
    for n in range(sprite.count):
        row, column = divmod(n, sprite.columns)
        start = n * sprite.interval
        end = sprite.duration if n == sprite.count - 1 else (n + 1) * sprite.interval
        cues.append(
            f"{_timestamp(start)} --> {_timestamp(end)}\n"
            f"{picture}#xywh={column * width},{row * height},{width},{height}\n"
        )
    return "\n".join(cues)


def _timestamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    whole, milliseconds = divmod(milliseconds, 1000)
    minutes, whole = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}.{milliseconds:03d}"
