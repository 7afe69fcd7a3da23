"""What a walk is told to do: which files it takes, when, and how much it believes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dampipe.domain.scans import Guard
from dampipe.pipeline.exclude import Exclude


@dataclass(frozen=True)
class Rules:
    """The rules of all walks of a deployment."""

    is_media: Callable[[str], bool]
    """By a file's name alone."""
    settle: float = 5.0
    """Seconds a file must have held still before it is taken."""
    guard: Guard = field(default_factory=Guard)
    exclude: Exclude = field(default_factory=Exclude)
