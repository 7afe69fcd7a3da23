"""XMP packets: the properties in them, and where in the text each stands. No I/O.

A packet is read by expat. Nothing is resolved or fetched: a document type declaration, without which there are no
entities, makes a file unreadable, and so does one that is too large or too deep. Only the properties that are asked for
are kept, so that the masks of a photograph, tens of thousands of elements, cost time alone.
"""

import codecs
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple
from xml.parsers import expat

from dampipe.features.sidecars.properties import RDF, XML, Name

MAX_BYTES: Final = 16 << 20
"""A larger file is not read."""
MAX_DEPTH: Final = 100
"""Elements within each other."""
MAX_NODES: Final = 20_000
"""Elements in the properties that are asked for."""

_RDF, _DESCRIPTION, _LI = Name(RDF, "RDF"), Name(RDF, "Description"), Name(RDF, "li")
_CONTAINERS = {Name(RDF, kind) for kind in ("Alt", "Bag", "Seq")}
_VALUE, _RESOURCE, _LANG = Name(RDF, "value"), Name(RDF, "resource"), Name(XML, "lang")


class Problem(StrEnum):
    """Why a file is not read as XMP."""

    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    DOCTYPE = "doctype"
    NOT_XML = "not_xml"
    TOO_DEEP = "too_deep"
    NOT_XMP = "not_xmp"


class UnreadablePacket(ValueError):
    """The file cannot be read as XMP; `problem` is why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Attribute(NamedTuple):
    """One attribute, with where it stands in the text."""

    name: Name
    value: str
    start: int
    """With the white space before it."""
    value_start: int
    """After the quotation mark."""
    end: int
    """After the second quotation mark."""


@dataclass
class Node:
    """One element, with where it stands in the text."""

    name: Name
    start: int
    content: int
    """After the start tag."""
    attributes: tuple[Attribute, ...]
    prefixes: Mapping[str, str]
    """Namespaces by prefix, as they hold inside the element."""
    is_empty: bool
    """Whether it is written as one tag, `<x/>`."""
    content_end: int = 0
    """Before the end tag."""
    end: int = 0
    children: list["Node"] = field(default_factory=list)
    text: str = ""
    """Its own text, without that of its children."""

    def attribute(self, name: Name) -> Attribute | None:
        """One of its attributes."""
        return next((one for one in self.attributes if one.name == name), None)

    @property
    def container(self) -> "Node | None":
        """The array of a property."""
        return next((child for child in self.children if child.name in _CONTAINERS), None)

    @property
    def items(self) -> list["Node"]:
        """The items of an array."""
        return [child for child in self.children if child.name == _LI]

    @property
    def language(self) -> str:
        """Its `xml:lang`, in lower case."""
        found = self.attribute(_LANG)
        return found.value.lower() if found else ""

    @property
    def value(self) -> str:
        """Its text: its own, that of a value with qualifiers, or the resource to which it refers."""
        if (resource := self.attribute(_RESOURCE)) is not None:
            return resource.value
        if (qualified := self.attribute(_VALUE)) is not None:
            return qualified.value
        for child in self.children:
            if child.name == _VALUE:
                return child.text
            if child.name == _DESCRIPTION:
                return child.value
        return self.text

    def descendants(self) -> "list[Node]":
        """All elements below it, in their order."""
        found, stack = [], list(reversed(self.children))
        while stack:
            found.append(stack.pop())
            stack += reversed(found[-1].children)
        return found


@dataclass
class Property:
    """All places in a packet where one property stands."""

    attributes: list[Attribute] = field(default_factory=list)
    elements: list[Node] = field(default_factory=list)

    @property
    def texts(self) -> tuple[str, ...]:
        """Its values: of a text in several languages the one that `default_item` is."""
        found = [one.value for one in self.attributes]
        for element in self.elements:
            array = element.container
            if array is None:
                found.append(element.value)
            elif array.name.local == "Alt":
                found += [item.value for item in [default_item(array)] if item is not None]
            else:
                found += [item.value for item in array.items]
        return tuple(text for text in found if text.strip())


def default_item(array: Node) -> Node | None:
    """The text of an alternative that counts: that of `x-default`, else the first."""
    items = array.items
    return next((item for item in items if item.language == "x-default"), items[0] if items else None)


@dataclass(frozen=True)
class Packet:
    """What was read of a file."""

    text: bytes
    """The file in UTF-8, without byte order mark; offsets refer to it."""
    encoding: str
    mark: bytes
    """The byte order mark of the file."""
    rdf: Node
    descriptions: tuple[Node, ...]
    """The resources in it; properties are their attributes and their children."""
    properties: Mapping[Name, Property]

    def texts(self, name: Name) -> tuple[str, ...]:
        """The values of a property that was asked for; () if it is not there."""
        found = self.properties.get(name)
        return found.texts if found else ()

    def encode(self, text: bytes) -> bytes:
        """A file of the same encoding."""
        if self.encoding == "utf-8":
            return self.mark + text
        return self.mark + text.decode().encode(self.encoding, "xmlcharrefreplace")


def read_packet(data: bytes, wanted: Collection[Name]) -> Packet:
    """Read the file of a sidecar. wanted: the properties to keep. Raises UnreadablePacket."""
    if len(data) > MAX_BYTES:
        raise UnreadablePacket(Problem.TOO_LARGE)
    encoding, mark = _encoding(data)
    try:
        decoded = data[len(mark) :].decode(encoding)
        text = decoded.encode()
    except UnicodeError as error:
        raise UnreadablePacket(Problem.ENCODING) from error
    if encoding != "utf-8" and decoded.encode(encoding) != data[len(mark) :]:
        raise UnreadablePacket(Problem.ENCODING)
    reader = _Reader(text, frozenset(wanted))
    reader.read()
    if reader.rdf is None:
        raise UnreadablePacket(Problem.NOT_XMP)
    return Packet(text, encoding, mark, reader.rdf, tuple(reader.rdf.children), reader.properties)


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_.-]{1,40})["']""")
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "iso-8859-1"}


