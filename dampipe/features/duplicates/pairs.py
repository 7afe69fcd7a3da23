"""The SQL of near duplicates: the pairs that were found, and the assets whose pairs are still to be searched."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)

from dampipe.features.assets.tables import VERSION
from dampipe.features.duplicates.fingerprints import Fingerprint, versions_of
from dampipe.features.duplicates.frame_keys import candidates, store_keys
from dampipe.features.duplicates.match import Alignment
from dampipe.features.duplicates.model import PairState
from dampipe.features.duplicates.tables import FINGERPRINT, NEAR_DUPLICATE, NEAR_DUPLICATE_SEARCH
from dampipe.features.duplicates.track import Track
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import EVERYTHING, View


def _side(mine: ColumnElement[int], other: ColumnElement[int]) -> Select[Any]:
    return select(NEAR_DUPLICATE.c.id, NEAR_DUPLICATE.c.state, other.label("other")).where(
        mine == bindparam("of")
    )


_OF = union_all(
    _side(NEAR_DUPLICATE.c.first_id, NEAR_DUPLICATE.c.second_id),
    _side(NEAR_DUPLICATE.c.second_id, NEAR_DUPLICATE.c.first_id),
)


@dataclass(frozen=True)
class FoundPair:
    """An asset that shows the same as the one that was searched for."""

    other: int
    is_longer: bool
    """Whether the other one is the longer one, of which the alignment is."""
    alignment: Alignment
    saved_at: float
    """Of the other one's fingerprint."""


