"""Why words found an asset: the texts that have them, with the place of each word."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.search.model import Passage
from dampipe.features.search.text_index import file_names, media_words, opened_names
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.text import DocumentText
from dampipe.kernel.feature import registered
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import View

MOST = 4
"""Passages of one asset."""
LENGTH = 160
"""Characters of a passage, about."""
BEFORE = 50
"""Of these before the first word of the query, where a text is longer."""
_WORD = re.compile(r"[^\W_]+")


class Passages:
    """Finds the passages of assets that a search by words has found. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(
        self,
        found: Mapping[str, Sequence[str]],
        view: View,
        names_only: bool,
        said: Mapping[str, Collection[str]],
    ) -> dict[str, tuple[Passage, ...]]:
        """The passages by SHA-1 of a version, those with most words first.

        found: the words of the query that each version's asset has. names_only: of names of files, folders and sources
        alone. said: texts that the result shows already. Only what is visible is shown.
        """
        shown: dict[str, tuple[Passage, ...]] = {}
        for some in chunked(sorted(found)):
            with self._db.read() as connection:
                query = select(VERSION.c.sha1, VERSION.c.asset_id, VERSION.c.media)
                rows = connection.execute(query.where(VERSION.c.sha1.in_(some))).all()
                texts: dict[int, list[DocumentText]] = {row.asset_id: [] for row in rows}
                for one in self._texts(connection, list(texts), view, names_only):
                    texts[one.asset].append(one)
            for row in rows:
                own = () if names_only else media_words(row.media)
                of_media = (DocumentText(row.asset_id, text, "Recording") for text in own)
                shown_already = set(map(_readable, said.get(row.sha1, ())))
                others = [one for one in texts[row.asset_id] if _readable(one.text) not in shown_already]
                passages = passages_of([*others, *of_media], found[row.sha1])
                if passages:
                    shown[row.sha1] = passages
        return shown

    def _texts(
        self, connection: Connection, assets: Collection[int], view: View, names_only: bool
    ) -> Iterable[DocumentText]:
        yield from file_names(connection, assets, view)
        yield from opened_names(connection, assets, view)
        if not names_only:
            for contribute in registered("documents"):
                yield from contribute(connection, assets)


def passages_of(texts: Iterable[DocumentText], words: Sequence[str]) -> tuple[Passage, ...]:
    """The passages of texts that have the words: those that have most of them first, each once, MOST at most.

    >>> texts = [DocumentText(1, "A001_Beach", "File name"), DocumentText(1, "Red car on a beach", "Title")]
    >>> [(one.field, one.text, one.marks) for one in passages_of(texts, ["red", "beach"])]
    [('Title', 'Red car on a beach', ((0, 3), (13, 18))), ('File name', 'A001_Beach', ((5, 10),))]
    """
    ranked = []
    known: set[tuple[str, str]] = set()
    for one in texts:
        text = _readable(one.text)
        marks, count = _marks(text, words)
        if count and (one.field, text) not in known:
            known.add((one.field, text))
            ranked.append((-count, one.field, text, marks))
    best = sorted(ranked, key=lambda passage: passage[0])[:MOST]
    return tuple(_cut(field, text, marks) for _, field, text, marks in best)


def marks_in(text: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where words of a text begin with a word of a query: first character and the one after the last.

    >>> marks_in("Ein Mädchen, MÄDCHENHAFT", ["madchen"])
    ((4, 11), (13, 24))
    """
    return _marks(text, words)[0]


def _marks(text: str, words: Sequence[str]) -> tuple[tuple[tuple[int, int], ...], int]:
    """The same, and how many of the words of the query there are."""
    folded, places = _folded(text)
    marks, met = [], set()
    for match in _WORD.finditer(folded):
        has = [word for word in words if match[0].startswith(word)]
        if has:
            met.update(has)
            marks.append((places[match.start()], places[match.end() - 1] + 1))
    return tuple(marks), len(met)


def _readable(text: str) -> str:
    """A text on one line."""
    return printable(" ".join(text.split()))


def _folded(text: str) -> tuple[str, list[int]]:
    """A text as `words_of` reads it, and the place of each of its characters in the text."""
    parts: list[str] = []
    places: list[int] = []
    for at, one in enumerate(text):
        bare = "".join(
            c for c in unicodedata.normalize("NFKD", one) if not unicodedata.combining(c)
        ).casefold()
        parts.append(bare)
        places += [at] * len(bare)
    return "".join(parts), places


def _cut(field: str, text: str, marks: Sequence[tuple[int, int]]) -> Passage:
    """A passage of about LENGTH characters, cut between words around the first mark."""
    if len(text) <= LENGTH:
        return Passage(field=field, text=text, marks=tuple(marks))
    begin = max(0, marks[0][0] - BEFORE)
    if begin:
        space = text.find(" ", begin, marks[0][0])
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), max(begin + LENGTH, marks[0][1]))
    if end < len(text):
        space = text.rfind(" ", marks[0][1], end)
        end = space if space >= 0 else end
    before, after = ("…" if begin else ""), ("…" if end < len(text) else "")
    moved = len(before) - begin
    inside = tuple((first + moved, last + moved) for first, last in marks if last <= end)
    return Passage(field=field, text=f"{before}{text[begin:end]}{after}", marks=inside)
