"""Comments in a search: their words in the documents of assets, and the moments that they are about."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from dampipe.features.review.carrying import Carrier
from dampipe.features.review.tables import COMMENT
from dampipe.features.search.text_index import words_of
from dampipe.features.search.text_moments import TextMoment
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids


def comment_words(connection: Connection, assets: Collection[int]) -> Iterable[tuple[int, str]]:
    """What comments and markers say, as pairs of asset and text."""
    columns = (COMMENT.c.asset_id, COMMENT.c.name, COMMENT.c.text)
    query = select(*columns).where(COMMENT.c.asset_id.in_(assets)).order_by(COMMENT.c.id.desc())
    for row in connection.execute(query):
        yield row.asset_id, f"{row.name} {row.text}"


class CommentMoments:
    """The moments of comments that have words of a query; see `features/search/text_moments.py`."""

    def __init__(self, database: Database, carrier: Carrier) -> None:
        self._db = database
        self._carrier = carrier

    def __call__(self, versions: Mapping[int, int], words: Sequence[str]) -> list[TextMoment]:
        """See TextMoments."""
        query = select(COMMENT).where(in_ids(self._db, COMMENT.c.asset_id, set(versions.values())))
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(COMMENT.c.id.desc())).all()
        said: dict[int, list[str]] = {}
        for row in rows:  # the words of a reply are about the time of its thread
            said.setdefault(row.root_id or row.id, []).extend((row.name, row.text))
        threads = [row for row in rows if row.root_id is None and row.start_ticks is not None]
        matched = {row.id: words_in(said[row.id], words) for row in threads}
        wanted = [row for row in threads if matched[row.id]]
        found: list[TextMoment] = []
        left = dict(versions)
        while left:  # one version of each asset at a time
            once = {asset: version for version, asset in left.items()}
            left = {version: asset for version, asset in left.items() if once[asset] != version}
            mine = [row for row in wanted if row.asset_id in once]
            places = self._carrier.places(mine, {row.id: once[row.asset_id] for row in mine})
            for row in mine:
                place = places[row.id]
                if place.start is not None:
                    found.append(
                        TextMoment(
                            version=once[row.asset_id],
                            time=place.start.seconds,
                            end=None if place.end is None else place.end.seconds,
                            text=" ".join(filter(None, (row.name, row.text))),
                            words=matched[row.id],
                        )
                    )
        return found


def words_in(texts: Iterable[str], words: Sequence[str]) -> int:
    """How many of the words begin a word of the texts."""
    known = {word for text in texts for word in words_of(text)}
    return sum(any(one.startswith(word) for one in known) for word in words)
