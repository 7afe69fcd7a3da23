"""What a feature adds to the details of an asset."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services


@dataclass(frozen=True)
class DetailField:
    """One field of an asset's details, shown by `dampipe show` and the API."""

    name: str
    """Of the field in JSON; unique among all features."""
    type: Any
    """Of its value, as pydantic takes it."""
    default: Any
    """The value where there is nothing to read."""
    label: str
    """Heading of its line on the command line."""
    read: Callable[[Services, Actor, int], Any]
    """The value of the asset with that id, as far as the actor may know it."""
    text: Callable[[Any], str]
    """The value as text; empty where there is nothing to show."""
    for_guests: bool = False
    """Whether guests of share links get the value, too; else they get the default."""
