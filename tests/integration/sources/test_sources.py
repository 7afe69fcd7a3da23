"""Sources are added, listed and removed, and a folder of one becomes a source of its own."""

from pathlib import Path

import pytest

from dampipe.features.sources.errors import NAME_TAKEN
from dampipe.features.sources.model import Source, SourceRequest
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.paths import printable
from tests.support.processed import ProcessedLibrary, library, tree

__all__ = ["library", "tree"]  # fixtures


def add(library: ProcessedLibrary, name: str, path: Path) -> Source:
    return library.sources.add(LOCAL, SourceRequest(name=name, path=str(path)))


def test_sources_are_added_listed_and_removed(library: ProcessedLibrary, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert add(library, "archive", tree).name == "archive", "the known root gets the name"
    add(library, "new", tmp_path / "empty")
    (tmp_path / "empty").rmdir()
    assert [(s.name, s.present, s.missing, s.reachable) for s in library.sources.reports(LOCAL)] == [
        ("archive", 8, 0, True),
        ("new", 0, 0, False),
    ]
    with pytest.raises(InvalidInput, match="another source 'archive'") as taken:
        add(library, "archive", tree / "day1")
    assert (taken.value.code, taken.value.parameters) == (NAME_TAKEN.code, {"name": "archive"})
    with pytest.raises(NotFound, match="no folder"):
        add(library, "x", tmp_path / "empty")
    for name in ("", " ", "a\nb", "-x", printable("\udce9") + "\udce9"):
        with pytest.raises(InvalidInput):
            add(library, name, tree)
    assert library.sources.remove(LOCAL, "archive") == 8
    assert library.catalog.totals.of() == (8, 0) and len(list(library.blobs.keys())) == 8
    library.scan(tree)
    library.hash_all()
    assert library.catalog.totals.of() == (8, 8), "found again, by content"


def test_a_folder_of_a_source_that_becomes_one_of_its_own_keeps_its_files(
    library: ProcessedLibrary, tree: Path
) -> None:
    before = library.places()
    add(library, "first day", tree / "day1")
    assert library.places() == before
    assert {s.name: s.present for s in library.sources.reports(LOCAL)} == {"first day": 2, "tree": 6}
    for root in (tree, tree / "day1"):
        found = library.scan(root)
        assert (found.new, found.missing, found.unchanged) == (0, 0, found.found)