def _encoding(data: bytes) -> tuple[str, bytes]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, mark
    if data.startswith(b"<\0"):
        return "utf-16-le", b""
    if data.startswith(b"\0<"):
        return "utf-16-be", b""
    declared = _DECLARED.match(data[:200])
    known = _ENCODINGS.get(declared[1].decode().lower()) if declared else "utf-8"
    if known is None:
        raise UnreadablePacket(Problem.ENCODING)
    return known, b""


_TAG = re.compile(rb"""<[^\s/>]+((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")


class _Reader:
    """Reads one packet; `rdf` is its element of that name, and has the resources as children."""

    def __init__(self, text: bytes, wanted: frozenset[Name]) -> None:
        self.rdf: Node | None = None
        self.properties: dict[Name, Property] = {}
        self._text = text
        self._wanted = wanted
        self._depth = 0
        self._nodes = 0
        self._stack: list[Node] = []
        """The elements that are kept and still open: rdf:RDF, a resource, a property and what is in it."""
        self._skipped_at: int | None = None
        """The depth of the element that is not kept, nor what is in it."""
        self._is_done = False
        self._prefixes: list[tuple[str, str]] = []
        """All declarations that hold, the newest last."""
        self._scope: Mapping[str, str] | None = None
        """The same by prefix; None: not known since they changed."""
        parser = self._parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartNamespaceDeclHandler = self._declare
        parser.EndNamespaceDeclHandler = self._undeclare

    def read(self) -> None:
        try:
            self._parser.Parse(self._text, True)
        except expat.ExpatError as error:
            raise UnreadablePacket(Problem.NOT_XML) from error

    def _refuse(self, *_: object) -> None:
        raise UnreadablePacket(Problem.DOCTYPE)

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._prefixes.append((prefix or "", uri or ""))
        self._scope = None

    def _undeclare(self, prefix: str | None) -> None:
        self._prefixes.pop()
        self._scope = None

    def _start(self, tag: str, attributes: list[str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadablePacket(Problem.TOO_DEEP)
        if self._skipped_at is not None or self._is_done:
            return
        name = _name(tag)
        if not self._stack and name != _RDF:
            return
        if len(self._stack) == 2 and name not in self._wanted:
            self._skipped_at = self._depth
            return
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise UnreadablePacket(Problem.TOO_LARGE)
        node = self._node(name, attributes)
        if self._stack:
            self._stack[-1].children.append(node)
        self._stack.append(node)
        if len(self._stack) == 2:
            for one in node.attributes:
                if one.name in self._wanted:
                    self.properties.setdefault(one.name, Property()).attributes.append(one)
        elif len(self._stack) == 3:
            self.properties.setdefault(name, Property()).elements.append(node)

    def _node(self, name: Name, attributes: list[str]) -> Node:
        start = self._parser.CurrentByteIndex
        tag = _TAG.match(self._text, start)
        assert tag is not None  # expat has read it
        found: tuple[Attribute, ...] = ()
        if attributes:
            written = _ATTRIBUTE.finditer(self._text, tag.start(1), tag.end(1))
            own = (one for one in written if not _declares(one[1]))
            found = tuple(
                Attribute(_name(key), value, one.start(), one.start(2) + 1, one.end())
                for key, value, one in zip(attributes[::2], attributes[1::2], own, strict=True)
            )
        if self._scope is None:
            self._scope = dict(self._prefixes)
        return Node(name, start, tag.end(), found, self._scope, bool(tag[2]))

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._skipped_at is not None:
            if self._depth < self._skipped_at:
                self._skipped_at = None
            return
        if self._is_done or not self._stack:
            return
        node = self._stack.pop()
        if node.is_empty:
            node.content_end = node.end = node.content
        else:
            node.content_end = self._parser.CurrentByteIndex
            node.end = self._text.index(b">", node.content_end) + 1
        if not self._stack:
            self.rdf, self._is_done = node, True

    def _characters(self, text: str) -> None:
        if len(self._stack) > 2 and self._skipped_at is None:
            self._stack[-1].text += text


def _declares(name: bytes) -> bool:
    return name == b"xmlns" or name.startswith(b"xmlns:")


def _name(name: str) -> Name:
    space, _, local = name.rpartition(" ")
    return Name(space, local)
