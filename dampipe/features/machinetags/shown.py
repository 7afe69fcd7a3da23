"""Which machine tags an actor sees. Showing an asset needs this alone, and no model."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from dampipe.features.assets.names import names_of
from dampipe.features.machinetags.model import MachineTag, MomentReport, TagState
from dampipe.features.machinetags.queries import MachineTagRepository, Scheme, WantedTerm
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.access import MANAGE, READ, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import EVERYTHING, View, Visibility


class ShownTags:
    """The machine tags of one library, as actors see them. Any method may raise CatalogueDown and Forbidden."""

    def __init__(
        self, database: Database, tags: MachineTagRepository, terms: TermRepository, visibility: Visibility
    ) -> None:
        self._db = database
        self._tags = tags
        self._terms = terms
        self._visibility = visibility

    def of_asset(self, actor: Actor, asset: int) -> list[MachineTag]:
        """What a model has found in the current version of an asset, rejected tags apart."""
        require(actor, READ)
        with self._db.read() as connection:
            terms = {one.id: one for one in self.terms(connection, actor, self._tags.schemes(connection))}
            rows = self._tags.of_asset(connection, asset)
        found = [
            row
            for row in rows
            if row.term_id in terms
            and row.state != TagState.REJECTED
            and (row.state != TagState.PROPOSED or terms[row.term_id].is_on)
        ]
        return self.tags(actor, found, terms)

    def tags(
        self, actor: Actor, rows: Sequence[Row[Any]], terms: Mapping[int, WantedTerm]
    ) -> list[MachineTag]:
        """Tags as faces show them."""
        with self._db.read() as connection:
            assets = {row.asset_id for row in rows}
            names = names_of(connection, self._db, self._visibility.of(actor), assets)
        return [_tag(row, terms[row.term_id], names.get(row.asset_id, row.sha1[:12])) for row in rows]

    def terms(self, connection: Connection, actor: Actor, schemes: Sequence[Scheme]) -> list[WantedTerm]:
        """The active terms of vocabularies that the actor sees."""
        hidden = self._terms.hidden(connection, self.view_of_terms(actor))
        return [term for term in self._tags.wanted(connection, schemes) if term.id not in hidden]

    def view_of_terms(self, actor: Actor) -> View:
        """Who manages sees all terms, as in the vocabularies."""
        return EVERYTHING if actor.may(MANAGE) else self._visibility.of(actor)


def _tag(row: Row[Any], term: WantedTerm, name: str) -> MachineTag:
    return MachineTag(
        sha1=row.sha1,
        name=name,
        vocabulary=term.scheme.vocabulary,
        term=term.key,
        label=term.label,
        state=TagState(row.state),
        score=round(row.score, 3),
        moments=tuple(MomentReport(time=time, score=score) for time, score in json.loads(row.moments)),
    )
