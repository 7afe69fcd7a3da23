"""Editing XMP packets: a property is replaced, added or removed, and every other byte stays as it is. No I/O.

A packet is changed by cutting and inserting text at the places that `packet.py` has found; it is never written from a
tree, which would lose the order, quotation marks, white space, comments and prefixes of other programs. A property
keeps the form in which it stands: as an attribute or an element, its items with their qualifiers, its other languages.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from dampipe.features.sidecars.packet import Node, Packet, Property, default_item, read_packet
from dampipe.features.sidecars.properties import RDF, Form, Name, prefix_of

NEW_PACKET: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="dampipe">\n'
    f' <rdf:RDF xmlns:rdf="{RDF}">\n'
    '  <rdf:Description rdf:about="">\n'
    "  </rdf:Description>\n"
    " </rdf:RDF>\n"
    "</x:xmpmeta>\n"
    '<?xpacket end="w"?>\n'
).encode()
"""The packet of a sidecar that does not exist yet."""


class Wanted(NamedTuple):
    """What is to become of a property."""

    texts: tuple[str, ...]
    """Its values, each once; (): it is removed."""
    form: Form
    """How it is written where the packet does not have it."""


class CannotEdit(ValueError):
    """The packet could not be changed so that it says what is wanted, and nothing else changes."""


class _Cut(NamedTuple):
    start: int
    end: int
    text: str


def edit_packet(data: bytes, wanted: Mapping[Name, Wanted]) -> bytes:
    """The file with its properties changed; the same bytes if it says all that already.

    Raises UnreadablePacket, and CannotEdit.
    """
    packet = read_packet(data, wanted)
    cuts: list[_Cut] = []
    new: list[tuple[Name, Wanted]] = []
    for name, want in wanted.items():
        if packet.texts(name) == want.texts:
            continue
        known = packet.properties.get(name)
        made = [] if known is None else _edited(packet, known, want)
        if made is None:  # it stands in a form that cannot hold the values
            assert known is not None
            made = _removed(packet, known)
            known = None
        cuts += made
        if known is None and want.texts:
            new.append((name, want))
    if new:
        cuts.append(_inserted(packet, new))
    if not cuts:
        return data
    edited = packet.encode(_applied(packet.text, cuts))
    after = read_packet(edited, wanted)
    for name, want in wanted.items():
        if after.texts(name) != want.texts:
            raise CannotEdit(name.local)
    return edited


def _applied(text: bytes, cuts: Sequence[_Cut]) -> bytes:
    parts, at = [], 0
    for cut in sorted(cuts):
        if cut.start < at:
            raise CannotEdit("overlap")
        parts += [text[at : cut.start], cut.text.encode()]
        at = cut.end
    return b"".join([*parts, text[at:]])


# ---- a property that is there


def _edited(packet: Packet, known: Property, want: Wanted) -> list[_Cut] | None:
    """The changes to a property; None: it cannot hold the values in the form that it has."""
    if not want.texts:
        return _removed(packet, known)
    if len(known.attributes) + len(known.elements) != 1:
        return None
    if known.attributes:
        if len(want.texts) > 1:
            return None
        [attribute] = known.attributes
        quote = chr(packet.text[attribute.value_start - 1])
        return [_Cut(attribute.value_start, attribute.end - 1, _escaped(want.texts[0], quote))]
    [element] = known.elements
    array = element.container
    if array is None:
        if len(want.texts) > 1 or element.children or element.is_empty or element.attributes:
            return None
        return [_Cut(element.content, element.content_end, _escaped(want.texts[0]))]
    if array.name.local == "Alt":
        item = default_item(array)
        if len(want.texts) > 1 or item is None or item.is_empty or item.children:
            return None
        return [_Cut(item.content, item.content_end, _escaped(want.texts[0]))]
    return _items(packet, array, want.texts)


def _items(packet: Packet, array: Node, texts: tuple[str, ...]) -> list[_Cut] | None:
    """The changes to an array: items that stay keep their bytes."""
    items = array.items
    if array.is_empty or not items or len(items) != len(array.children):
        return None
    left, kept = list(texts), []
    for item in items:
        if item.value in left:
            kept.append(item)
            left.remove(item.value)
    if not kept or (*(item.value for item in kept), *left) != texts:
        space, tag = _space_before(packet.text, items[0].start), _tag_of(packet.text, items[0])
        lines = [f"<{tag}>{_escaped(text)}</{tag}>" for text in texts]
        return [_Cut(items[0].start, items[-1].end, space.join(lines))]
    cuts = [_Cut(_line_start(packet.text, item.start), item.end, "") for item in items if item not in kept]
    if left:
        last = kept[-1]
        space = _space_before(packet.text, last.start)
        tag = _tag_of(packet.text, last)
        added = "".join(f"{space}<{tag}>{_escaped(text)}</{tag}>" for text in left)
        cuts.append(_Cut(last.end, last.end, added))
    return cuts


def _removed(packet: Packet, known: Property) -> list[_Cut]:
    cuts = [_Cut(one.start, one.end, "") for one in known.attributes]
    return cuts + [_Cut(_line_start(packet.text, one.start), one.end, "") for one in known.elements]


# ---- a property that is not there


def _inserted(packet: Packet, new: Sequence[tuple[Name, Wanted]]) -> _Cut:
    """Insert properties at the end of the first resource."""
    text = packet.text
    newline = "\r\n" if b"\r\n" in text else "\n"
    if not packet.descriptions:
        return _in_new_resource(packet, new, newline)
    node = packet.descriptions[0]
    outer = _indent(text, node.start)
    inner = f"{outer}{_unit(text, packet.rdf, node)}"
    lines = [line for name, want in new for line in _written(name, want, node.prefixes, inner)]
    added = newline.join(lines)
    if node.is_empty:
        tag = _tag_of(text, node)
        slash = text.rindex(b"/", node.start, node.content)
        return _Cut(slash, node.content, f">{newline}{added}{newline}{outer}</{tag}>")
    at = len(text[: node.content_end].rstrip())
    at = max(at, node.content)
    if b"\n" in text[at : node.content_end]:
        return _Cut(at, at, f"{newline}{added}")
    return _Cut(node.content_end, node.content_end, f"{newline}{added}{newline}{outer}")


def _in_new_resource(packet: Packet, new: Sequence[tuple[Name, Wanted]], newline: str) -> _Cut:
    text, rdf = packet.text, packet.rdf
    outer = _indent(text, rdf.start)
    prefix = _prefix(RDF, rdf.prefixes)
    if prefix is None:
        raise CannotEdit("rdf")
    lines = [f'{outer} <{prefix}:Description {prefix}:about="">']
    for name, want in new:
        lines += _written(name, want, rdf.prefixes, f"{outer}  ")
    added = newline.join([*lines, f"{outer} </{prefix}:Description>"])
    if rdf.is_empty:
        slash = text.rindex(b"/", rdf.start, rdf.content)
        return _Cut(slash, rdf.content, f">{newline}{added}{newline}{outer}</{_tag_of(text, rdf)}>")
    return _Cut(rdf.content, rdf.content, f"{newline}{added}{newline}{outer}")


def _written(name: Name, want: Wanted, prefixes: Mapping[str, str], indent: str) -> list[str]:
    """The lines of a new property."""
    prefix, declared = _prefix(name.space, prefixes), ""
    if prefix is None:
        prefix = prefix_of(name.space)
        declared = f' xmlns:{prefix}="{name.space}"'
        prefixes = {**prefixes, prefix: name.space}
    tag = f"{prefix}:{name.local}"
    form = Form.BAG if want.form is Form.SIMPLE and len(want.texts) > 1 else want.form
    if form is Form.SIMPLE:
        return [f"{indent}<{tag}{declared}>{_escaped(want.texts[0])}</{tag}>"]
    rdf = _prefix(RDF, prefixes)
    if rdf is None:
        raise CannotEdit("rdf")
    language = ' xml:lang="x-default"' if form is Form.ALT else ""
    texts = want.texts[:1] if form is Form.ALT else want.texts
    items = [f"{indent}  <{rdf}:li{language}>{_escaped(text)}</{rdf}:li>" for text in texts]
    return [
        f"{indent}<{tag}{declared}>",
        f"{indent} <{rdf}:{form}>",
        *items,
        f"{indent} </{rdf}:{form}>",
        f"{indent}</{tag}>",
    ]


def _prefix(space: str, prefixes: Mapping[str, str]) -> str | None:
    """A prefix by which a namespace is known."""
    return next((prefix for prefix, known in prefixes.items() if known == space and prefix), None)


# ---- text


def _escaped(text: str, quote: str = "") -> str:
    """A text in an element; with a quotation mark, in an attribute."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not quote:
        return text
    text = text.replace(quote, "&quot;" if quote == '"' else "&apos;")
    return text.replace("\n", "&#xA;").replace("\t", "&#x9;")


def _line_start(text: bytes, start: int) -> int:
    """Where the white space before an element begins; that before the line end belongs to what is before it."""
    at = len(text[:start].rstrip(b" \t"))
    if text[at - 1 : at] != b"\n":
        return start
    return at - 2 if text[at - 2 : at] == b"\r\n" else at - 1


def _space_before(text: bytes, start: int) -> str:
    return text[_line_start(text, start) : start].decode()


def _indent(text: bytes, start: int) -> str:
    """The white space at the start of the line of an element, if nothing else is before it."""
    at = len(text[:start].rstrip(b" \t"))
    return text[at:start].decode() if at == 0 or text[at - 1 : at] == b"\n" else ""


def _unit(text: bytes, outer: Node, inner: Node) -> str:
    """By how much an element is indented more than the one around it."""
    deep, less = _indent(text, inner.start), _indent(text, outer.start)
    return deep[len(less) :] if deep.startswith(less) and deep != less else " "


def _tag_of(text: bytes, node: Node) -> str:
    """The name of an element with its prefix, as it is written."""
    end = node.start + 1
    while text[end : end + 1] not in (b" ", b"\t", b"\r", b"\n", b"/", b">"):
        end += 1
    return text[node.start + 1 : end].decode()
