"""Libraries of Apple Photos: every photo and every file has an outcome, and nothing is written to the package."""

import os
import random
import tempfile
from pathlib import Path

import pytest

from dampipe.features.imports.model import FileState, ImportRequest, SessionState
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import CannotStart, InvalidInput, NotFound, NotPermitted
from tests.support.camera_card import contents, write
from tests.support.importing import Importing
from tests.support.killed_imports import run_killed
from tests.support.photo_library import PhotoLibrary, everything, use_program


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PhotoLibrary:
    use_program(tmp_path / "bin", monkeypatch)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    return PhotoLibrary(tmp_path / "Photos Library.photoslibrary")


def outcomes(here: Importing, number: int) -> dict[str, str]:
    """Outcome, or reason, by path."""
    return {
        path: file.reason if file.state is FileState.SET_ASIDE else file.state
        for path, file in here.files(number).items()
    }


def test_photos_are_named_as_they_were_and_by_their_dates(
    here: Importing, library: PhotoLibrary, tmp_path: Path
) -> None:
    library.add("IMG_0001.HEIC", date="2023-12-31T23:30:00-05:00")
    library.add("IMG_0001.HEIC", "another", date="2023-12-31T10:00:00+01:00")
    library.add("Strand/am Meer.JPG", camera=["Canon", "Canon EOS R5"])
    raid = here.managed("raid", tmp_path / "raid")
    before = everything(library.path)
    report = here.run("photos", library.path, "raid", pattern="{shot_on:%Y-%m}/{camera}/{name}")
    assert everything(library.path) == before, "the library was written to"
    assert (report.state, report.adds_up, report.problem) == (SessionState.DONE, True, "")
    assert report.counts.imported == 3 and report.counts.unexpected == 0
    assert set(contents(raid)) == {
        "2023-12/Apple iPhone 15/IMG_0001.HEIC",
        "2023-12/Apple iPhone 15/IMG_0001-2.HEIC",
        "2024-05/Canon EOS R5/Strand_am Meer.JPG",
    }
    assert set(contents(raid).values()) == {
        (library.path / path).read_bytes() for path in contents(library.path) if path.startswith("originals/")
    }
    assert os.listdir(tmp_path / "tmp") == [], "a copy of the database was left"
    assert outcomes(here, report.number)["database"] == "library_data"
    assert outcomes(here, report.number)["resources/derivatives"] == "library_data"
    total = sum(path.stat().st_size for path in library.path.rglob("*") if path.is_file())
    assert report.counts.input_bytes == total, "every byte of the package is in the receipt"


def test_the_halves_of_a_photo_keep_one_name(here: Importing, library: PhotoLibrary, tmp_path: Path) -> None:
    live = library.add("IMG_0001.HEIC", film=True, edited=True)
    library.add("IMG_0002.JPG", raw="cr3")
    raid = here.managed("raid", tmp_path / "raid")
    write(raid / "2024/05/IMG_0001.MOV", "a film of that name", 999)  # it would tear the Live Photo apart
    report = here.run("photos", library.path, "raid")
    assert report.counts.imported == 5 and report.counts.unexpected == 0, report
    assert set(contents(raid)) == {
        *("2024/05/IMG_0001.MOV", "2024/05/IMG_0001-2.HEIC", "2024/05/IMG_0001-2.MOV"),
        *("2024/05/IMG_0001-2-edited.jpeg", "2024/05/IMG_0002.JPG", "2024/05/IMG_0002.CR3"),
    }
    assert outcomes(here, report.number)[f"resources/renders/{live[0]}/{live}.plist"] == "library_data"
    again = here.run("photos", library.path, "raid")
    assert again.counts.already_there == 5 and again.counts.imported == 0 and again.adds_up
    assert len(contents(raid)) == 6


def test_what_is_not_imported_is_accounted_for(
    here: Importing, library: PhotoLibrary, tmp_path: Path
) -> None:
    hidden = library.add("hidden.HEIC", film=True, hidden=True)
    trashed = library.add("trashed.JPG", intrash=True)
    shared = library.add("shared.JPG", shared=True)
    sent = library.add("sent.JPG", syndicated=True)
    saved = library.add("saved.JPG", syndicated=True, saved_to_library=True)
    away = library.add("away.HEIC", here=False, film=False, iscloudasset=True)
    lost = library.add("lost.JPG", here=False)
    half = library.add("half.HEIC", film=False, edited=False, iscloudasset=True)
    slow = library.add("slow.MOV", hasadjustments=True, slow_mo=True)
    write(library.path / "resources/derivatives/A" / f"{away}_1_105_c.jpeg", "a preview", 900)
    orphan = write(library.path / "originals/0/00000000-0000-0000-0000-000000000000.jpeg", "orphan", 70)
    raid = here.managed("raid", tmp_path / "raid")
    report = here.run("photos", library.path, "raid")
    found = outcomes(here, report.number)
    assert report.adds_up and report.state is SessionState.DONE
    assert found[library.key(hidden, ".heic")] == found[library.key(hidden, "_3.mov")] == "hidden"
    assert found[library.key(trashed, ".jpg")] == "trashed"
    assert found[library.key(shared, ".jpg")] == found[library.key(sent, ".jpg")] == "shared"
    assert found[library.key(saved, ".jpg")] == found[library.key(slow, ".mov")] == "imported"
    assert found[library.key(away, ".heic")] == found[library.key(away, "_3.mov")] == "in_icloud_only"
    assert found[library.key(lost, ".jpg")] == "missing"
    assert found[library.key(half, ".heic")] == "imported"
    assert found[library.key(half, "_3.mov")] == "in_icloud_only"
    assert found[f"resources/renders/{half[0]}/{half}_1_201_a.heic"] == "in_icloud_only"
    assert found[str(orphan.relative_to(library.path))] == "orphan"
    assert set(contents(raid)) == {"2024/05/saved.JPG", "2024/05/slow.MOV", "2024/05/half.HEIC"}
    assert report.counts.unexpected == 6  # those in iCloud, the lost and the orphan


