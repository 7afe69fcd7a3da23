"""A worker that is killed at any step of an import leaves whole files only, and the next one continues."""

import random
from pathlib import Path

import pytest
from sqlalchemy import text

from dampipe.features.imports.model import ImportRequest, SessionState
from dampipe.kernel.access import LOCAL
from tests.support.camera_card import contents, make_card, snapshot, write
from tests.support.importing import Importing
from tests.support.killed_imports import run_killed
from tests.support.takeout import Takeout, bytes_of, photo_json

KILLS = 20


@pytest.mark.timeout(600)
def test_an_import_killed_at_random_moments_is_whole_at_the_end(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1", clips=19)
    write(card / "PRIVATE/M4ROOT/GENERAL/NOTES.BIN", "notes", 900)
    before, wanted = snapshot(card), contents(card)
    assert len(wanted) == 60
    roots = [here.managed(name, tmp_path / name) / "CARD1" for name in "ab"]
    number = here.begin("card", card, "a", "b", pattern="{card}")
    chance, kills, half_written = random.Random(15), 0, 0
    while kills < KILLS:
        killed = run_killed(here, number, chance.randint(1, 130))
        kills += killed
        assert killed or here.report(number).is_over, here.report(number)
        for root in roots:  # a name stands for a whole file
            for path, data in contents(root).items():
                half_written += "dampipe-import" in path
                assert "dampipe-import" in path or data == wanted[path], path
        if not killed:
            break
    assert kills == KILLS, "the import was over too early: lower the steps"
    assert half_written, "no kill was in the middle of a file"
    report = here.work(number)
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.DONE, True, True), report
    counts = report.counts
    assert (counts.inputs, counts.imported, counts.already_there, counts.set_aside) == (60, 60, 0, 0)
    assert all(contents(root) == wanted for root in roots)
    assert snapshot(card) == before
    assert len(here.files(number)) == 60
    assert here.catalog.scans.progress(report.scan or 0).path_count == 2


@pytest.mark.parametrize("step", range(20, 150, 10))
def test_a_small_import_killed_once_is_whole(here: Importing, tmp_path: Path, step: int) -> None:
    card = make_card(tmp_path / "CARD1", clips=1)
    root = here.managed("a", tmp_path / "a") / "CARD1"
    number = here.begin("card", card, "a", pattern="{card}")
    killed = run_killed(here, number, step)
    assert killed or here.report(number).is_over
    report = here.work(number)
    assert report.safe_to_format and report.counts.imported == 5
    assert contents(root) == contents(card)


def test_a_cancelled_import_leaves_no_half_written_file(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1", clips=2)
    here.managed("a", tmp_path / "a")
    number = here.begin("card", card, "a", pattern="{card}")
    step = 40
    while run_killed(here, number, step):
        if any("dampipe-import" in path for path in contents(tmp_path / "a")):
            break
        step += 7
    assert any("dampipe-import" in path for path in contents(tmp_path / "a"))
    here.service.cancel(LOCAL, number)
    here.worker.portion(number)
    found = contents(tmp_path / "a")
    assert not any("dampipe-import" in path for path in found)
    assert {path.removeprefix("CARD1/") for path in found} <= set(contents(card))
    assert here.repository.due() == []
    report = here.report(number)
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.CANCELLED, False, False)


def takeout(folder: Path) -> tuple[Takeout, list[Path]]:
    """An export in three parts: 24 photographs, each with its JSON file in another part."""
    made = Takeout()
    for number in range(24):
        title = f"IMG_{number:03}.jpg"
        made.add(1 + number % 3, f"Photos from 2019/{title}", f"photograph {number}")
        described = photo_json(title, description=f"number {number}")
        made.add(1 + (number + 1) % 3, f"Photos from 2019/{title}.supplemental-metadata.json", described)
    return made, made.zips(folder)


@pytest.mark.timeout(600)
def test_a_takeout_killed_at_random_moments_is_whole_at_the_end(here: Importing, tmp_path: Path) -> None:
    made, parts = takeout(tmp_path / "in")
    before = snapshot(tmp_path / "in")
    wanted = {f"2019/05/IMG_{number:03}.jpg": bytes_of(f"photograph {number}") for number in range(24)}
    root = here.managed("a", tmp_path / "a")
    request = ImportRequest(importer="takeout", origin="\n".join(map(str, parts)), to=("a",))
    number = here.service.begin(LOCAL, request).number
    chance, kills = random.Random(16), 0
    while kills < KILLS:
        killed = run_killed(here, number, chance.randint(1, 90))
        kills += killed
        assert killed or here.report(number).is_over, here.report(number)
        for path, data in contents(root).items():
            assert "dampipe-import" in path or data == wanted[path], path
        if not killed:
            break
    assert kills >= KILLS // 2, "the import was over too early: lower the steps"
    report = here.work(number)
    assert (report.state, report.adds_up) == (SessionState.DONE, True), report
    counts = report.counts
    assert (counts.inputs, counts.imported, counts.metadata_used, counts.set_aside) == (48, 24, 24, 0)
    assert contents(root) == wanted
    assert here.files(number).keys() == made.files().keys()
    assert snapshot(tmp_path / "in") == before
    assert here.catalog.scans.progress(report.scan or 0).path_count == 1


@pytest.mark.parametrize("step", range(10, 130, 20))
def test_a_small_takeout_killed_once_says_everything_once(here: Importing, tmp_path: Path, step: int) -> None:
    made = Takeout().add(1, "Photos from 2019/a.jpg", "a")
    made.add(2, "Photos from 2019/a.jpg.json", photo_json("a.jpg", description="A"))
    parts = made.zips(tmp_path / "in")
    root = here.managed("a", tmp_path / "a")
    request = ImportRequest(importer="takeout", origin="\n".join(map(str, parts)), to=("a",))
    number = here.service.begin(LOCAL, request).number
    killed = run_killed(here, number, step)
    assert killed or here.report(number).is_over
    report = here.work(number)
    assert (report.state, report.adds_up) == (SessionState.DONE, True), report
    assert (report.counts.imported, report.counts.metadata_used) == (1, 1)
    assert contents(root) == {"2019/05/a.jpg": bytes_of("a")}
    with here.catalog.database.read() as connection:
        notes = connection.execute(text("SELECT count(*) FROM import_note")).scalar_one()
    assert notes == 1
