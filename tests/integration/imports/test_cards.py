"""Card offload: everything on the card, at both destinations, read back, with manifests and a receipt."""

import os
from pathlib import Path

import pytest

from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.imports import errors
from dampipe.features.imports.model import FileState, SessionState
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from tests.support.camera_card import contents, make_card, snapshot, write
from tests.support.importing import Importing


def test_a_card_is_copied_whole_to_both_destinations(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1")
    before = snapshot(card)
    first, second = here.managed("a", tmp_path / "a"), here.managed("b", tmp_path / "b")
    report = here.run("card", card, "a", second / "offload", pattern="{shot_on:%Y}/{card}")
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.DONE, True, True), report
    counts = report.counts
    assert (counts.inputs, counts.imported, counts.already_there, counts.set_aside) == (11, 11, 0, 0)
    for root in (first / "2024" / "CARD1", second / "offload" / "2024" / "CARD1"):
        assert contents(root) == contents(card)
        assert {path: time for path, (_, time, _) in snapshot(root, without=("ascmhl",)).items()} == {
            path: time for path, (_, time, _) in before.items()
        }
        [compared] = AscMhl().verify(root)
        assert compared.proved and compared.same == 11 and not compared.new
    assert snapshot(card) == before
    assert [one.problem for one in report.manifests] == ["", ""]
    assert [one.files for one in report.manifests] == [11, 11]
    for file in here.files(report.number).values():
        assert len(file.copies) == 2 and all(Path(copy).is_file() for copy in file.copies)
        assert all(at >= report.created_at for at in file.verified_at) and file.sha1
    scan = here.catalog.scans.progress(report.scan or 0)
    assert set(scan.paths) == {str(first / "2024" / "CARD1"), str(second / "offload" / "2024" / "CARD1")}


def test_the_same_card_again_is_already_there(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1")
    here.managed("a", tmp_path / "a")
    here.run("card", card, "a")
    write(card / "PRIVATE/M4ROOT/CLIP/C0009.MP4", "late", 900)
    report = here.run("card", card, "a")
    counts = report.counts
    assert (counts.imported, counts.already_there, counts.set_aside) == (1, 11, 0)
    assert report.safe_to_format
    assert contents(next((tmp_path / "a").iterdir())) == contents(card)
    assert len(list((tmp_path / "a").iterdir())) == 1


def test_another_card_of_the_same_name_and_day_gets_a_number(here: Importing, tmp_path: Path) -> None:
    here.managed("a", tmp_path / "a")
    cards = [make_card(tmp_path / str(n) / "Untitled", seed=n) for n in range(3)]
    for card in cards:
        assert here.run("card", card, "a", pattern="{card}").safe_to_format
    for name, card in zip(("Untitled", "Untitled-2", "Untitled-3"), cards, strict=True):
        assert contents(tmp_path / "a" / name) == contents(card)


def test_two_cards_at_once_keep_apart(here: Importing, tmp_path: Path) -> None:
    here.managed("a", tmp_path / "a")
    cards = [make_card(tmp_path / str(n) / "Untitled", seed=n) for n in range(2)]
    numbers = [here.begin("card", card, "a", pattern="{card}") for card in cards]
    for _ in range(100):
        for number in numbers:
            here.worker.portion(number)
    assert all(here.report(number).safe_to_format for number in numbers)
    found = sorted((contents(path) for path in (tmp_path / "a").iterdir()), key=str)
    assert found == sorted((contents(card) for card in cards), key=str)


def test_without_the_program_it_is_never_safe_to_format(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1")
    here.managed("a", tmp_path / "a")
    without = Importing(here.catalog, ascmhl=str(tmp_path / "nothing"))
    report = without.run("card", card, "a")
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.DONE, True, False)
    assert "cannot be run" in report.manifests[0].problem
    again = here.run("card", card, "a")
    assert again.safe_to_format and again.counts.already_there == 11


def test_what_another_has_changed_at_the_destination_is_not_overwritten(
    here: Importing, tmp_path: Path
) -> None:
    card = make_card(tmp_path / "CARD1")
    here.managed("a", tmp_path / "a")
    here.run("card", card, "a", pattern="{card}")
    copy = tmp_path / "a/CARD1/PRIVATE/M4ROOT/CLIP/C0002.MP4"
    facts = copy.stat()
    data = bytearray(copy.read_bytes())
    data[100] ^= 1
    copy.write_bytes(data)
    os.utime(copy, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    report = here.run("card", card, "a", pattern="{card}")
    [aside] = here.files(report.number, (FileState.SET_ASIDE,)).values()
    assert (aside.path, aside.reason) == ("PRIVATE/M4ROOT/CLIP/C0002.MP4", "name_taken")
    assert copy.read_bytes() == data and not report.safe_to_format and report.adds_up


def test_what_cannot_be_imported_is_refused(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1")
    managed = here.managed("a", tmp_path / "a")
    (tmp_path / "plain").mkdir()
    here.catalog.sources.add("plain", str(tmp_path / "plain"))
    (managed / "in").mkdir()
    for wrong, code in (
        (("card", tmp_path / "plain", "a"), errors.NOT_A_CARD),
        (("card", tmp_path / "none", "a"), errors.ORIGIN_NOT_FOUND),
        (("card", card, tmp_path / "elsewhere"), errors.DESTINATION_UNKNOWN),
        (("card", card, "a", managed / "in"), errors.SAME_DESTINATION),
        (("folder", managed / "in", "a"), errors.OVERLAP),
        (("vhs", card, "a"), errors.IMPORTER_UNKNOWN),
    ):
        with pytest.raises((InvalidInput, NotFound)) as error:
            here.begin(*wrong)  # type: ignore[arg-type]
        assert error.value.code == code.code
    with pytest.raises(InvalidInput, match="read-only") as refused:
        here.begin("card", card, "plain")
    assert refused.value.code == "source.not_managed"
    here.begin("card", card, "a")
    with pytest.raises(Conflict, match="not over"):
        here.begin("card", card, "a")
