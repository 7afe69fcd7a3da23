"""An index that is lost or empty is repaired from the catalogue, and a repair that failed is tried again later."""

import pytest

from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import StorageFull
from tests.support.processed import ProcessedLibrary, library, tree

__all__ = ["library", "tree"]  # fixtures


@pytest.mark.usefixtures("tree")
def test_an_index_that_is_empty_is_brought_up_and_a_sound_one_left_alone(library: ProcessedLibrary) -> None:
    assert library.indexes.tend(LOCAL) == []
    library.index.clear()
    assert library.indexes.tend(LOCAL) == ["m"]
    assert len(library.index) == 16
    assert library.indexes.tend(LOCAL) == []


@pytest.mark.usefixtures("tree")
def test_an_index_is_compared_with_all_vectors_of_the_catalogue(library: ProcessedLibrary) -> None:
    """PostgreSQL takes no number beyond its INTEGER for the id up to which vectors are counted."""
    [report] = library.indexes.rebuild(LOCAL)
    assert (report.vectors, report.waiting, report.sound) == (16, 0, True)


@pytest.mark.usefixtures("tree")
def test_an_index_that_cannot_be_brought_up_is_left_alone_for_a_while(
    library: ProcessedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def full(*_: object) -> None:
        tried.append(1)
        raise StorageFull("no space left for the vector index")

    library.index.clear()
    with monkeypatch.context() as patched:
        patched.setattr(library.index, "add", full)
        assert library.indexes.tend(LOCAL) == library.indexes.tend(LOCAL) == []
    assert len(tried) == 1
    monkeypatch.setattr("dampipe.features.search.index_admin.monotonic", lambda: 1e12)
    assert library.indexes.tend(LOCAL) == ["m"]
