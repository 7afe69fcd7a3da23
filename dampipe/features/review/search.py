"""Comments in a search: their words in the documents of assets, and the moments that they are about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.review.carrying import Carrier
from dampipe.features.review.tables import COMMENT
from dampipe.features.search.text_index import TextMoment, words_of
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.documents.text import DocumentText


def comment_words(connection: Connection, assets: Collection[int]) -> Iterable[DocumentText]:
    """What comments and markers say."""
    columns = (COMMENT.c.asset_id, COMMENT.c.name, COMMENT.c.text)
    query = select(*columns).where(COMMENT.c.asset_id.in_(assets)).order_by(COMMENT.c.id.desc())
    for row in connection.execute(query):
        yield DocumentText(row.asset_id, _said(row), "Comment")


class CommentMoments:
    """The comments by which a search found assets; see `TextMoments`."""

    def __init__(self, database: Database, carrier: Carrier) -> None:
        self._db = database
        self._carrier = carrier

    def __call__(self, matches: Mapping[str, Sequence[str]], most: int) -> dict[str, list[TextMoment]]:
        """Threads with at least half of the words that their asset has, those with most words first.

        The words of a reply are about the time of its thread. A comment about the whole asset is left out, and one that
        is not in the version that was found, or of which that is not known yet.
        """
        with self._db.read() as connection:
            query = select(VERSION.c.id, VERSION.c.asset_id, VERSION.c.sha1)
            versions = connection.execute(query.where(VERSION.c.sha1.in_(list(matches)))).all()
            of_assets = in_ids(self._db, COMMENT.c.asset_id, {row.asset_id for row in versions})
            rows = connection.execute(select(COMMENT).where(of_assets).order_by(COMMENT.c.id)).all()
        said: dict[int, list[str]] = {}
        threads: dict[int, list[Row[Any]]] = {}
        for row in rows:
            said.setdefault(row.root_id or row.id, []).append(_said(row))
            if row.root_id is None and row.start_ticks is not None:
                threads.setdefault(row.asset_id, []).append(row)
        found = {}
        for version in versions:
            words = matches[version.sha1]
            ranked = []
            for row in threads.get(version.asset_id, ()):
                known = words_of(" ".join(said[row.id]))
                count = sum(any(one.startswith(word) for one in known) for word in words)
                if count and 2 * count >= len(words):
                    ranked.append((-count, row.start_seconds, row.id, row))
            best = [row for *_, row in sorted(ranked)[:most]]
            if best:
                found[version.sha1] = self._moments(version.id, best)
        return found

    def _moments(self, version: int, rows: Sequence[Row[Any]]) -> list[TextMoment]:
        places = self._carrier.places(rows, {row.id: version for row in rows})
        return [
            TextMoment(
                place.start.seconds,
                None if place.end is None else place.end.seconds,
                _said(row),
                comment=row.id,
            )
            for row in rows
            if (place := places[row.id]).start is not None
        ]


def _said(row: Any) -> str:
    """The name of a marker, and the text."""
    return " ".join(filter(None, (row.name, row.text)))
