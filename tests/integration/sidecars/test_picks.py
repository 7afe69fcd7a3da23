"""Whether a clip was picked or rejected: digiKam's label, and the rating of -1 of other programs."""

import re

import pytest

from dampipe.features.sidecars.model import OutboxState
from tests.support.sidecar_samples import LIGHTROOM
from tests.support.sidecars import Sidecars

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:digiKam="http://www.digikam.org/ns/1.0/" {}/></rdf:RDF></x:xmpmeta>'
)


@pytest.mark.parametrize(
    ("properties", "pick", "rating"),
    [
        ('xmp:Rating="-1"', ["Rejected"], []),
        ('xmp:Rating="-1.0"', ["Rejected"], []),
        ('xmp:Rating="0"', [], [0]),
        ('xmp:Rating="4"', [], [4]),
        ('digiKam:PickLabel="3" xmp:Rating="2"', ["Picked"], [2]),
        ('digiKam:PickLabel="1" xmp:Rating="2"', ["Rejected"], [2]),
        ('digiKam:PickLabel="3" xmp:Rating="-1"', ["Picked"], []),
        ('digiKam:PickLabel="0" xmp:Rating="1"', [], [1]),
        ('digiKam:PickLabel="2"', [], []),
        ('digiKam:PickLabel="7"', [], []),
    ],
)
def test_what_programs_write_is_read(
    here: Sidecars, properties: str, pick: list[str], rating: list[int]
) -> None:
    here.clip("a.mp4")
    here.write("a.xmp", XMP.format(properties).encode())
    here.scan()
    assert here.says("a.mp4", "pick", "sidecar") == pick
    assert here.says("a.mp4", "rating", "sidecar") == rating


def test_a_pick_is_written_as_digikam_writes_it(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    here.place()
    for word, number in (("Rejected", b"1"), ("Picked", b"3")):
        here.edit("a.mp4", set={"pick": word, "favourite": "yes"})
        assert here.flush() == {OutboxState.WRITTEN: 1}
        assert re.search(rb'PickLabel[^>]*(?:>|=")' + number, here.read("a.xmp"))
        here.scan()
        assert here.says("a.mp4", "pick", "sidecar") == [] and here.value("a.mp4", "pick") == [word]
    here.edit("a.mp4", unset=["pick"])
    here.flush()
    assert b"PickLabel" not in here.read("a.xmp")
