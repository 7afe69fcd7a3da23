"""What is written about assets, in the database's own text index: SQLite's FTS5 or PostgreSQL's tsvector.

Texts are cut into plain words here, so that both databases find the same. They propose candidates; which
words an asset really has is judged here, too.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, delete, select, text

from dampipe.features.assets.tables import ASSET, FOLDER, LOCATION
from dampipe.features.search.filters import FilterQueries
from dampipe.features.search.model import Filter
from dampipe.features.search.tables import DIRTY_DOCUMENT, SEARCH_DOCUMENT
from dampipe.features.sources.tables import SOURCE
from dampipe.features.tagging.tables import TAG
from dampipe.kernel.db.database import Database

CANDIDATES = 1000
"""Assets looked at for one question."""
AT_ONCE = 500
LONGEST = 20_000
"""Characters kept for one asset: a content may lie in thousands of places."""
STOP_WORDS = frozenset(
    """
    a an and are as at be by for from in into is it near of on or over some that the there this to under with
    without der die das ein eine und mit im am auf von zu le la les un une et de du des en
    """.split()  # noqa: SIM905
)
"""Words that tell nothing about a name; they count only when there are no others."""


@dataclass(frozen=True)
class TextMatch:
    """An asset and the words of the question that are written about it."""

    sha1: str
    words: tuple[str, ...]


class TextIndex:
    """The text index of one catalogue."""

    def __init__(self, database: Database, filtering: FilterQueries) -> None:
        self._db = database
        self._filtering = filtering

    def search(
        self, question: str, without: Sequence[str], wanted: Filter, names_only: bool = False
    ) -> list[TextMatch]:
        """Assets about which at least half of the question's words are written, most of them first.

        A word counts as written where one begins with it. Words that tell nothing (a, the, at …) do not
        count. without: words or phrases that must not be written.
        """
        asked = [word for word in words_of(question) if word not in STOP_WORDS] or words_of(question)
        asked = list(dict.fromkeys(asked))
        if not asked:
            return []
        self.refresh()
        unwanted = [words_of(phrase) for phrase in without]
        found = []
        for row in self._candidates(asked, wanted):
            here = row.names.split() if names_only else [*row.names.split(), *row.facts.split()]
            words = tuple(word for word in asked if any(one.startswith(word) for one in here))
            barred = any(phrase and set(phrase) <= set(here) for phrase in unwanted)
            if 2 * len(words) >= len(asked) and not barred:
                found.append(TextMatch(row.sha1, words))
        return sorted(found, key=lambda one: -len(one.words))  # stable: the database's rank decides the rest

    def _candidates(self, asked: Sequence[str], wanted: Filter) -> Sequence[Any]:
        columns = (ASSET.c.sha1, SEARCH_DOCUMENT.c.names, SEARCH_DOCUMENT.c.facts)
        query = select(*columns).join_from(SEARCH_DOCUMENT, ASSET, ASSET.c.id == SEARCH_DOCUMENT.c.asset_id)
        if self._db.is_sqlite:
            # bm25, the smaller the better; a word of a name weighs twice.
            query = query.join(
                text("written_fts"), text("written_fts.rowid = written.asset_id AND written_fts MATCH :asked")
            ).order_by(text("bm25(written_fts, 2.0, 1.0)"), ASSET.c.id.desc())
            given = " OR ".join(f'"{word}"*' for word in asked)
        else:
            words = "array_to_tsvector(string_to_array(trim(names || ' ' || facts), ' '))"
            query = query.where(text(f"{words} @@ CAST(:asked AS tsquery)")).order_by(
                text(f"ts_rank({words}, CAST(:asked AS tsquery)) DESC"), ASSET.c.id.desc()
            )
            given = " | ".join(f"'{word}':*" for word in asked)
        query = query.where(self._filtering.where(wanted)).limit(CANDIDATES)
        with self._db.read() as connection:
            return connection.execute(query, {"asked": given}).all()

    def refresh(self, most: int = 1_000_000) -> int:
        """Write down anew what has changed, in small transactions; returns how many assets at least."""
        done = 0
        while done < most and self._has_stale():
            with self._db.write() as connection:
                done += self._refresh_some(connection)
        return done

    def _has_stale(self) -> bool:
        with self._db.read() as connection:
            return connection.execute(select(DIRTY_DOCUMENT.c.id).limit(1)).first() is not None

    def _refresh_some(self, connection: Connection) -> int:
        some = (
            select(DIRTY_DOCUMENT.c.id, DIRTY_DOCUMENT.c.asset_id)
            .order_by(DIRTY_DOCUMENT.c.id)
            .limit(AT_ONCE)
        )
        rows = connection.execute(some.with_for_update()).all()
        connection.execute(delete(DIRTY_DOCUMENT).where(DIRTY_DOCUMENT.c.id.in_([row.id for row in rows])))
        assets = {row.asset_id for row in rows}
        there = connection.execute(select(ASSET.c.id, ASSET.c.camera).where(ASSET.c.id.in_(assets))).all()
        names: dict[int, list[str]] = {row.id: [] for row in there}
        facts: dict[int, list[str]] = {row.id: [row.camera or ""] for row in there}
        for row in connection.execute(
            select(
                *(LOCATION.c.asset_id, LOCATION.c.name, FOLDER.c.path, SOURCE.c.root),
                SOURCE.c.name.label("source"),
            )
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .where(LOCATION.c.asset_id.in_(names))
            .order_by(LOCATION.c.id)
        ):
            names[row.asset_id] += [PurePath(row.name).stem, row.path, PurePath(row.root).name, row.source]
        for tag in connection.execute(select(TAG.c.asset_id, TAG.c.name).where(TAG.c.asset_id.in_(facts))):
            facts[tag.asset_id].append(tag.name)
        connection.execute(delete(SEARCH_DOCUMENT).where(SEARCH_DOCUMENT.c.asset_id.in_(assets)))
        if names:
            written = [
                {"asset_id": asset, "names": _joined(names[asset]), "facts": _joined(facts[asset])}
                for asset in names
            ]
            connection.execute(self._db.insert(SEARCH_DOCUMENT).on_conflict_do_nothing(), written)
        return len(rows)


def words_of(text_: str) -> list[str]:
    """The words of a text: small letters and digits, without accents.

    >>> plain("A001_C002 Été (Grün).mp4")
    ['a001', 'c002', 'ete', 'grun', 'mp4']
    """
    readable = os.fsencode(text_).decode("utf-8", "replace")
    bare = "".join(c for c in unicodedata.normalize("NFKD", readable) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", bare.casefold())


def _joined(texts: Iterable[str]) -> str:
    words = dict.fromkeys(word for one in texts for word in words_of(one))
    return " ".join(words)[:LONGEST]
