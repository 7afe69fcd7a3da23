"""A part of a picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A part of a picture, as fractions of its width and height, from 0 to 1."""

    left: float
    top: float
    width: float
    height: float

    def __str__(self) -> str:
        return ",".join(f"{number:g}" for number in (self.left, self.top, self.width, self.height))
