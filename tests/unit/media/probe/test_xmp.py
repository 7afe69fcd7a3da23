"""XMP packets, as attributes and as elements, and sidecars."""

from pathlib import Path

import pytest

from dampipe.media.probe import xmp

_SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/"'
)


def packet(attributes: str = "", elements: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {_SPACES}><rdf:Description rdf:about="" {attributes}>{elements}</rdf:Description></rdf:RDF>'
        "</x:xmpmeta>" + " " * 200 + '<?xpacket end="w"?>'
    ).encode()


def test_dates_in_order_of_preference() -> None:
    found = xmp.parse(
        packet(
            'photoshop:DateCreated="2024-05-06" xmp:CreateDate="2024-05-06T08:00:00Z" xmp:ModifyDate="2025-01-01"',
            "<exif:DateTimeOriginal>2024-05-06T07:08:09.12+02:00</exif:DateTimeOriginal>",
        )
    )
    assert [(date.field, date.text) for date in found.dates] == [
        ("exif:DateTimeOriginal", "2024-05-06T07:08:09.12+02:00"),
        ("xmp:CreateDate", "2024-05-06T08:00:00Z"),
        ("photoshop:DateCreated", "2024-05-06"),
    ]


@pytest.mark.parametrize(
    ("form", "text", "code", "base"),
    [
        ("25Timecode", "01:02:03:04", "01:02:03:04", 25),
        ("24Timecode", "01:02:03:04", "01:02:03:04", 24),
        ("23976Timecode", "01:02:03:04", "01:02:03:04", 24),
        ("2997DropTimecode", "01;02;03;04", "01:02:03;04", 30),
        ("2997NonDropTimecode", "01:02:03:04", "01:02:03:04", 30),
        ("5994DropTimecode", "01:02:03:04", "01:02:03;04", 60),
        ("60Timecode", "01:02:03:04", "01:02:03:04", 60),
        ("50Timecode", "01:02:03:04", "01:02:03:04", 50),
        ("Otherwise", "01:02:03:04", "01:02:03:04", None),
    ],
)
def test_time_codes_with_their_format(form: str, text: str, code: str, base: int | None) -> None:
    as_attributes = f'<xmpDM:startTimecode xmpDM:timeFormat="{form}" xmpDM:timeValue="{text}"/>'
    as_elements = (
        '<xmpDM:startTimecode rdf:parseType="Resource">'
        f"<xmpDM:timeFormat>{form}</xmpDM:timeFormat><xmpDM:timeValue>{text}</xmpDM:timeValue></xmpDM:startTimecode>"
    )
    for elements in (as_attributes, as_elements):
        found = xmp.parse(packet(elements=elements))
        assert (found.timecode, found.timecode_base) == (code, base)


def test_an_alternative_time_code_comes_before_that_of_the_start() -> None:
    found = xmp.parse(
        packet(
            elements='<xmpDM:startTimecode xmpDM:timeFormat="25Timecode" xmpDM:timeValue="01:00:00:00"/>'
            '<xmpDM:altTimecode xmpDM:timeFormat="25Timecode" xmpDM:timeValue="02:00:00:00"/>'
        )
    )
    assert found.timecode == "02:00:00:00"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no packet",
        b"<x",
        b"<a></b>",
        packet()[:100],
        b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        b'<?xml version="1.0" encoding="nonsense"?><x/>',
        b"\xff\xfe<x/>",
        b" " * (xmp.MAX_BYTES + 1),
    ],
    ids=lambda text: str(text[:12]),
)
def test_a_damaged_packet_contains_nothing(text: bytes) -> None:
    assert xmp.parse(text) == xmp.NOTHING


@pytest.mark.parametrize("name", ["clip.xmp", "clip.XMP", "clip.mov.xmp"])
def test_sidecars(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(packet('xmp:CreateDate="2024-05-06T08:00:00"'))
    found = xmp.sidecar(str(tmp_path / "clip.mov"))
    assert [date.text for date in found.dates] == ["2024-05-06T08:00:00"]
    assert xmp.sidecar(str(tmp_path / "other.mov")) == xmp.NOTHING
