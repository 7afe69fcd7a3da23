"""Who refers to terms of vocabularies: registered by the features whose values have terms.

A feature names a `TermUse` in `Feature.term_uses`. Values refer to a term by its id, so that to rename or to move a term
touches none of them. To merge one into another moves them, in the transaction that merges.
"""

from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection

from dampipe.kernel.db.database import Database
from dampipe.kernel.feature import registered
from dampipe.kernel.ids import TermId
from dampipe.kernel.visibility import View

State: TypeAlias = Any
"""What a use needs to undo what it did: what JSON can hold."""


def _none(connection: Connection, database: Database, view: View, terms: Collection[int]) -> AbstractSet[int]:
    """For uses that show no term."""
    return frozenset()


def _nothing(connection: Connection, database: Database, terms: Sequence[TermId]) -> None:
    """For uses that keep no copy of labels."""


@dataclass(frozen=True)
class TermUse:
    """One kind of data that refers to terms."""

    name: str
    """What people call the data, in the plural; unique among all features."""
    count: Callable[[Connection, TermId], int]
    """How many refer to a term."""
    move: Callable[[Connection, Database, TermId, TermId], State]
    """Let what refers to the first term refer to the second one; what has both afterwards has it once. Returns what
    `restore` needs."""
    restore: Callable[[Connection, Database, TermId, TermId, State], None]
    """Undo `move` from the first term to the second; state: what it returned. Keep what was changed since."""
    relabel: Callable[[Connection, Database, Sequence[TermId]], None] = _nothing
    """Labels of terms have changed, or which are broader: mark what is derived from them (search documents) dirty."""

    shown: Callable[[Connection, Database, View, Collection[int]], AbstractSet[int]] = _none
    """Those of some terms that visible assets have, as everybody who sees these is shown."""


def term_uses() -> list[TermUse]:
    """All uses, in the order of their features."""
    return registered("term_uses")


def count_all(connection: Connection, term: TermId) -> dict[str, int]:
    """How many of each kind refer to a term, by name; without those of which there are none."""
    counts = {use.name: use.count(connection, term) for use in term_uses()}
    return {name: count for name, count in counts.items() if count}


def move_all(connection: Connection, database: Database, source: TermId, target: TermId) -> dict[str, State]:
    """Have every use move; returns their states by name."""
    return {use.name: use.move(connection, database, source, target) for use in term_uses()}


def restore_all(
    connection: Connection, database: Database, source: TermId, target: TermId, states: dict[str, State]
) -> None:
    """Have every use undo its move. Data of uses that did not exist then stays at the target."""
    for use in term_uses():
        if use.name in states:
            use.restore(connection, database, source, target, states[use.name])


def shown_by_any(connection: Connection, database: Database, view: View, terms: Collection[int]) -> set[int]:
    """Those of some terms that visible assets have, by any use."""
    return {term for use in term_uses() for term in use.shown(connection, database, view, terms)}


def relabel_all(connection: Connection, database: Database, terms: Sequence[TermId]) -> None:
    """Say to every use that labels of terms have changed."""
    if terms:
        for use in term_uses():
            use.relabel(connection, database, terms)
