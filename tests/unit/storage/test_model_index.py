"""A lost, damaged or outdated index is detected cheaply and repaired from the catalogue."""

import errno
import hashlib
import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.errors import InvalidInput, SearchUnavailable, Transient
from dampipe.storage.auto import AutoStorage, can_mask
from dampipe.storage.limits import ScanLimits
from dampipe.storage.memory import MemoryStorage
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.memory import MemoryVectors
from tests.support.vector_catalog import (
    ASSETS,
    DIMENSION,
    PER_ASSET,
    damage_index,
    finds_all,
    sha1,
    unit_rows,
)


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


@pytest.mark.parametrize("place", ["index", "tail", "both", "no index"])
def test_a_mask_holds_in_the_index_and_in_what_it_lacks(
    catalog: MemoryStorage, tmp_path: Path, place: str
) -> None:
    opened = None if place == "no index" else lambda model, dimension: FaissVectors(tmp_path / "i", dimension)
    storage = AutoStorage(catalog, opened)
    if place in ("index", "both"):
        storage.advance("m")
    if place == "both":
        for number in range(0, ASSETS, 2):
            catalog.add_vectors(sha1(number), "m", range(PER_ASSET), unit_rows(PER_ASSET, number))
    shown = [sha1(number) for number in (2, 3, 10, 29)]
    mask = AssetSet(catalog.number(one) for one in shown)
    for query in unit_rows(5, 77):
        found = storage.search_moments("m", query, lambda owners: False, per_asset=9, mask=mask)
        assert sorted({moment.asset for moment in found}) == sorted(shown)
        assert len(found) == 4 * PER_ASSET
        assert [moment.score for moment in found] == sorted((moment.score for moment in found), reverse=True)
        assert storage.search_moments("m", query, lambda owners: False, per_asset=9, mask=NONE) == []
        [best] = storage.highest("m", query[None], mask)
        assert best == pytest.approx(found[0].score, abs=1e-3)
        assert storage.highest("m", query[None], NONE) == []


def without_owners(folder: Path) -> None:
    """Have the index look as if a version without owners had written it."""
    raw = json.loads((folder / "manifest.json").read_text())["index"]
    for segment in raw["segments"]:
        del segment["owners"]
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps({"sha256": digest, "index": raw}))


@pytest.mark.parametrize("way", ["repair", "advance"])
def test_an_index_of_an_older_version_receives_the_owners_of_the_catalogue(
    catalog: MemoryStorage, tmp_path: Path, way: str
) -> None:
    folder = tmp_path / "i"
    storage = AutoStorage(catalog, lambda model, dimension: FaissVectors(folder, dimension))
    storage.advance("m")
    catalog.add_vectors(sha1(5), "m", range(2), unit_rows(2, 99))  # deleted there, still in the index
    without_owners(folder)
    mask = AssetSet([catalog.number(sha1(5)), catalog.number(sha1(6))])

    def found(reader: AutoStorage) -> int:
        return len(reader.search_moments("m", unit_rows(1, 1)[0], lambda _: False, per_asset=9, mask=mask))

    assert found(storage) == 6, "few vectors are scanned in the catalogue"
    small = AutoStorage(
        catalog, lambda model, dimension: FaissVectors(folder, dimension), scan_limits=ScanLimits(exact=10)
    )
    with pytest.raises(SearchUnavailable, match="older version"):
        found(small)
    assert small.search_vector("m", unit_rows(1, 7)[0])[0].asset == sha1(7), "without a mask it goes on"
    with patch.object(FaissVectors, "replace", side_effect=AssertionError("no rebuild")):
        if way == "repair":
            assert storage.repair_index("m")
            assert not storage.repair_index("m")
        else:
            storage.advance("m")
    assert found(storage) == found(small) == 6


def test_an_index_that_cannot_mask_says_so(catalog: MemoryStorage) -> None:
    class Plain(MemoryVectors):
        can_mask = False

    index = Plain(DIMENSION)
    storage = AutoStorage(catalog, lambda model, dimension: index, can_mask=lambda: Plain.can_mask)
    storage.advance("m")
    assert not storage.can_mask
    assert storage.search_vector("m", unit_rows(1, 7)[0])[0].asset == sha1(7)
    with pytest.raises(SearchUnavailable, match="Plain cannot be restricted"):
        storage.search_moments("m", unit_rows(1, 7)[0], lambda _: False, per_asset=9, mask=AssetSet([1]))


def test_whether_backends_can_mask_is_known_without_opening_one(catalog: MemoryStorage) -> None:
    assert AutoStorage(catalog, None).can_mask, "the scan of the catalogue"
    assert all(can_mask(kind) for kind in ("faiss", "pgvector", "milvus", "weaviate", "memory"))
    with pytest.raises(InvalidInput, match="there is no storage backend"):
        can_mask("nonsense")


@pytest.mark.parametrize("vectors", ["faiss", "pgvector", "none"])
def test_a_deployment_knows_whether_its_index_can_mask(tmp_path: Path, vectors: str) -> None:
    here = Container(load_settings(home=tmp_path, vectors=vectors, model="tiny"))
    assert here.get(AutoStorage).can_mask
    assert not (tmp_path / "index").exists(), "nothing is opened"
