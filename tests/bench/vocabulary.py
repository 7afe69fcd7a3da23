"""A vocabulary of 50,000 SKOS concepts: read, compared, written, searched and changed.

VOCABULARY_CONCEPTS sets how many, VOCABULARY_DATABASES which databases.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from dampipe.features.vocabularies.model import FileFormat, NewTerm, NewVocabulary
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import NotFound
from tests.bench.cpu import timed
from tests.bench.scan import postgres, temporary
from tests.support.searching import Searching

CONCEPTS = int(os.environ.get("VOCABULARY_CONCEPTS", "50000"))
DATABASES = os.environ.get("VOCABULARY_DATABASES", "SQLite,PostgreSQL").split(",")
BELOW = 8
"""Narrower concepts of each that has any: 50,000 are six levels deep."""


def turtle(concepts: int) -> bytes:
    """A scheme of concepts, each with two labels, a synonym and a note."""

    def lines() -> Iterator[str]:
        yield "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
        yield "<urn:s> a skos:ConceptScheme ."
        for number in range(concepts):
            above = (
                "skos:topConceptOf <urn:s>"
                if number < BELOW
                else f"skos:broader <urn:c{number // BELOW - 1}>"
            )
            yield (
                f"<urn:c{number}> a skos:Concept ; skos:inScheme <urn:s> ; {above} ; "
                f'skos:prefLabel "Subject {number}"@en , "Thema {number}"@de ; '
                f'skos:altLabel "Matter {number}"@en ; skos:scopeNote "What belongs to {number}."@en .'
            )

    return "\n".join(lines()).encode()


def main() -> None:
    """Print all."""
    with temporary("home") as home, postgres() as url:
        for name, place in {"SQLite": f"sqlite:///{home}/c.sqlite", "PostgreSQL": url}.items():
            if name in DATABASES:
                measure(name, place, home)


def measure(name: str, url: str, home: Path) -> None:
    """One database."""
    library = Searching(url, home)
    database = library.catalog.database
    service = library.services.get(VocabularyService)
    terms = TermRepository(database)
    data, kind = turtle(CONCEPTS), FileFormat.TURTLE
    print(f"\n{name}: {CONCEPTS:,} concepts, {len(data) / 2**20:.1f} MiB of Turtle")
    service.create(LOCAL, NewVocabulary(key="subjects", languages=("en", "de")))

    def names(text: str) -> int:
        with database.read() as connection:
            found = terms.find(connection, "subjects", [text]).values()
            return len(terms.narrower(connection, list(found)))

    def mistyped() -> None:
        try:
            service.add(LOCAL, "subjects", NewTerm(label="New", parent="Sbuject 1234"))
        except NotFound:
            return
        raise AssertionError("a name that is wrong was found")

    timed("imported", lambda: service.import_file(LOCAL, "subjects", data, kind))
    timed(
        "compared: the same file again, as a dry run",
        lambda: service.import_file(LOCAL, "subjects", data, kind, dry_run=True),
    )
    timed("imported again: nothing differs", lambda: service.import_file(LOCAL, "subjects", data, kind))
    timed("written as Turtle", lambda: service.export_file(LOCAL, "subjects", kind))
    timed("written as CSV", lambda: service.export_file(LOCAL, "subjects", FileFormat.CSV))
    timed("found by a part of its name", lambda: service.find(LOCAL, "subjects", "matter 123"))
    timed("a term and all below it", lambda: names("Thema 0"))
    timed("a level of the tree", lambda: service.level(LOCAL, "subjects", "Subject 0"))
    timed("the nearest names of one that is wrong", mistyped)
    timed("a branch moved", lambda: service.move(LOCAL, "subjects", "Subject 1", "Subject 2"))
    timed("two terms merged", lambda: service.merge(LOCAL, "subjects", "Subject 49999", "Subject 0"))
    timed("undone", lambda: service.undo(LOCAL, "subjects"))
    library.close()


if __name__ == "__main__":
    main()