def test_the_original_counts_that_is_there_whatever_the_database_says(
    here: Importing, library: PhotoLibrary, tmp_path: Path
) -> None:
    late = library.add("late.JPG", ismissing=True, iscloudasset=True)
    raid = here.managed("raid", tmp_path / "raid")
    report = here.run("photos", library.path, "raid")
    assert outcomes(here, report.number)[library.key(late, ".jpg")] == "imported"
    assert set(contents(raid)) == {"2024/05/late.JPG"}


def test_what_is_left_out_is_imported_when_it_is_asked_for(
    here: Importing, library: PhotoLibrary, tmp_path: Path
) -> None:
    library.add("hidden.HEIC", hidden=True)
    library.add("trashed.JPG", intrash=True)
    library.add("shared.JPG", shared=True)
    write(library.path / "originals/0/00000000-0000-0000-0000-000000000000.jpeg", "orphan", 70)
    outside = write(tmp_path / "outside/reference.JPG", "referenced", 500)
    library.add("reference.JPG", here=False, isreference=True, path=str(outside), ismissing=False)
    here.managed("raid", tmp_path / "raid")
    report = here.run("photos", library.path, "raid")
    assert report.counts.imported == 0
    apart = {"hidden": 1, "library_data": 3, "orphan": 1, "referenced": 1, "shared": 1, "trashed": 1}
    assert report.reasons == apart
    include = ("hidden", "trashed", "shared", "referenced", "orphans")
    request = ImportRequest(importer="photos", origin=str(library.path), to=("raid",), include=include)
    report = here.work(here.service.begin(LOCAL, request).number)
    assert report.include == tuple(sorted(include))
    assert report.counts.imported == 5 and report.reasons == {"library_data": 3} and report.adds_up
    assert set(contents(tmp_path / "raid")) == {
        *("2024/05/hidden.HEIC", "2024/05/trashed.JPG", "2024/05/shared.JPG", "2024/05/reference.JPG"),
        f"{_month(library)}/00000000-0000-0000-0000-000000000000.jpeg",
    }


def _month(library: PhotoLibrary) -> str:
    """Of the file that the library does not know: that of its time."""
    from datetime import datetime

    path = library.path / "originals/0/00000000-0000-0000-0000-000000000000.jpeg"
    return datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y/%m")


def test_files_outside_are_not_included_over_http(
    here: Importing, library: PhotoLibrary, tmp_path: Path
) -> None:
    here.managed("raid", tmp_path / "raid")
    here.catalog.sources.add("pictures", str(tmp_path))
    with pytest.raises(NotPermitted) as refused:
        here.service.begin_inside(
            LOCAL,
            ImportRequest(importer="photos", origin=str(library.path), to=("raid",), include=("referenced",)),
        )
    assert refused.value.code == "import.include_local"
    with pytest.raises(InvalidInput) as unknown:
        here.service.begin(
            LOCAL,
            ImportRequest(importer="photos", origin=str(library.path), to=("raid",), include=("previews",)),
        )
    assert unknown.value.code == "import.include_unknown"


def test_photos_of_a_burst_are_all_imported(here: Importing, library: PhotoLibrary, tmp_path: Path) -> None:
    for number in range(1, 6):
        library.add(f"IMG_{number:04}.HEIC", burst_uuid="burst", is_picked=number == 3)
    raid = here.managed("raid", tmp_path / "raid")
    report = here.run("photos", library.path, "raid")
    assert report.counts.imported == 5 and report.counts.unexpected == 0
    assert set(contents(raid)) == {f"2024/05/IMG_{number:04}.HEIC" for number in range(1, 6)}


