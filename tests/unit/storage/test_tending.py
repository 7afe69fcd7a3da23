"""An index that is lost, damaged or left behind is noticed at next to no cost, and brought up to the catalogue."""

import errno
import os
from pathlib import Path

import pytest

from dampipe.kernel.errors import Transient
from dampipe.storage.auto import AutoStorage
from dampipe.storage.memory import MemoryStorage
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.memory import MemoryVectors
from tests.unit.storage.test_auto import D, catalog, finds_all, harm, rows, sha1

__all__ = ["catalog"]  # a fixture


@pytest.mark.parametrize("damage", ["delete", "manifest", "rows", "gone"])
def test_an_index_that_is_lost_comes_back_without_new_footage(
    catalog: MemoryStorage, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "index"
    storage = AutoStorage(catalog, lambda model, dimension: FaissVectors(folder, dimension))
    storage.advance("m")
    assert not storage.tend_index("m"), "all is well"
    harm(folder, damage)
    assert storage.tend_index("m")
    assert FaissVectors(folder, D).damage() == []
    assert len(FaissVectors(folder, D)) == 120
    assert finds_all(storage, catalog)
    assert not storage.tend_index("m")


@pytest.mark.parametrize("by", ["a search", "a check"])
def test_damage_that_another_process_finds_is_mended_by_the_writer(
    catalog: MemoryStorage, tmp_path: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    writer = AutoStorage(catalog, lambda model, dimension: FaissVectors(folder, dimension))
    writer.advance("m")
    [path] = folder.glob("rows*")
    rotten = bytearray(path.read_bytes())
    rotten[-20] ^= 1
    path.unlink()
    path.write_bytes(rotten)
    assert not writer.tend_index("m"), "every file is there in its size"
    if by == "a search":
        assert FaissVectors(folder, D).watermark == 0, "whoever opens it reads it"
    else:
        monkeypatch.setattr("dampipe.storage.vectors.faiss_folder.EAGER", 0)
        assert "checksum" in FaissVectors(folder, D).damage()[0]
    assert writer.tend_index("m")
    assert FaissVectors(folder, D).watermark == 120


def test_an_index_left_behind_is_brought_up(catalog: MemoryStorage) -> None:
    index = MemoryVectors(D)
    storage = AutoStorage(catalog, lambda model, dimension: index)
    storage.advance("m")
    catalog.add_vectors(sha1(3), "m", range(2), rows(2, 99))
    assert storage.tend_index("m")
    assert index.watermark == 122
    assert not storage.tend_index("m")


def test_a_model_without_vectors_needs_no_tending() -> None:
    assert not AutoStorage(MemoryStorage(), lambda model, dimension: MemoryVectors(dimension)).tend_index("m")


@pytest.mark.parametrize("thorough", [True, False])
def test_a_check_counts_what_is_missing_and_superfluous(catalog: MemoryStorage, thorough: bool) -> None:
    index = MemoryVectors(D)
    storage = AutoStorage(catalog, lambda model, dimension: index)
    storage.advance("m")
    catalog.add_vectors(sha1(3), "m", range(2), rows(2, 99))
    report = storage.check_index("m", thorough)
    assert report and (report.waiting, report.missing, report.superfluous) == (2, 0, 4)
    index.remove(index.ids()[:10])
    report = storage.check_index("m", thorough)
    assert report and report.missing == (10 if thorough else 6), "counting tells the balance"


def test_a_place_that_is_away_is_no_damage(
    catalog: MemoryStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    storage = AutoStorage(catalog, lambda model, dimension: FaissVectors(folder, dimension))
    storage.advance("m")
    real = Path.stat

    def stat(path: Path, **given: bool) -> os.stat_result:
        if path.name.startswith("rows"):
            raise OSError(errno.ESTALE, "Stale file handle")
        return real(path, **given)

    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(Transient):
        storage.tend_index("m")
    assert FaissVectors(folder, D).watermark == 0, "it cannot be read now"
    monkeypatch.undo()
    assert FaissVectors(folder, D).watermark == 120
