"""Who sees events about things that have rights of their own, such as collections: registered by their owners."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from dampipe.kernel.access import Actor
from dampipe.kernel.db.database import Database


@dataclass(frozen=True)
class EventScope:
    """The rule for all events whose names begin alike. An event that is about an asset as well is shown to those only
    who see the asset, too."""

    prefix: str
    """How the names begin: `collection.`."""
    where: Callable[[Database, Actor], ColumnElement[bool] | None]
    """The condition on a row of the table `event`, with which the actor sees it; None: all of them."""
