"""Reading XMP, and changing it without touching what is not meant."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dampipe.features.sidecars.edit import NEW_PACKET, Wanted, edit_packet
from dampipe.features.sidecars.packet import MAX_DEPTH, Problem, UnreadablePacket, read_packet
from dampipe.features.sidecars.properties import Form, Name, name_of
from tests.support.sidecar_samples import DARKTABLE, IMMICH, LIGHTROOM, RESOLVE, SAMPLES

FORMS = {
    "dc:title": Form.ALT,
    "dc:description": Form.ALT,
    "dc:subject": Form.BAG,
    "dc:creator": Form.SEQ,
    "xmp:Rating": Form.SIMPLE,
    "xmp:Label": Form.SIMPLE,
    "photoshop:City": Form.SIMPLE,
    "xmpDM:scene": Form.SIMPLE,
    "xmpDM:logComment": Form.SIMPLE,
    "digiKam:TagsList": Form.SEQ,
    "Iptc4xmpExt:PersonInImage": Form.BAG,
}


def name(text: str) -> Name:
    found = name_of(text)
    assert found is not None
    return found


def texts(data: bytes, prop: str) -> tuple[str, ...]:
    return read_packet(data, [name(prop)]).texts(name(prop))


def edit(data: bytes, **properties: tuple[str, ...]) -> bytes:
    wanted = {key.replace("__", ":"): values for key, values in properties.items()}
    return edit_packet(data, {name(key): Wanted(values, FORMS[key]) for key, values in wanted.items()})


def everything_else(data: bytes, *properties: str) -> str:
    """What another XML parser reads, without some properties."""
    skipped = {f"{{{name(one).space}}}{name(one).local}" for one in properties}
    builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
    text = data.decode("utf-16") if data[:2] == b"\xff\xfe" else data
    root = ElementTree.fromstring(text, ElementTree.XMLParser(target=builder))  # type: ignore[arg-type]
    lines = []
    for element in root.iter():
        for child in list(element):
            if child.tag in skipped:
                element.remove(child)
        kept = sorted((key, value) for key, value in element.attrib.items() if key not in skipped)
        lines.append(f"{element.tag} {kept} {(element.text or '').strip()}")
    return "\n".join(lines)


def test_what_lightroom_writes_is_read() -> None:
    assert texts(LIGHTROOM, "dc:title") == ("Night drive",)
    assert texts(LIGHTROOM, "dc:subject") == ("Places", "Berlin", "night & rain")
    assert texts(LIGHTROOM, "lr:hierarchicalSubject") == ("Places|Berlin", "night & rain")
    assert texts(LIGHTROOM, "xmp:Rating") == ("3",)
    assert texts(LIGHTROOM, "photoshop:DateCreated") == ("2024-05-17T10:30:00.12+02:00",)
    assert texts(LIGHTROOM, "crs:Name") == ()


def test_another_prefix_and_one_line_are_read() -> None:
    assert texts(RESOLVE, "xmpDM:scene") == ("12A",)
    assert texts(RESOLVE, "xmpDM:logComment") == ("soft focus",)


def test_values_with_qualifiers_and_resources_are_read() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:q="q:">
    <rdf:Description rdf:about=""><dc:subject><rdf:Bag>
      <rdf:li><rdf:Description><rdf:value>one</rdf:value><q:role>x</q:role></rdf:Description></rdf:li>
      <rdf:li rdf:parseType="Resource"><rdf:value>two</rdf:value><q:role>x</q:role></rdf:li>
      <rdf:li rdf:value="three" q:role="x"/> <rdf:li><![CDATA[fo<u>r]]></rdf:li> <rdf:li/> <rdf:li>  </rdf:li>
      </rdf:Bag></dc:subject>
      <xmpRights:WebStatement rdf:resource="https://example.org/a"/>
      <dc:title><rdf:Alt><rdf:li xml:lang="en">first</rdf:li><rdf:li xml:lang="fr">deux</rdf:li></rdf:Alt></dc:title>
      <xmp:Rating>2<!-- of five --></xmp:Rating></rdf:Description></rdf:RDF>"""
    assert texts(body, "dc:subject") == ("one", "two", "three", "fo<u>r")
    assert texts(body, "xmpRights:WebStatement") == ("https://example.org/a",)
    assert texts(body, "dc:title") == ("first",)
    assert texts(body, "xmp:Rating") == ("2",)


