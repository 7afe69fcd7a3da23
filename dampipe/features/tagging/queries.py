"""The SQL of tags: values of the field `tags`, which `ValueRepository` writes."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from dampipe.features.metadata.entries import Planner, adding, removing, terms_changed
from dampipe.features.metadata.queries import CHUNK, Operation, OperationKind, ValueRepository
from dampipe.features.metadata.registry import hold_schema
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import Content
from dampipe.features.tagging.fields import KEY, TAGS, is_tag
from dampipe.features.tagging.model import TagReport
from dampipe.features.tagging.terms import find_spelled, term_to_give
from dampipe.features.vocabularies.model import TermState
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.field import ValueSource, ValueState
from dampipe.kernel.visibility import EVERYTHING, View


class TagRepository:
    """The tags of all assets. Tags are compared as they are written, upper and lower case apart."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._values = ValueRepository(database)
        self._terms = TermRepository(database)

    def add(
        self, tag: str, assets: Sequence[int], by: str = str(LOCAL), state: TermState = TermState.ACTIVE
    ) -> int:
        """Give a tag to assets; returns how many did not have it.

        by: the actor that the events name. state: of the term, if there is none yet. Raises NotFound where the
        vocabulary is strict and does not have it.
        """
        if not assets:
            return 0
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            content = Content(term_id=term_to_give(connection, self._db, tag, by, state))
            operation = self._begin(connection, OperationKind.ADD, by, f"add to Tags: {tag}")
            planner = adding([content], by, operation.at, union=True)
            return self._apply(connection, operation, planner, sorted(set(assets)))

    def remove(self, tag: str, assets: Sequence[int] | None, by: str = str(LOCAL)) -> int:
        """Take a tag from assets, or from all where `assets` is None; returns how many had it. by: see `add`."""
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            term = find_spelled(connection, self._db, tag)
            if term is None:
                return 0
            if assets is None:
                mine = (VALUE.c.field == KEY, VALUE.c.term_id == term, VALUE.c.state == ValueState.ACCEPTED)
                assets = connection.execute(select(VALUE.c.asset_id).where(*mine).distinct()).scalars().all()
            operation = self._begin(connection, OperationKind.REMOVE, by, f"remove from Tags: {tag}")
            planner = removing([Content(term_id=term)], by, operation.at, union=True)
            return self._apply(connection, operation, planner, sorted(set(assets)))

    def _begin(self, connection: Connection, kind: OperationKind, by: str, summary: str) -> Operation:
        return self._values.begin(connection, kind, ValueSource.PERSON, by, summary)

    def _apply(
        self, connection: Connection, operation: Operation, planner: Planner, assets: Sequence[int]
    ) -> int:
        """Change what people say of assets, in ascending order; returns of how many the tags are others now."""
        changed, person = 0, ValueSource.PERSON
        for some in chunked(assets, CHUNK):
            present = self._values.lock(connection, some)
            changes = self._values.plan(connection, TAGS, person, present, planner)
            self._values.write(connection, operation, TAGS, person, changes)
            self._values.record(connection, operation, person)
            changed += sum(any(terms_changed(TAGS, change, person)[1:]) for change in changes)
        self._values.finish(connection, operation)
        return changed

    def all(self, view: View = EVERYTHING) -> list[TagReport]:
        """The tags of visible assets in alphabetical order, with the number of those that have each."""
        shown = select(VALUE.c.term_id, func.count().label("assets")).where(
            is_tag(), view.shows_asset(VALUE.c.asset_id)
        )
        with self._db.read() as connection:
            rows = connection.execute(shown.group_by(VALUE.c.term_id)).all()
            names = self._terms.labels(connection, {row.term_id for row in rows})
        reports = [TagReport(name=names[row.term_id], assets=row.assets) for row in rows]
        return sorted(reports, key=lambda one: one.name)

    def of(self, asset: int) -> tuple[str, ...]:
        """The tags of one asset in alphabetical order."""
        with self._db.read() as connection:
            return tuple(tags_of(connection, self._db, asset))


def tags_of(connection: Connection, database: Database, asset: int) -> list[str]:
    """The tags of one asset in alphabetical order."""
    query = select(VALUE.c.term_id).where(is_tag(), VALUE.c.asset_id == asset)
    return sorted(
        TermRepository(database).labels(connection, connection.execute(query).scalars().all()).values()
    )
