"""Words of subclips: what they add to the search documents of assets, and the moments that a search by words shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from dampipe.features.alignment.anchors import Anchors
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.references import words_of_terms
from dampipe.features.metadata.registry import library_fields
from dampipe.features.search.text_index import TextMoment, words_of
from dampipe.features.subclips.queries import of_assets
from dampipe.features.subclips.tables import SUBCLIP, SUBCLIP_VALUE
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.documents.text import DocumentText


def subclip_words(connection: Connection, assets: Collection[int]) -> Iterable[DocumentText]:
    """The names, notes and texts of fields of the subclips of assets."""
    columns = (SUBCLIP.c.asset_id, SUBCLIP.c.id, SUBCLIP.c.name, SUBCLIP.c.note)
    rows = connection.execute(
        select(*columns).where(SUBCLIP.c.asset_id.in_(assets)).order_by(SUBCLIP.c.id)
    ).all()
    texts = _texts_of_fields(connection, select(SUBCLIP.c.id).where(SUBCLIP.c.asset_id.in_(assets)))
    for row in rows:
        for text in (row.name, row.note, *texts.get(row.id, ())):
            yield DocumentText(row.asset_id, text, "Subclip")


def _texts_of_fields(connection: Connection, subclips: Select[Any]) -> dict[int, list[str]]:
    """What the searchable fields of subclips hold as text, and all labels of their terms, by subclip."""
    keys = [key for key, field in library_fields(connection).items() if field.searchable]
    mine = (SUBCLIP_VALUE.c.subclip_id.in_(subclips), SUBCLIP_VALUE.c.field.in_(keys))
    rows = connection.execute(select(SUBCLIP_VALUE).where(*mine).order_by(SUBCLIP_VALUE.c.id)).all()
    labels = words_of_terms(connection, {row.term_id for row in rows if row.term_id is not None})
    found: dict[int, list[str]] = {}
    for row in rows:
        texts = labels.get(row.term_id, ()) if row.term_id is not None else [row.text or ""]
        found.setdefault(row.subclip_id, []).extend(filter(None, texts))
    return found


class SubclipMoments:
    """The subclips by which a search found assets; see `TextMoments`."""

    def __init__(self, database: Database, anchors: Anchors) -> None:
        self._db = database
        self._anchors = anchors

    def __call__(self, matches: Mapping[str, Sequence[str]], most: int) -> dict[str, list[TextMoment]]:
        """Subclips with at least half of the words that their asset has, those with most words first.

        A subclip that is not in the version that was found, or of which that is not known yet, is left out.
        """
        with self._db.read() as connection:
            query = select(VERSION.c.id, VERSION.c.asset_id, VERSION.c.sha1)
            versions = connection.execute(query.where(VERSION.c.sha1.in_(list(matches)))).all()
            rows = of_assets(connection, self._db, {row.asset_id for row in versions})
            ids = select(SUBCLIP.c.id).where(in_ids(self._db, SUBCLIP.c.id, [row.id for row in rows]))
            texts = _texts_of_fields(connection, ids) if rows else {}
        found: dict[str, list[TextMoment]] = {}
        for version in versions:
            words = matches[version.sha1]
            ranked = []
            for row in rows:
                if row.asset_id != version.asset_id or row.version_id is None:
                    continue
                known = words_of(" ".join((row.name, row.note, *texts.get(row.id, ()))))
                count = sum(any(one.startswith(word) for one in known) for word in words)
                if count and 2 * count >= len(words):
                    ranked.append((-count, row.start_seconds, row.id, row))
            best = [row for *_, row in sorted(ranked)[:most]]
            if best:
                found[version.sha1] = self._moments(version.id, best)
        return found

    def _moments(self, version: int, rows: Sequence[Row[Any]]) -> list[TextMoment]:
        moments = []
        for row in rows:
            base = Fraction(row.base)
            span = AnchoredTime(row.start_ticks, base), AnchoredTime(row.end_ticks, base)
            (carried,) = self._anchors.carried_spans(row.version_id, version, [span])
            if carried.start is not None and carried.end is not None:
                start, end = float(carried.start.seconds), float(carried.end.seconds)
                moments.append(TextMoment(start, end, row.name, row.id))
        return moments
