"""Changes of the current version of assets: registered by the features whose data come from the content of it.

A feature names functions in `Feature.currents`. Each is called in the transaction that made another version current.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from sqlalchemy import Connection

from dampipe.kernel.db.database import Database
from dampipe.kernel.feature import registered

CurrentChanged: TypeAlias = Callable[[Connection, Database, list[int]], None]


def current_changed(connection: Connection, database: Database, assets: Iterable[int]) -> None:
    """Say that these assets may have another current version than before."""
    if concerned := sorted(set(assets)):
        for function in registered("currents"):
            function(connection, database, concerned)
