"""What happens to metadata when two assets become one, or one becomes two: registered by the features that own it.

A feature names a `MergeOwner` in `Feature.merges` for each kind of data that belongs to assets (tags, comments, values).
Each is called in the transaction that changes the assets, so that nothing is lost or done twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection

from dampipe.kernel.db.database import Database
from dampipe.kernel.feature import registered
from dampipe.kernel.ids import AssetId

State: TypeAlias = Any
"""What an owner needs to undo what it did: what JSON can hold."""


@dataclass(frozen=True)
class Kept:
    """What an owner did."""

    text: str
    """What is now where, in a few words; empty if there was nothing to do."""
    state: State = None


@dataclass(frozen=True)
class MergeOwner:
    """The owner of one kind of data of assets."""

    name: str
    """What people call the data; unique among all features."""
    merge: Callable[[Connection, Database, AssetId, AssetId], Kept]
    """Give what the first asset has to the second one, which exists before and after; the first is about to go."""
    copy: Callable[[Connection, Database, AssetId, AssetId], Kept]
    """Give what the first asset has to the second one, which is new, as well."""
    restore: Callable[[Connection, Database, AssetId, AssetId, State], None]
    """Undo `merge` of the first asset into the second; state: what it returned. Keep what was changed since."""


def merge_owners() -> list[MergeOwner]:
    """All owners, in the order of their features."""
    return registered("merges")


def merge_all(
    connection: Connection, database: Database, source: AssetId, target: AssetId
) -> dict[str, Kept]:
    """Have every owner merge; returns what each did, by name."""
    return {owner.name: owner.merge(connection, database, source, target) for owner in merge_owners()}


def copy_all(connection: Connection, database: Database, source: AssetId, target: AssetId) -> dict[str, Kept]:
    """Have every owner copy; returns what each did, by name."""
    return {owner.name: owner.copy(connection, database, source, target) for owner in merge_owners()}


def restore_all(
    connection: Connection,
    database: Database,
    source: AssetId,
    target: AssetId,
    states: Mapping[str, State],
) -> None:
    """Have every owner undo its merge. Data of owners that did not exist then stays at the target."""
    for owner in merge_owners():
        if owner.name in states:
            owner.restore(connection, database, source, target, states[owner.name])
