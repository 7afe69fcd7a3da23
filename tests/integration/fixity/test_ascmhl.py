"""ASC MHL by the reference implementation: a round trip, and everything that a bad copy can be."""

import os
from pathlib import Path

import pytest

from dampipe.features.fixity.ascmhl import HASH_FORMATS, AscMhl
from dampipe.features.fixity.errors import NO_HISTORY, OLD_MANIFEST
from dampipe.features.fixity.remedies import CLI
from dampipe.kernel.errors import CannotStart, InvalidInput, NotFound


@pytest.fixture(scope="module")
def manifests() -> AscMhl:
    made = AscMhl()
    try:
        assert made.version()
    except CannotStart:
        pytest.skip("ascmhl is not installed: `make setup` does it")
    return made


@pytest.fixture
def card(tmp_path: Path) -> Path:
    for name in ("CLIP/C0001.MP4", "CLIP/C0002.MP4", "CLIP/é – ü.MP4", "MEDIAPRO.XML"):
        path = tmp_path / "CARD" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
    return tmp_path / "CARD"


@pytest.mark.parametrize("hash_format", HASH_FORMATS)
def test_round_trip_and_a_flipped_bit(manifests: AscMhl, card: Path, hash_format: str) -> None:
    made = manifests.create(card, hash_format, author="A. Loader", comment="first copy")
    assert (made.proved, made.same) == (True, 4)
    [written] = (card / "ascmhl").glob("0001_*.mhl")
    text = written.read_text()
    assert "A. Loader" in text and "first copy" in text and f"<{hash_format} " in text
    [same] = manifests.verify(card)
    assert (same.proved, same.same, same.new) == (True, 4, ())
    clip = card / "CLIP" / "C0002.MP4"
    facts, data = clip.stat(), bytearray(clip.read_bytes())
    data[7] ^= 1
    clip.write_bytes(bytes(data))
    os.utime(clip, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    [bad] = manifests.verify(card)
    assert (bad.proved, bad.mismatch, bad.same) == (False, ("CLIP/C0002.MP4",), 3)


def test_what_is_missing_and_what_is_new_are_told(manifests: AscMhl, card: Path) -> None:
    manifests.create(card)
    (card / "CLIP" / "C0001.MP4").unlink()
    [found] = manifests.verify(card)
    assert (found.proved, found.missing, found.new) == (False, ("CLIP/C0001.MP4",), ())
    (card / "CLIP" / "C0001.MP4").write_bytes(b"CLIP/C0001.MP4" * 100)
    (card / "extra.txt").write_bytes(b"x")
    [found] = manifests.verify(card)
    assert (found.proved, found.missing, found.new) == (True, (), ("extra.txt",))
    again = manifests.create(card)
    assert again.proved and len(list((card / "ascmhl").glob("0002_*.mhl"))) == 1
    (card / "CLIP" / "C0002.MP4").write_bytes(b"another")
    assert manifests.create(card).mismatch == ("CLIP/C0002.MP4",)


def test_a_manifest_that_was_changed_proves_nothing(manifests: AscMhl, card: Path) -> None:
    manifests.create(card)
    [written] = (card / "ascmhl").glob("0001_*.mhl")
    written.write_text(written.read_text() + "\n")
    [found] = manifests.verify(card)
    assert not found.proved and "Modified" in found.problem


def test_all_histories_below_a_folder_are_compared(manifests: AscMhl, card: Path) -> None:
    other = card.parent / "archive" / "day1" / "CARD2"
    other.parent.mkdir(parents=True)
    manifests.create(card)
    card.rename(other)
    [found] = manifests.verify(card.parent / "archive")
    assert found.proved and found.folder == str(other)


def test_what_has_no_history_is_one_clear_line(manifests: AscMhl, card: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no ASC MHL history") as error:
        manifests.verify(card)
    assert (error.value.code, error.value.parameters) == (NO_HISTORY.code, {"path": str(card)})
    assert "mhl create" in CLI[NO_HISTORY.code]
    (card / "old.mhl").write_text("<hashlist version='1.1'/>")
    with pytest.raises(NotFound) as error:
        manifests.verify(card)
    assert error.value.code == OLD_MANIFEST.code and "mhlver" in error.value.hint
    with pytest.raises(NotFound, match="no folder"):
        manifests.create(tmp_path / "nowhere")
    with pytest.raises(CannotStart):
        AscMhl(str(tmp_path / "ascmhl")).create(card)


def test_a_remote_place_is_refused_in_words() -> None:
    for call in (AscMhl().create, AscMhl().verify):
        with pytest.raises(InvalidInput) as refused:
            call(Path("s3://bucket/card7"))
        assert refused.value.code == "mhl.remote_folder"
        assert "s3://bucket/card7" in str(refused.value)