def test_equal_photos_are_copied_once(here: Importing, library: PhotoLibrary, tmp_path: Path) -> None:
    first = library.add("one.JPG", "same")
    second = library.add("two.JPG", "same")
    (library.path / library.key(second, ".jpg")).write_bytes(
        (library.path / library.key(first, ".jpg")).read_bytes()
    )
    raid = here.managed("raid", tmp_path / "raid")
    report = here.run("photos", library.path, "raid")
    assert (report.counts.imported, report.counts.already_there) == (1, 1) and report.adds_up
    assert len(contents(raid)) == 1


def test_a_photo_added_meanwhile_is_imported_too(
    here: Importing, library: PhotoLibrary, tmp_path: Path
) -> None:
    library.add("one.JPG")
    raid = here.managed("raid", tmp_path / "raid")
    number = here.begin("photos", library.path, "raid")
    here.worker.portion(number)
    assert not here.report(number).is_over or here.report(number).counts.imported == 1
    library.add("two.JPG")
    report = here.work(here.begin("photos", library.path, "raid")) if here.report(number).is_over else None
    report = report or here.work(number)
    assert report.adds_up and set(contents(raid)) == {"2024/05/one.JPG", "2024/05/two.JPG"}


def test_what_is_no_library_is_refused(
    here: Importing, library: PhotoLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.managed("raid", tmp_path / "raid")
    (tmp_path / "folder").mkdir()
    for origin, kind, code in (
        (tmp_path / "missing", NotFound, "import.origin_not_found"),
        (tmp_path / "folder", InvalidInput, "import.not_a_photos_library"),
    ):
        with pytest.raises(kind) as refused:
            here.begin("photos", origin, "raid")
        assert refused.value.code == code
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "nowhere"))
    with pytest.raises(CannotStart) as absent:
        here.begin("photos", library.path, "raid")
    assert absent.value.code == "import.program_missing"
    assert absent.value.parameters == {"program": "osxphotos", "importer": "photos"}


def test_a_database_that_cannot_be_read_blocks_the_import(
    here: Importing, library: PhotoLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add("one.JPG")
    raid = here.managed("raid", tmp_path / "raid")
    good = (library.path / "database/Photos.sqlite").read_text()
    (library.path / "database/Photos.sqlite").write_text("junk")
    number = here.begin("photos", library.path, "raid")
    report = here.work(number)
    assert (report.state, report.problem_code) == (SessionState.BLOCKED, "import.program_failed")
    assert "file is not a database" in report.problem
    (library.path / "database/Photos.sqlite").write_text(good)
    with monkeypatch.context() as patch:
        patch.setenv("OSXPHOTOS_DIES", "1")  # after it has printed everything
        assert here.work(number).problem_code == "import.program_failed"
    assert here.work(number).counts.imported == 1
    assert set(contents(raid)) == {"2024/05/one.JPG"} and os.listdir(tmp_path / "tmp") == []


def test_the_copy_of_a_killed_worker_is_deleted_by_the_next(
    here: Importing, library: PhotoLibrary, tmp_path: Path
) -> None:
    library.add("one.JPG")
    here.managed("raid", tmp_path / "raid")
    left = write(
        tmp_path / "tmp/dampipe-photos-4194303-x/Library.photoslibrary/database/Photos.sqlite", "x", 9
    )
    assert left.exists()
    assert here.run("photos", library.path, "raid").counts.imported == 1
    assert os.listdir(tmp_path / "tmp") == []


@pytest.mark.timeout(600)
def test_an_import_killed_at_random_moments_is_whole_at_the_end(
    here: Importing, library: PhotoLibrary, tmp_path: Path
) -> None:
    for number in range(8):
        library.add(
            f"IMG_{number:04}.HEIC", film=True if number % 2 else None, edited=True if number == 4 else None
        )
    library.add("away.HEIC", here=False, iscloudasset=True)
    raid = here.managed("raid", tmp_path / "raid")
    before = everything(library.path)
    wanted = {data for path, data in contents(library.path).items() if is_photo(path)}
    number = here.begin("photos", library.path, "raid")
    chance, kills = random.Random(48), 0
    for _ in range(40):
        killed = run_killed(here, number, chance.randint(1, 130))
        kills += killed
        for path, data in contents(raid).items():
            assert "dampipe-import" in path or data in wanted, path
        if not killed:
            break
    report = here.work(number)
    assert kills >= 5, kills
    assert (report.state, report.adds_up, report.reasons["in_icloud_only"]) == (SessionState.DONE, True, 1)
    assert report.counts.imported == 13 and set(contents(raid).values()) == wanted
    assert len(contents(raid)) == 13 and everything(library.path) == before
    assert here.run("photos", library.path, "raid").counts.already_there == 13
    # Python itself writes a file of a random name there for a moment, to find out whether it may.
    left = [name for name in os.listdir(tmp_path / "tmp") if name.startswith("dampipe")]
    assert left == [], "a killed worker's copy of the database was left"


def is_photo(path: str) -> bool:
    """Whether a file of the package is an original or an edited version."""
    return path.startswith(("originals/", "resources/renders/")) and not path.endswith(".plist")
