"""A lost, damaged or outdated index is detected cheaply and repaired from the catalogue."""

import errno
import os
from pathlib import Path

import pytest

from dampipe.kernel.errors import Transient
from dampipe.storage.auto import AutoStorage
from dampipe.storage.memory import MemoryStorage
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.memory import MemoryVectors
from tests.support.vector_catalog import DIMENSION, damage_index, finds_all, sha1, unit_rows


@pytest.mark.parametrize("damage", ["delete", "manifest", "rows", "gone"])
def test_an_index_that_is_lost_comes_back_without_new_footage(
    catalog: MemoryStorage, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "index"
    storage = AutoStorage(catalog, lambda model, dimension: FaissVectors(folder, dimension))
    storage.advance("m")
    assert not storage.repair_index("m"), "all is well"
    damage_index(folder, damage)
    assert storage.repair_index("m")
    assert FaissVectors(folder, DIMENSION).damage() == []
    assert len(FaissVectors(folder, DIMENSION)) == 120
    assert finds_all(storage, catalog)
    assert not storage.repair_index("m")


@pytest.mark.parametrize("by", ["a search", "a check"])
def test_damage_found_by_another_process_is_repaired_by_the_writer(
    catalog: MemoryStorage, tmp_path: Path, by: str
) -> None:
    folder = tmp_path / "index"
    writer = AutoStorage(catalog, lambda model, dimension: FaissVectors(folder, dimension))
    writer.advance("m")
    [path] = folder.glob("rows*")
    rotten = bytearray(path.read_bytes())
    rotten[-20] ^= 1
    path.unlink()
    path.write_bytes(rotten)
    assert not writer.repair_index("m"), "every file is there in its size"
    if by == "a search":
        assert FaissVectors(folder, DIMENSION).watermark == 0, "whoever opens it reads it"
    else:
        assert "checksum" in FaissVectors(folder, DIMENSION, verify_first_up_to=0).damage()[0]
    assert writer.repair_index("m")
    assert FaissVectors(folder, DIMENSION).watermark == 120


def test_an_outdated_index_is_updated(catalog: MemoryStorage) -> None:
    index = MemoryVectors(DIMENSION)
    storage = AutoStorage(catalog, lambda model, dimension: index)
    storage.advance("m")
    catalog.add_vectors(sha1(3), "m", range(2), unit_rows(2, 99))
    assert storage.repair_index("m")
    assert index.watermark == 122
    assert not storage.repair_index("m")


def test_a_model_without_vectors_needs_no_repair() -> None:
    assert not AutoStorage(MemoryStorage(), lambda model, dimension: MemoryVectors(dimension)).repair_index(
        "m"
    )


@pytest.mark.parametrize("thorough", [True, False])
def test_a_check_counts_what_is_missing_and_superfluous(catalog: MemoryStorage, thorough: bool) -> None:
    index = MemoryVectors(DIMENSION)
    storage = AutoStorage(catalog, lambda model, dimension: index)
    storage.advance("m")
    catalog.add_vectors(sha1(3), "m", range(2), unit_rows(2, 99))
    report = storage.check_index("m", thorough)
    assert report and (report.waiting, report.missing, report.superfluous) == (2, 0, 4)
    index.remove(index.ids()[:10])
    report = storage.check_index("m", thorough)
    assert report and report.missing == (10 if thorough else 6), "counting tells the balance"


def test_an_unreachable_file_system_is_not_damage(
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
        storage.repair_index("m")
    assert FaissVectors(folder, DIMENSION).watermark == 0, "it cannot be read now"
    monkeypatch.undo()
    assert FaissVectors(folder, DIMENSION).watermark == 120
