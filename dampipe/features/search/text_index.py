"""The full-text index over the names, folders, cameras and tags of assets: SQLite's FTS5 or PostgreSQL's tsvector.

Texts are split into plain words here, so that both databases find the same. The database proposes candidates; which
words of a query an asset has is decided here, too.

An asset has one document (table `search_document`), whatever versions it has: its `names` are those of the files of all
versions, their folders and sources, its `facts` the camera of the current version and what features add by their
contributors (`Feature.documents`). So the name of an earlier version still finds the asset. A document is dirty while
its asset, or a version of it, is in the table `search_document_dirty`; a search rebuilds dirty documents first, so that
it reads what was written before it, and the sweep does so, too (`sweep.py`). Owners mark documents in the transactions
that write their tables (`dampipe/kernel/documents/dirty.py`), and so does a feature whose words come from another table:

| Table | Write | Documents marked |
|---|---|---|
| location | its version, folder or name changes; it is deleted | of the version, before and after |
| version | its camera or asset changes; another becomes current; it is deleted | of its asset, before and after |
| folder | it is renamed or goes to another source | of all versions with a file in it |
| source | it is renamed or deleted | of all versions with a file in it |
| tag | it is given or taken | of the asset |
| subclip | it is created, changed or deleted | of the asset |
| value | what a source says of a searchable field changes | of the asset |
| comment | it is written, edited, deleted or goes to another asset | of the asset |

`tests/integration/search/test_dirty_documents.py` walks all writes of these tables.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, delete, select, text

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.search.filters import ResolvedFilter
from dampipe.features.search.tables import SEARCH_DOCUMENT
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.dirty import any_dirty, take_dirty
from dampipe.kernel.documents.text import DocumentContributor, DocumentText
from dampipe.kernel.feature import registered
from dampipe.kernel.visibility import EVERYTHING, View
from dampipe.media.info import MediaInfo


class TextMoment(NamedTuple):
    """A span of an asset that has words of a query."""

    start: float
    """Seconds."""
    end: float | None
    """None: it is a point."""
    name: str
    """Of a subclip; of a comment what it says."""
    subclip: int | None = None
    comment: int | None = None


TextMoments: TypeAlias = Callable[[Mapping[str, Sequence[str]], int], Mapping[str, Sequence[TextMoment]]]
"""Classes in `Feature.text_moments`, which the container builds, are called so: with the words that were found of each
content, by SHA-1, and the most spans of each, they return the spans whose own words they are, best first."""
CANDIDATES = 1000
"""Assets that the database proposes for one query."""
BATCH = 500
"""Dirty documents rebuilt in one transaction."""
MAX_LENGTH = 20_000
"""Characters of a document: a content may have thousands of files."""
STOP_WORDS = frozenset(
    """
    a an and are as at be by for from in into is it near of on or over some that the there this to under with
    without der die das ein eine und mit im am auf von zu le la les un une et de du des en
    """.split()  # noqa: SIM905
)
"""Words that say nothing about a name; they count only when a query has no others."""


@dataclass(frozen=True)
class TextMatch:
    """An asset and the words of the query that its document has."""

    sha1: str
    words: tuple[str, ...]


class TextIndex:
    """The full-text index of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, contributors: Sequence[DocumentContributor] | None = None) -> None:
        """contributors: by default those of all registered features."""
        self._db = database
        self._given = contributors

    def search(
        self, words: str, without: Sequence[str], resolved: ResolvedFilter, names_only: bool = False
    ) -> list[TextMatch]:
        """Assets whose documents have at least half of the words, those with most words first.

        A document has a word where one of its words begins with it. Stop words (a, the, at …) do not count.
        without: words or phrases that the document must not have. names_only: ignore `facts`.
        """
        wanted = [word for word in words_of(words) if word not in STOP_WORDS] or words_of(words)
        wanted = list(dict.fromkeys(wanted))
        if not wanted:
            return []
        self.refresh()
        unwanted = [set(phrase) for text_ in without if (phrase := words_of(text_))]
        found = []
        candidates = self._candidates(wanted, resolved)
        shown = (
            {}
            if resolved.view.is_all
            else self._visible_names([row.asset_id for row in candidates], resolved.view)
        )
        for row in candidates:
            names = shown.get(row.asset_id, row.names)
            document = names.split() if names_only else [*names.split(), *row.facts.split()]
            matched = tuple(word for word in wanted if any(known.startswith(word) for known in document))
            is_unwanted = any(phrase <= set(document) for phrase in unwanted)
            if 2 * len(matched) >= len(wanted) and not is_unwanted:
                found.append(TextMatch(row.sha1, matched))
        return sorted(
            found, key=lambda match: -len(match.words)
        )  # stable: equal ones keep the database's rank

    def _candidates(self, words: Sequence[str], resolved: ResolvedFilter) -> Sequence[Any]:
        columns = (VERSION.c.asset_id, VERSION.c.sha1, SEARCH_DOCUMENT.c.names, SEARCH_DOCUMENT.c.facts)
        query = select(*columns).join_from(
            SEARCH_DOCUMENT, VERSION, VERSION.c.asset_id == SEARCH_DOCUMENT.c.asset_id
        )
        if self._db.is_sqlite:
            # bm25: smaller is better; a word of a name weighs twice.
            query = query.join(
                text("search_document_fts"),
                text(
                    "search_document_fts.rowid = search_document.asset_id "
                    "AND search_document_fts MATCH :expression"
                ),
            ).order_by(text("bm25(search_document_fts, 2.0, 1.0)"), VERSION.c.id.desc())
            expression = " OR ".join(f'"{word}"*' for word in words)
        else:
            vector = "array_to_tsvector(string_to_array(trim(names || ' ' || facts), ' '))"
            query = query.where(text(f"{vector} @@ CAST(:expression AS tsquery)")).order_by(
                text(f"ts_rank({vector}, CAST(:expression AS tsquery)) DESC"), VERSION.c.id.desc()
            )
            expression = " | ".join(f"'{word}':*" for word in words)
        query = query.where(resolved.where).limit(CANDIDATES)
        with self._db.read() as connection:
            return connection.execute(query, {"expression": expression}).all()

    def _visible_names(self, assets: Sequence[int], view: View) -> dict[int, str]:
        """The names in the documents of those assets of which some files are not visible, without these."""
        files = VERSION.join(LOCATION, LOCATION.c.version_id == VERSION.c.id)
        hidden = select(VERSION.c.asset_id).select_from(files).where(~view.shows_folder(LOCATION.c.folder_id))
        found: dict[int, str] = {}
        with self._db.read() as connection:
            for some in chunked(assets):
                mixed = set(connection.execute(hidden.where(VERSION.c.asset_id.in_(some))).scalars())
                names: dict[int, list[str]] = {asset: [] for asset in mixed}
                for one in file_names(connection, mixed, view):
                    names[one.asset].append(one.text)
                for one in opened_names(connection, mixed, view):
                    names[one.asset].append(one.text)
                found |= {asset: _joined(texts) for asset, texts in names.items()}
        return found

    def refresh(self, most: int = 1_000_000) -> int:
        """Rebuild dirty documents, in small transactions, until `most` at least are done; returns how many."""
        done = 0
        while done < most and self._has_dirty():
            with self._db.write() as connection:
                done += self._refresh_batch(connection)
        return done

    def _has_dirty(self) -> bool:
        with self._db.read() as connection:
            return any_dirty(connection)

    def _refresh_batch(self, connection: Connection) -> int:
        marked = take_dirty(connection, BATCH)
        of_versions = select(VERSION.c.asset_id).where(VERSION.c.id.in_(marked.versions))
        dirty = marked.assets.union(connection.execute(of_versions).scalars())
        current = select(VERSION.c.asset_id, VERSION.c.media).where(VERSION.c.asset_id.in_(dirty), IS_CURRENT)
        assets = connection.execute(current).all()
        names: dict[int, list[str]] = {row.asset_id: [] for row in assets}
        facts: dict[int, list[str]] = {row.asset_id: list(media_words(row.media)) for row in assets}
        for one in file_names(connection, names):
            names[one.asset].append(one.text)
        for contribute in registered("documents") if self._given is None else self._given:
            for one in contribute(connection, facts.keys()):
                facts[one.asset].append(one.text)
        connection.execute(delete(SEARCH_DOCUMENT).where(SEARCH_DOCUMENT.c.asset_id.in_(dirty)))
        if names:
            documents = [
                {"asset_id": asset, "names": _joined(names[asset]), "facts": _joined(facts[asset])}
                for asset in names
            ]
            connection.execute(self._db.insert(SEARCH_DOCUMENT).on_conflict_do_nothing(), documents)
        return marked.marks