CHANGES = {
    "dc:title": ("Überfahrt <1> & \"2\" '3'",),
    "dc:subject": ("Berlin", "new & old"),
    "xmp:Rating": ("2",),
    "xmp:Label": ("Blue",),
    "photoshop:City": ("Genève",),
    "xmpDM:scene": ("13<B>",),
    "dc:creator": ("Ada", "Grace"),
}


@pytest.mark.parametrize("program", SAMPLES)
@pytest.mark.parametrize("prop", CHANGES)
def test_a_change_touches_its_property_only(program: str, prop: str) -> None:
    before, values = SAMPLES[program], CHANGES[prop]
    if program == "latin_1":
        values = tuple(value.replace("Ü", "U") for value in values)
    after = edit_packet(before, {name(prop): Wanted(values, FORMS[prop])})
    assert texts(after, prop) == values
    assert everything_else(after, prop) == everything_else(before, prop)
    start = next(n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    same = next(
        n
        for n, (one, other) in enumerate(zip(reversed(before), reversed(after), strict=False))
        if one != other
    )
    kept = start + min(same, len(before) - start)
    lost = before[start : len(before) - same] if start + same < len(before) else b""
    assert len(lost) < 150, "only the property itself is replaced"
    assert kept >= len(before) - 150
    again = edit_packet(after, {name(prop): Wanted(values, FORMS[prop])})
    assert again == after, "what is said already is not written again"


@pytest.mark.parametrize("program", SAMPLES)
@pytest.mark.parametrize("prop", [one for one in CHANGES if one != "dc:subject"])
def test_a_change_that_is_taken_back_leaves_the_same_bytes(program: str, prop: str) -> None:
    before = SAMPLES[program]
    old = texts(before, prop)
    values = ("x",) if len(CHANGES[prop]) == 1 else ("x", "y")
    after = edit_packet(before, {name(prop): Wanted(values, FORMS[prop])})
    back = edit_packet(after, {name(prop): Wanted(old, FORMS[prop])})
    assert texts(back, prop) == old
    if program not in ("self_closed", "resolve"):  # there one tag became two, or a line several
        assert back == before


def test_items_that_stay_keep_their_bytes() -> None:
    after = edit(LIGHTROOM, dc__subject=("Places", "night & rain", "fog"))
    assert after == LIGHTROOM.replace(
        b"     <rdf:li>Berlin</rdf:li>\n     <rdf:li>night &amp; rain</rdf:li>\n    </rdf:Bag>\n   </dc:subject>",
        b"     <rdf:li>night &amp; rain</rdf:li>\n     <rdf:li>fog</rdf:li>\n    </rdf:Bag>\n   </dc:subject>",
    )


def test_other_languages_stay() -> None:
    after = edit(LIGHTROOM, dc__title=("Day drive",))
    assert after == LIGHTROOM.replace(b"Night drive", b"Day drive")


def test_an_attribute_keeps_its_quotation_mark() -> None:
    sample = LIGHTROOM.replace(b'xmp:Label="Red"', b"xmp:Label = 'Red'")
    after = edit(sample, xmp__Label=('it\'s "x"',))
    assert b"xmp:Label = 'it&apos;s \"x\"'" in after
    assert texts(after, "xmp:Label") == ('it\'s "x"',)


def test_a_removed_property_leaves_no_trace() -> None:
    assert edit(LIGHTROOM, xmp__Rating=()) == LIGHTROOM.replace(b'\n   xmp:Rating="3"', b"")
    after = edit(IMMICH, xmp__Rating=())
    assert after == IMMICH.replace(b"\n  <xmp:Rating>5</xmp:Rating>", b"")


def test_an_element_of_the_same_name_elsewhere_is_not_meant() -> None:
    after = edit(RESOLVE, xmpDM__logComment=("sharp",))
    assert after == RESOLVE.replace(b">soft focus<", b">sharp<")
    assert b'crs:Rating="no rating at all"' in edit(LIGHTROOM, xmp__Rating=("5",))


def test_several_values_replace_a_simple_one() -> None:
    sample = IMMICH.replace(
        b"<xmp:Rating>5</xmp:Rating>",
        b"<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>Ada</dc:creator>",
    )
    after = edit(sample, dc__creator=("Ada", "Grace"))
    assert texts(after, "dc:creator") == ("Ada", "Grace")
    assert everything_else(after, "dc:creator") == everything_else(sample, "dc:creator")


def test_a_property_that_stands_twice_stands_once_afterwards() -> None:
    sample = LIGHTROOM.replace(b"   <crs:Look>", b"   <xmp:Rating>4</xmp:Rating>\n   <crs:Look>")
    after = edit(sample, xmp__Rating=("2",))
    assert texts(after, "xmp:Rating") == ("2",)
    assert len(re.findall(rb"xmp:Rating", after)) == 2  # the tags of one element


def test_a_new_packet_takes_properties() -> None:
    after = edit(NEW_PACKET, dc__title=("A",), dc__subject=("b", "c"), xmp__Rating=("5",))
    assert texts(after, "dc:title") == ("A",)
    assert texts(after, "dc:subject") == ("b", "c")
    assert after.startswith('<?xpacket begin="\ufeff"'.encode()) and after.endswith(b'<?xpacket end="w"?>\n')


def test_a_packet_without_resources_gets_one() -> None:
    for rdf in (b"<rdf:RDF %s/>", b"<rdf:RDF %s></rdf:RDF>", b"<rdf:RDF %s>\n</rdf:RDF>"):
        sample = rdf % b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        assert texts(edit(sample, dc__title=("A",), xmp__Rating=("1",)), "dc:title") == ("A",)


def test_a_prefix_that_means_something_else_is_not_used() -> None:
    sample = LIGHTROOM.replace(b"purl.org/dc/elements/1.1", b"example.org/dc")
    after = edit(sample, dc__creator=("Ada",))
    assert texts(after, "dc:creator") == ("Ada",)
    assert everything_else(after, "dc:creator") == everything_else(sample, "dc:creator")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>"""
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>"""
REMOTE = b"""<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">"""
RDF_OPEN = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="">'


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (BOMB + DARKTABLE[39:].replace(b'"1"', b'"&c;"'), Problem.DOCTYPE),
        (OUTSIDE + DARKTABLE[39:].replace(b'"1"', b'"&a;"'), Problem.DOCTYPE),
        (REMOTE + DARKTABLE[39:], Problem.DOCTYPE),
        (b" " * ((16 << 20) + 1), Problem.TOO_LARGE),
        (RDF_OPEN + b"<a>" * MAX_DEPTH, Problem.TOO_DEEP),
        (b"<a>" * 1_000_000, Problem.TOO_DEEP),
        (LIGHTROOM[:-300], Problem.NOT_XML),
        (LIGHTROOM[:700], Problem.NOT_XML),
        (b"", Problem.NOT_XML),
        (b"\0" * 1000, Problem.NOT_XML),
        (b"not xml at all", Problem.NOT_XML),
        (b"<html><body/></html>", Problem.NOT_XMP),
        (b'{"@context": "http://192.0.2.1/context.jsonld"}', Problem.NOT_XML),
        (LIGHTROOM.replace(b"Night", b"\xff\xfe"), Problem.ENCODING),
        (b'<?xml version="1.0" encoding="EBCDIC-CP-BE"?><a/>', Problem.ENCODING),
        (b"\xff\xfe\x00\xd8<\0", Problem.ENCODING),
    ],
)
def test_what_is_broken_or_hostile_is_refused(data: bytes, problem: Problem) -> None:
    with pytest.raises(UnreadablePacket) as refused:
        texts(data, "xmp:Rating")
    assert refused.value.problem is problem


