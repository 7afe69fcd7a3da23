"""Clip files of P2 cards."""

from pathlib import Path

import pytest

from dampipe.media.probe.p2_clip import NOTHING, Recording, parse, read

SHOT = "060A2B340101010501010D20130000006E0C8D4E"
XML = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<P2Main xmlns="urn:schemas-Professional-Plug-in:P2:ClipMetadata:v3.1"><ClipContent><ClipName>0002CD</ClipName>
<GlobalClipID>060A2B340101010501010D2013000000FFFF</GlobalClipID><Relation><OffsetInShot>4500</OffsetInShot>
<GlobalShotID>{SHOT}</GlobalShotID></Relation></ClipContent></P2Main>"""


@pytest.mark.parametrize(("folder", "suffix"), [("CLIP", ".XML"), ("Clip", ".xml")])
def test_the_recording_of_a_clip(folder: str, suffix: str, tmp_path: Path) -> None:
    for name in ("VIDEO", "AUDIO", folder):
        (tmp_path / "CONTENTS" / name).mkdir(parents=True, exist_ok=True)
    (tmp_path / "CONTENTS" / folder / f"0002CD{suffix}").write_text(XML)
    contents = tmp_path / "CONTENTS"
    assert read(str(contents / "VIDEO" / "0002CD.MXF")) == Recording(SHOT, 4500)
    assert read(str(contents / "VIDEO" / "0003CD.MXF")) == NOTHING
    assert read(str(contents / "AUDIO" / "0002CD.MXF")) == NOTHING
    assert read(str(contents / "VIDEO" / "0002CD.mov")) == NOTHING


@pytest.mark.parametrize(
    "content",
    [
        b"",
        XML[:200].encode(),
        XML.replace(SHOT, "0" * 40).encode(),
        XML.replace(SHOT, "x").encode(),
        XML.replace(SHOT, "a b" * 9).encode(),
        f'<!DOCTYPE a [<!ENTITY b "c">]>{XML}'.encode(),
        XML.encode() + bytes(1 << 20),
    ],
)
def test_a_damaged_clip_file_names_nothing(content: bytes) -> None:
    assert parse(content) == NOTHING


def test_an_offset_that_is_no_number_is_none() -> None:
    assert parse(XML.replace("4500", "-1").encode()) == Recording(SHOT, 0)