class PairRepository:
    """Near duplicates in one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def unsearched(self, view: View = EVERYTHING) -> int:
        """How many assets are still to be searched."""
        visible = view.shows_version(NEAR_DUPLICATE_SEARCH.c.version_id)
        query = select(func.count()).select_from(NEAR_DUPLICATE_SEARCH).where(visible)
        with self._db.read() as connection:
            return int(connection.execute(query).scalar_one())

    def next_unsearched(self, count: int) -> dict[int, bool]:
        """Assets that are to be searched, the newest first, each with whether its keys are stored."""
        query = select(NEAR_DUPLICATE_SEARCH).order_by(NEAR_DUPLICATE_SEARCH.c.version_id.desc()).limit(count)
        with self._db.read() as connection:
            return {row.version_id: row.has_keys for row in connection.execute(query)}

    def store_keys(self, fingerprints: Mapping[int, Fingerprint]) -> None:
        """Store the keys of fingerprints that have none yet."""
        with self._db.write() as connection:
            unchanged = self._unchanged(connection, fingerprints)
            for version in unchanged:
                store_keys(connection, self._db, version, fingerprints[version].track)
            mine = self._db.among(NEAR_DUPLICATE_SEARCH.c.version_id, unchanged)
            connection.execute(update(NEAR_DUPLICATE_SEARCH).where(mine).values(has_keys=True))

    def candidates(self, version: int, track: Track, most: int) -> list[int]:
        """Assets that may show the same: all that are in a pair with it, and up to `most` that share keys."""
        with self._db.read() as connection:
            sharing = candidates(connection, self._db, track, version, most)
            known = [row.other for row in self._of(connection, version)]
        return list(dict.fromkeys([*known, *sharing]))

    def save(
        self, fingerprints: Mapping[int, Fingerprint | None], found: Mapping[int, Sequence[FoundPair]]
    ) -> list[int]:
        """Replace the pairs of versions by those that were found, and note that they were searched.

        fingerprints: by which they were searched. One transaction. A version whose fingerprint was replaced meanwhile
        is left to the next search; so is a pair whose other side was. Pairs about which people decided keep their state,
        and stay if they are not found any more. Returns the versions that were searched.
        """
        others = {pair.other: pair.saved_at for pairs in found.values() for pair in pairs}
        with self._db.write() as connection:
            ids = sorted({*fingerprints, *others})
            stored = self._saved_at(connection, ids)
            searched = [
                version
                for version, fingerprint in fingerprints.items()
                if stored.get(version) == (None if fingerprint is None else fingerprint.saved_at)
            ]
            changed = {other for other, saved_at in others.items() if stored.get(other) != saved_at}
            for version in searched:
                self._replace(connection, version, found.get(version, ()), changed)
            mine = self._db.among(NEAR_DUPLICATE_SEARCH.c.version_id, searched)
            connection.execute(delete(NEAR_DUPLICATE_SEARCH).where(mine))
        return searched

    def _saved_at(self, connection: Connection, versions: Sequence[int]) -> dict[int, float]:
        """When the fingerprints of versions were saved, locked against a change."""
        # First the versions, as a prune does, so that neither waits for the other.
        rows_of = select(VERSION.c.id).where(self._db.among(VERSION.c.id, versions)).order_by(VERSION.c.id)
        connection.execute(rows_of.with_for_update(read=True, key_share=True)).all()
        rows = connection.execute(
            select(FINGERPRINT.c.version_id, FINGERPRINT.c.saved_at)
            .where(self._db.among(FINGERPRINT.c.version_id, versions))
            .order_by(FINGERPRINT.c.version_id)
            .with_for_update(read=True)
        )
        return {row.version_id: row.saved_at for row in rows}

    def _unchanged(self, connection: Connection, fingerprints: Mapping[int, Fingerprint]) -> list[int]:
        """Those of the versions whose fingerprints are still these."""
        stored = self._saved_at(connection, sorted(fingerprints))
        return [version for version, one in fingerprints.items() if stored.get(version) == one.saved_at]

    def _replace(
        self, connection: Connection, version: int, found: Sequence[FoundPair], changed: Collection[int]
    ) -> None:
        """Replace the pairs of a version, but those with versions whose fingerprints have changed."""
        new = {pair.other: pair for pair in found if pair.other not in changed}
        for row in self._of(connection, version):
            pair = new.pop(row.other, None)
            this = NEAR_DUPLICATE.c.id == row.id
            if pair is not None:
                connection.execute(update(NEAR_DUPLICATE).where(this).values(_evidence(version, pair)))
            elif row.state == PairState.OPEN and row.other not in changed:
                connection.execute(delete(NEAR_DUPLICATE).where(this))
        rows = [{"state": PairState.OPEN, **_evidence(version, pair)} for pair in new.values()]
        if rows:
            connection.execute(NEAR_DUPLICATE.insert(), rows)

    def _of(self, connection: Connection, version: int) -> list[Any]:
        """Id, state and the other side of each pair of a version."""
        return list(connection.execute(_OF, {"of": version}))

    def listed(
        self, state: PairState, similarity: float, view: View = EVERYTHING, asset: int | None = None
    ) -> list[Any]:
        """The pairs in a state of which both sides are visible, the most similar first: rows of the table.

        asset: only those of which one side is a version of it.

        Open and dismissed ones are of current versions of different assets, stacked ones are versions of one asset: so
        a stack takes its pairs off the list, and a split brings them back, without a write here.
        """
        first, second = VERSION.alias("first"), VERSION.alias("second")
        if state is PairState.STACKED:
            where = first.c.asset_id == second.c.asset_id
        else:
            are_current = and_(first.c.superseded_at.is_(None), second.c.superseded_at.is_(None))
            where = and_(NEAR_DUPLICATE.c.state == state, first.c.asset_id != second.c.asset_id, are_current)
        query = (
            select(NEAR_DUPLICATE)
            .join_from(NEAR_DUPLICATE, first, first.c.id == NEAR_DUPLICATE.c.first_id)
            .join(second, second.c.id == NEAR_DUPLICATE.c.second_id)
            .where(where, NEAR_DUPLICATE.c.similarity >= similarity)
            .where(view.shows_version(first.c.id), view.shows_version(second.c.id))
            .order_by(
                NEAR_DUPLICATE.c.similarity.desc(), NEAR_DUPLICATE.c.first_id, NEAR_DUPLICATE.c.second_id
            )
        )
        if asset is not None:
            mine = versions_of(asset)
            query = query.where(
                or_(NEAR_DUPLICATE.c.first_id.in_(mine), NEAR_DUPLICATE.c.second_id.in_(mine))
            )
        with self._db.read() as connection:
            return list(connection.execute(query).all())

    def decide(self, first: int, second: int, state: PairState) -> bool:
        """Dismiss a pair or offer it again; whether there is one."""
        change = (
            update(NEAR_DUPLICATE)
            .where(or_(_is_pair(first, second), _is_pair(second, first)))
            .values(state=state)
        )
        with self._db.write() as connection:
            return connection.execute(change).rowcount > 0


def _is_pair(first: int, second: int) -> ColumnElement[bool]:
    return and_(NEAR_DUPLICATE.c.first_id == first, NEAR_DUPLICATE.c.second_id == second)


def _evidence(version: int, pair: FoundPair) -> dict[str, Any]:
    """The columns of a pair but its state."""
    found = pair.alignment
    first, second = (pair.other, version) if pair.is_longer else (version, pair.other)
    return {
        "first_id": first,
        "second_id": second,
        "kind": found.kind,
        "time_offset": found.offset,
        "other_offsets": json.dumps(found.others),
        "mirrored": found.mirrored,
        "similarity": found.similarity,
        "coverage": found.coverage,
        "frames": found.frames,
        "common_start": found.start,
        "common_end": found.end,
    }
