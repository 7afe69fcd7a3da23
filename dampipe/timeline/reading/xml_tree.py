"""A parser of XML from strangers: no entity is declared or expanded, nothing outside the file is read."""

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

from dampipe.timeline.reading.limits import MAX_DEPTH, MAX_NODES, Unreadable


def parse(data: bytes) -> Element:
    """The root element. Raises Unreadable for what is not well-formed, declares entities, or is beyond the limits."""
    builder = TreeBuilder()
    parser = ParserCreate()
    parser.buffer_text = True
    state = {"depth": 0, "nodes": 0}

    def start(tag: str, attributes: dict[str, str]) -> None:
        state["depth"] += 1
        state["nodes"] += 1 + len(attributes)
        if state["depth"] > MAX_DEPTH:
            raise Unreadable(f"its elements are nested more than {MAX_DEPTH} deep")
        if state["nodes"] > MAX_NODES:
            raise Unreadable(f"it has more than {MAX_NODES} elements")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        state["depth"] -= 1
        builder.end(tag)

    def refuse(*_: Any) -> Any:
        raise Unreadable("it declares or refers to entities")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.SkippedEntityHandler = refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    except ExpatError as error:
        raise Unreadable(f"it is not well-formed XML: {error}") from error
    except (AssertionError, LookupError) as error:  # an unknown encoding; an empty document
        raise Unreadable("it is not well-formed XML") from error