def media_words(media: str | None) -> tuple[str, ...]:
    """What the facts of an asset, MediaInfo as JSON, add to its document."""
    return MediaInfo.model_validate_json(media).words if media else ()


def file_names(
    connection: Connection, assets: Collection[int], view: View = EVERYTHING
) -> Iterable[DocumentText]:
    """The names of files, folders and sources of assets, as far as they are visible."""
    columns = (
        VERSION.c.asset_id,
        LOCATION.c.name,
        FOLDER.c.path,
        SOURCE.c.root,
        SOURCE.c.name.label("source"),
    )
    for row in connection.execute(
        select(*columns)
        .select_from(
            VERSION.join(LOCATION, LOCATION.c.version_id == VERSION.c.id)
            .join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
        )
        .where(VERSION.c.asset_id.in_(assets), view.shows_folder(LOCATION.c.folder_id))
        .order_by(LOCATION.c.id)
    ):
        yield DocumentText(row.asset_id, PurePath(row.name).stem, "File name")
        yield DocumentText(row.asset_id, row.path, "Folder")
        yield DocumentText(row.asset_id, row.root.rpartition("/")[2], "Folder")
        yield DocumentText(row.asset_id, row.source, "Source")


def opened_names(connection: Connection, assets: Collection[int], view: View) -> Iterable[DocumentText]:
    """The names of files that are shown without their folders, which a collection opens."""
    if not view.opened:
        return
    files = VERSION.join(LOCATION, LOCATION.c.version_id == VERSION.c.id)
    opened = (
        select(VERSION.c.asset_id, LOCATION.c.name)
        .select_from(files)
        .where(view.opens_file(LOCATION.c.folder_id, LOCATION.c.version_id))
        .order_by(LOCATION.c.id)
    )
    for row in connection.execute(opened.where(VERSION.c.asset_id.in_(assets))):
        yield DocumentText(row.asset_id, PurePath(row.name).stem, "File name")


def words_of(text_: str) -> list[str]:
    """The words of a text: lower-case letters and digits, without accents.

    >>> words_of("A001_C002 Été (Grün).mp4")
    ['a001', 'c002', 'ete', 'grun', 'mp4']
    """
    readable = os.fsencode(text_).decode("utf-8", "replace")
    bare = "".join(c for c in unicodedata.normalize("NFKD", readable) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", bare.casefold())


def _joined(texts: Iterable[str]) -> str:
    words = dict.fromkeys(word for text_ in texts for word in words_of(text_))
    return " ".join(words)[:MAX_LENGTH]