def test_many_elements_of_others_are_no_problem() -> None:
    masks = b"<m:li>d 0.1 0.2</m:li>" * 100_000
    data = LIGHTROOM.replace(b"<crs:Look>", b'<m:x xmlns:m="m:">' + masks + b"</m:x>\n   <crs:Look>")
    assert texts(data, "xmp:Rating") == ("3",)
    subject = b"<rdf:li>x</rdf:li>" * 20_000
    with pytest.raises(UnreadablePacket):
        texts(data.replace(b"<rdf:li>Places</rdf:li>", subject), "dc:subject")


LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=30).filter(
    str.strip
)


@settings(max_examples=60, deadline=None)
@given(
    program=st.sampled_from(sorted(set(SAMPLES) - {"latin_1"})),
    steps=st.lists(
        st.tuples(st.sampled_from(sorted(FORMS)), st.lists(LINES, max_size=4, unique=True)), max_size=6
    ),
)
def test_any_changes_are_read_back_and_leave_the_rest(
    program: str, steps: list[tuple[str, list[str]]]
) -> None:
    data, said = SAMPLES[program], {one: texts(SAMPLES[program], one) for one in FORMS}
    for prop, values in steps:
        most = len(values) if FORMS[prop] in (Form.BAG, Form.SEQ) else 1
        said[prop] = tuple(values[:most])
        data = edit_packet(data, {name(prop): Wanted(said[prop], FORMS[prop])})
    assert {one: texts(data, one) for one in FORMS} == said
    assert everything_else(data, *FORMS) == everything_else(SAMPLES[program], *FORMS)
