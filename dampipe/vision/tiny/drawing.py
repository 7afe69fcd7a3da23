"""Synthetic pictures of a coloured shape on a background: what the tiny model knows and the demo shows.

Every shape stays inside the middle square whatever the aspect, because a frame is cropped to that square
before it is embedded.
"""

from collections.abc import Callable, Iterator
from itertools import product
from math import cos, pi, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from dampipe.kernel.errors import InvalidInput
from dampipe.vision.errors import NOT_DRAWABLE

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (225, 25, 30),
    "orange": (255, 135, 0),
    "yellow": (250, 230, 20),
    "green": (20, 165, 45),
    "cyan": (0, 220, 235),
    "blue": (20, 60, 245),
    "purple": (140, 25, 185),
    "pink": (255, 130, 190),
    "black": (5, 5, 5),
    "white": (252, 252, 252),
}
BACKGROUNDS: dict[str, tuple[int, int, int]] = {
    "grey": (128, 128, 128),
    "blue": (75, 115, 170),
    "navy": (25, 35, 100),
    "teal": (0, 115, 115),
    "olive": (110, 110, 40),
    "brown": (105, 65, 35),
    "maroon": (110, 20, 45),
    "beige": (210, 190, 150),
    "lavender": (175, 155, 215),
}
"""Muted tones, so that every colour shows on every background, blue on blue too."""

_Outline = list[tuple[float, float]]
"""Corners on a plane whose unit circle the shape fills; y points down."""


def _star() -> _Outline:
    radii = [1.0, 0.42] * 5
    return [(r * sin(i * pi / 5), -r * cos(i * pi / 5)) for i, r in enumerate(radii)]


def _circle(radius: float = 1.0) -> _Outline:
    return [(radius * cos(i * pi / 32), radius * sin(i * pi / 32)) for i in range(64)]


def _heart() -> _Outline:
    points: _Outline = []
    for i in range(64):
        t = i * pi / 32
        y = 13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)
        points.append((sin(t) ** 3, -(y + 2.5) / 16))
    return points


def _cross(arm: float = 0.32) -> _Outline:
    quarter = [(arm, -1.0), (arm, -arm), (1.0, -arm)]
    turns: list[Callable[[float, float], tuple[float, float]]] = [
        lambda x, y: (x, y),
        lambda x, y: (-y, x),
        lambda x, y: (-x, -y),
        lambda x, y: (y, -x),
    ]
    return [turn(x, y) for turn in turns for x, y in quarter]


_OUTLINES: dict[str, _Outline] = {
    "circle": _circle(),
    "square": [(-0.82, -0.82), (0.82, -0.82), (0.82, 0.82), (-0.82, 0.82)],
    "triangle": [(0.0, -1.0), (0.95, 0.75), (-0.95, 0.75)],
    "star": _star(),
    "cross": _cross(),
    "ring": _circle(),
    "heart": _heart(),
}
_HOLES: dict[str, _Outline] = {"ring": _circle(0.55)}

SHAPES: tuple[str, ...] = tuple(_OUTLINES)


class Scene(NamedTuple):
    """What one picture shows."""

    shape: str
    colour: str
    background: str


def scenes() -> Iterator[Scene]:
    """Every shape in every colour on every background: 630."""
    return (Scene(*names) for names in product(SHAPES, COLOURS, BACKGROUNDS))


def captions(shape: str, colour: str, background: str) -> tuple[str, ...]:
    """Texts that are true of the picture, from the fullest to the shortest.

    >>> captions("circle", "orange", "blue")[:2]
    ('an orange circle on a blue background', 'an orange circle')
    """
    painted, ground = with_article(colour), with_article(background)
    return (
        f"{painted} {shape} on {ground} background",
        f"{painted} {shape}",
        f"a {shape} on {ground} background",
        f"a {shape}",
        colour,
        f"{ground} background",
    )


def with_article(word: str) -> str:
    """The word with "a" or "an" before it."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def draw(
    shape: str,
    colour: str,
    background: str,
    size: tuple[int, int] = (64, 64),
    rng: np.random.Generator | None = None,
    noise: bool = False,
) -> NDArray[np.uint8]:
    """Draw one picture of `size` (width, height); RGB, shape (height, width, 3).

    With `rng` the place, the size, a slight turn and the tones vary; without it the shape stands centred and
    upright, always the same. `noise` adds the grain of a camera. Raises `InvalidInput` for an unknown name.
    """
    _check("shape", shape, SHAPES)
    _check("colour", colour, COLOURS)
    _check("background", background, BACKGROUNDS)
    width, height = size
    side = min(width, height)
    radius, turn, shift = 0.32, 0.0, np.zeros(2)
    paint, ground = np.array(COLOURS[colour], float), np.array(BACKGROUNDS[background], float)
    if rng is not None:
        radius = rng.uniform(0.2, 0.42)
        turn = rng.uniform(-0.2, 0.2)
        # The turned shape fills at most its circle of 1.15 radii (the corners of the square).
        shift = rng.uniform(-1, 1, 2) * max(0.0, 0.49 - 1.15 * radius)
        paint = np.clip(paint + rng.normal(0, 6, 3), 0, 255)
        ground = np.clip(ground + rng.normal(0, 6, 3), 0, 255)
    centre = np.array([width, height]) / 2 + shift * side
    mask = _mask(shape, size, centre, radius * side, turn)[..., None]
    picture = ground + mask * (paint - ground)
    if noise:
        grain = np.random.default_rng(0) if rng is None else rng
        picture = picture + grain.normal(0, 6, picture.shape)
    return np.asarray(np.clip(picture + 0.5, 0, 255), dtype=np.uint8)


def _mask(
    shape: str, size: tuple[int, int], centre: NDArray[np.float64], radius: float, turn: float
) -> NDArray[np.float64]:
    """How much of each pixel the shape covers, 0 to 1; drawn at twice the size for smooth edges."""
    zoom = 2
    image = Image.new("L", (size[0] * zoom, size[1] * zoom))
    pen = ImageDraw.Draw(image)
    rotation = np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
    for outline, fill in ((_OUTLINES[shape], 255), (_HOLES.get(shape), 0)):
        if outline:
            corners = (np.array(outline) @ rotation * radius + centre) * zoom
            pen.polygon([(x, y) for x, y in corners.tolist()], fill=fill)
    return np.asarray(image.reduce(zoom), dtype=np.float64) / 255


def _check(what: str, name: str, known: tuple[str, ...] | dict[str, tuple[int, int, int]]) -> None:
    if name not in known:
        raise InvalidInput(NOT_DRAWABLE, kind=what, name=name, known=", ".join(known))
