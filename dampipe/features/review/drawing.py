"""Drawings on a frame: shapes in the upright picture, and their SVG, which is made here of checked numbers alone."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_SHAPES = 200
MOST_POINTS = 2_000
"""Points of one path;"""
MOST_POINTS_IN_ALL = 10_000
"""of all shapes together."""
UNKNOWN_SIZE = (1920, 1080)
"""Pixels of a picture whose size is not known: fractions of it mean the same."""
Fraction01 = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Point = Annotated[
    tuple[Fraction01, Fraction01], Field(description="x and y, from 0 to 1 of the upright picture.")
]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#ff3b30"
    width: Annotated[float, Field(gt=0, le=0.1, allow_inf_nan=False)] = 0.004
    """Of the line, as a fraction of the picture's height."""


class PathShape(_Shape):
    """A line drawn by hand."""

    shape: Literal["path"]
    points: Annotated[tuple[Point, ...], Field(min_length=1, max_length=MOST_POINTS)]
    """Joined by straight lines; one alone is a dot."""


class ArrowShape(_Shape):
    """An arrow from the first point to the second."""

    shape: Literal["arrow"]
    points: tuple[Point, Point]


class RectShape(_Shape):
    """A rectangle by two opposite corners."""

    shape: Literal["rect"]
    points: tuple[Point, Point]


class EllipseShape(_Shape):
    """The ellipse in the rectangle with these opposite corners."""

    shape: Literal["ellipse"]
    points: tuple[Point, Point]


Shape = Annotated[PathShape | ArrowShape | RectShape | EllipseShape, Field(discriminator="shape")]


class Drawing(BaseModel):
    """What was drawn on a frame, in the order of drawing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shapes: Annotated[tuple[Shape, ...], Field(min_length=1, max_length=MOST_SHAPES)]

    @model_validator(mode="after")
    def _limit(self) -> "Drawing":
        count = sum(len(one.points) for one in self.shapes)
        if count > MOST_POINTS_IN_ALL:
            raise ValueError(f"it has {count} points, and may have {MOST_POINTS_IN_ALL}")
        return self


def svg_of(drawing: Drawing, size: tuple[int, int] = UNKNOWN_SIZE) -> str:
    """The drawing as SVG over a picture of `size`, width and height in pixels.

    It holds nothing but lines: no text, no link, no style sheet and no script.
    """
    width, height = size
    shapes = "".join(_element(one, width, height) for one in drawing.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:d} {height:d}" fill="none" '
        f'stroke-linecap="round" stroke-linejoin="round">{shapes}</svg>'
    )


def _element(one: PathShape | ArrowShape | RectShape | EllipseShape, width: int, height: int) -> str:
    line = max(1.0, one.width * height)
    pen = f'stroke="{one.color.lower()}" stroke-width="{_number(line)}"'
    points = [(x * width, y * height) for x, y in one.points]
    if isinstance(one, PathShape):
        return f'<path d="{_path(points if len(points) > 1 else points * 2)}" {pen}/>'
    (x1, y1), (x2, y2) = points
    if isinstance(one, ArrowShape):
        return f'<path d="{_path(points)}{_head(x1, y1, x2, y2, line)}" {pen}/>'
    left, top, across, down = min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)
    if isinstance(one, RectShape):
        place = f'x="{_number(left)}" y="{_number(top)}" width="{_number(across)}" height="{_number(down)}"'
        return f"<rect {place} {pen}/>"
    middle = f'cx="{_number(left + across / 2)}" cy="{_number(top + down / 2)}"'
    return f'<ellipse {middle} rx="{_number(across / 2)}" ry="{_number(down / 2)}" {pen}/>'


def _head(x1: float, y1: float, x2: float, y2: float, line: float) -> str:
    """The two strokes of an arrow's head, each at 30° to the shaft."""
    length = max(abs(complex(x2 - x1, y2 - y1)), 1e-9)
    back = complex(x1 - x2, y1 - y2) / length * min(length, max(6 * line, 10.0))
    sides = [complex(x2, y2) + back * complex(0.8660, turn) for turn in (0.5, -0.5)]
    tips = [(sides[0].real, sides[0].imag), (x2, y2), (sides[1].real, sides[1].imag)]
    return " " + _path(tips)


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _number(value: float) -> str:
    """A number in decimal notation, with two places at most: SVG viewers and people read it alike."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
