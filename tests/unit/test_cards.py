"""Cards as cameras write them: what is footage on them, and what belongs to which clip."""

import pytest

from dampipe.features.scanning.classify import FolderEntries, classify_entries
from dampipe.features.sources.cards import card_of
from dampipe.features.sources.sidecars import attach, may_be_sidecar
from dampipe.media.filetypes import is_media


@pytest.mark.parametrize(
    ("folder", "kind", "root"),
    [
        ("/m/CARD/PRIVATE/M4ROOT/CLIP", "XAVC (M4ROOT)", "/m/CARD"),
        ("/m/CARD/private/m4root/clip", "XAVC (M4ROOT)", "/m/CARD"),
        ("/m/CARD/PRIVATE/AVCHD/BDMV/STREAM", "AVCHD (BDMV)", "/m/CARD"),
        ("/m/CARD/XDROOT/Clip", "XDCAM (XDROOT)", "/m/CARD"),
        ("/m/CARD/BPAV/CLPR/709_0001_01", "XDCAM EX (BPAV)", "/m/CARD"),
        ("/m/CARD/CONTENTS/VIDEO", "P2 (CONTENTS)", "/m/CARD"),
        ("/m/CARD/CONTENTS/CLIPS001/A001", "Canon XF (CONTENTS)", "/m/CARD"),
        ("/m/A001_0101AB.RDM/A001_C001_0101AB.RDC", "RED (RDM, RDC)", "/m"),
        ("/m/CARD/DCIM/100GOPRO", "DCIM", "/m/CARD"),
        ("DCIM/100CANON", "DCIM", "."),
    ],
)
def test_cards_are_recognised(folder: str, kind: str, root: str) -> None:
    card = card_of(folder)
    assert card is not None and (card.kind, card.root) == (kind, root)


@pytest.mark.parametrize("folder", ["/m/day1", "/m/Contents/Music", "/m/App.app/Contents/Resources", "/", ""])
def test_other_folders_are_no_cards(folder: str) -> None:
    assert card_of(folder) is None


@pytest.mark.parametrize(
    ("path", "folders", "left"),
    [
        ("/c/M4ROOT", ["CLIP", "GENERAL", "SUB", "THMBNL"], ["CLIP", "GENERAL"]),
        ("/c/XDROOT", ["Clip", "Sub", "Edit"], ["Clip", "Edit"]),
        ("/c/BDMV", ["BACKUP", "CLIPINF", "META", "PLAYLIST", "STREAM"], ["STREAM"]),
        ("/c/BDMV", ["BACKUP", "CLIPINF"], ["BACKUP", "CLIPINF"]),
        ("/c/CONTENTS", ["AUDIO", "CLIP", "ICON", "PROXY", "VIDEO", "VOICE"], ["VIDEO"]),
        ("/c/Contents", ["Audio", "Icon"], ["Audio", "Icon"]),
        ("/c/day1", ["SUB", "THMBNL", "PROXY"], ["SUB", "THMBNL", "PROXY"]),
    ],
)
def test_folders_of_the_camera_are_left_out(path: str, folders: list[str], left: list[str]) -> None:
    listing = FolderEntries(folders=folders)
    classify_entries(path, listing)
    assert listing.folders == left


@pytest.mark.parametrize(
    ("clip", "sidecars"),
    [
        ("C0001.MP4", ["C0001M01.XML", "C0001R01.BIM", "../THMBNL/C0001T01.JPG", "../SUB/C0001S03.MP4"]),
        ("GX010001.MP4", ["GX010001.THM", "GL010001.LRV"]),
        ("GOPR0001.MP4", ["GOPR0001.THM", "GOPR0001.LRV"]),
        ("DJI_0001.MP4", ["DJI_0001.SRT", "DJI_0001.LRF"]),
        ("MVI_0001.MOV", ["mvi_0001.thm", "MVI_0001.MOV.xmp", "MVI_0001.xmp"]),
        ("A001_C001_0101AB_001.mov", ["A001_C001_0101AB.RMD", "A001_C001_0101AB_001.xmp"]),
        ("0001AB.MXF", ["../CLIP/0001AB.XML", "../AUDIO/0001AB00.MXF", "../ICON/0001AB.BMP"]),
        ("talk.mp4", ["talk.srt", "talk.en.srt", "talk.pt-br.vtt", "talk.mp4.xml"]),
        ("AA0101.MXF", ["AA0101.CIF", "AA0101.CPF", "AA0101.XMP"]),
    ],
)
def test_sidecars_find_their_clip(clip: str, sidecars: list[str]) -> None:
    other = "unrelated.mp4"
    assert attach([other, clip], sidecars) == {clip: sidecars}


def test_what_fits_no_clip_belongs_to_none() -> None:
    assert attach(["a.mp4"], ["b.xml", "MEDIAPRO.XML", "a_notes.xml"]) == {}
    assert attach([], ["a.xml"]) == {}


def test_sound_and_reference_movies_are_the_cameras_own_on_cards_only() -> None:
    names = ["GX010001.MP4", "GX010001.WAV", "memo.wav"]
    on_card, elsewhere = FolderEntries(files=list(names)), FolderEntries(files=list(names))
    assert classify_entries("/m/DCIM/100GOPRO", on_card) == {"GX010001.MP4": ["GX010001.WAV"]}
    assert on_card.files == ["GX010001.MP4", "memo.wav"]
    assert classify_entries("/m/interview", elsewhere) == {}
    assert elsewhere.files == names, "a recorder's sound is footage"
    red = FolderEntries(files=["A001_C001_001.mov", "A001_C001_H.mov"])
    classify_entries("/m/A001.RDM/A001_C001.RDC", red)
    assert red.files == ["A001_C001_001.mov"]


@pytest.mark.parametrize("name", ["GL010001.LRV", "C0001M01.XML", "a.xmp", "a.THM", "a.srt"])
def test_sidecars_are_never_footage(name: str) -> None:
    assert may_be_sidecar(name) and not is_media(name)
