"""A catalogue with vocabularies, and a table of another feature that refers to terms."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.features.access.queries import AccessRepository
from dampipe.features.vocabularies.model import FileFormat, NewTerm, NewVocabulary, TermPage
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.features.vocabularies.tables import (
    TERM,
    TERM_BROADER,
    TERM_LABEL,
    TERM_NOTE,
    VOCABULARY,
    VOCABULARY_OPERATION,
)
from dampipe.kernel import term_uses
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.ids import TermId


class Values:
    """Values of assets, as a feature has them that uses terms."""

    def __init__(self) -> None:
        self.relabelled: list[int] = []

    def use(self) -> term_uses.TermUse:
        """What the feature registers."""
        return term_uses.TermUse("values", self._count, self._move, self._restore, self._relabel)

    def _count(self, connection: Connection, term: TermId) -> int:
        query = text("SELECT count(*) FROM test_value WHERE term_id = :term")
        return int(connection.execute(query, {"term": term}).scalar_one())

    def _move(self, connection: Connection, database: Database, source: TermId, target: TermId) -> Any:
        both = {"source": source, "target": target}
        moved = list(
            connection.execute(text("SELECT asset FROM test_value WHERE term_id = :source"), both).scalars()
        )
        had = text(
            "SELECT asset FROM test_value WHERE term_id = :target AND asset IN"
            " (SELECT asset FROM test_value WHERE term_id = :source)"
        )
        kept = list(connection.execute(had, both).scalars())
        connection.execute(text("DELETE FROM test_value WHERE term_id = :source"), both)
        for asset in set(moved) - set(kept):
            connection.execute(
                text("INSERT INTO test_value VALUES (:asset, :target)"), {"asset": asset, **both}
            )
        return {"moved": moved, "kept": kept}

    def _restore(
        self, connection: Connection, database: Database, source: TermId, target: TermId, state: Any
    ) -> None:
        for asset in state["moved"]:
            both = {"asset": asset, "source": source, "target": target}
            if asset not in state["kept"]:
                connection.execute(
                    text("DELETE FROM test_value WHERE asset = :asset AND term_id = :target"), both
                )
            connection.execute(text("INSERT INTO test_value VALUES (:asset, :source)"), both)

    def _relabel(self, connection: Connection, database: Database, terms: Sequence[TermId]) -> None:
        self.relabelled += terms


class Library:
    """The parts of one deployment."""

    def __init__(self, home: Path, database_url: str, values: Values) -> None:
        self.container = Container(
            load_settings(
                home=home,
                database_url=database_url,
                transport="tests.support.null_transport:NullTransport",
            )
        )
        self.container.set_up()
        self.database = self.container.get(Database)
        self.service = self.container.get(VocabularyService)
        self.terms = self.container.get(TermRepository)
        self.values = values
        with self.database.write() as connection:
            connection.execute(text("CREATE TABLE test_value (asset INTEGER, term_id INTEGER)"))

    def create(
        self, key: str = "places", *, is_open: bool = False, languages: tuple[str, ...] = ("en", "de")
    ) -> None:
        self.service.create(LOCAL, NewVocabulary(key=key, open=is_open, languages=languages))

    def add(self, path: str, *synonyms: str, actor: Actor = LOCAL, key: str = "places") -> str:
        """Add the term at the end of a path; returns its key."""
        parent, _, label = path.rpartition(" > ")
        request = NewTerm(label=label, parent=parent or None, synonyms=synonyms)
        return self.service.add(actor, key, request).term.key

    def give(self, term: str, *assets: int) -> None:
        """Let assets have a term."""
        with self.database.write() as connection:
            for asset in assets:
                connection.execute(
                    text("INSERT INTO test_value VALUES (:asset, :term)"),
                    {"asset": asset, "term": self.id(term)},
                )

    def assets(self, term: str) -> list[int]:
        """The assets that have a term."""
        with self.database.read() as connection:
            query = text("SELECT asset FROM test_value WHERE term_id = :term ORDER BY asset")
            return list(connection.execute(query, {"term": self.id(term)}).scalars())

    def id(self, term: str) -> int:
        return self.service.term(LOCAL, "places", term).id

    def user(self, name: str) -> int | None:
        """The id of a user."""
        return self.container.get(AccessRepository).user(name).id

    def clear(self) -> None:
        """Delete all vocabularies, and the values that refer to their terms."""
        with self.database.write() as connection:
            connection.execute(text("DELETE FROM test_value"))
            for table in (VOCABULARY_OPERATION, TERM_NOTE, TERM_LABEL, TERM_BROADER):
                connection.execute(table.delete())
            connection.execute(TERM.update().values(parent_id=None, merged_into_id=None))
            connection.execute(TERM.delete())
            connection.execute(VOCABULARY.delete())

    def tree(self, parent: str | None = None, indent: str = "") -> list[str]:
        """The tree as lines: what is deeper stands further right."""
        lines: list[str] = []
        page: TermPage = self.service.level(LOCAL, "places", parent, limit=1000)
        for one in page.terms:
            mark = "?" if one.state == "proposed" else ""
            lines.append(f"{indent}{one.label}{mark}")
            lines += self.tree(one.key, indent + " ")
        return lines

    def find(self, *texts: str, retired: bool = False) -> dict[str, str]:
        """By text: the key of the term that it names."""
        with self.database.read() as connection:
            found = self.terms.find(connection, "places", texts, retired=retired)
            keys = self.terms.keys(connection, found.values())
            return {text: keys[term] for text, term in found.items()}

    def narrower(self, *terms: str) -> set[str]:
        with self.database.read() as connection:
            found = self.terms.narrower(connection, [self.id(term) for term in terms])
            return set(self.terms.keys(connection, found).values())

    def load(self, data: str, kind: FileFormat = FileFormat.CSV, **more: Any) -> Any:
        return self.service.import_file(LOCAL, "places", data.encode(), kind, **more)

    def events(self) -> list[str]:
        with self.database.read() as connection:
            rows = connection.execute(EVENT.select().order_by(EVENT.c.at, EVENT.c.id))
            return [row.name for row in rows if row.name.startswith("vocabulary.")]

    def snapshot(self) -> str:
        """All terms, as they are exported."""
        return self.service.export_file(LOCAL, "places", FileFormat.CSV).decode()


@pytest.fixture
def values(monkeypatch: pytest.MonkeyPatch) -> Values:
    made = Values()
    monkeypatch.setattr(term_uses, "term_uses", lambda: [made.use()])
    return made


@pytest.fixture
def library(tmp_path: Path, catalogue_url: str, values: Values) -> Iterator[Library]:
    made = Library(tmp_path / "home", catalogue_url, values)
    yield made
    made.container.close()


@pytest.fixture
def local_library(tmp_path: Path, values: Values) -> Iterator[Library]:
    made = Library(tmp_path / "home", f"sqlite:///{tmp_path / 'c.sqlite'}", values)
    yield made
    made.container.close()
