"""What an RDF file may not do: name documents elsewhere that a parser would fetch, or expand to more than it is."""

import json
from typing import Any
from xml.parsers import expat

from dampipe.features.vocabularies.errors import ENTITIES, FILE_INVALID, REMOTE_CONTEXT
from dampipe.features.vocabularies.model import FileFormat
from dampipe.kernel.errors import InvalidInput

MAX_ENTITY = 300
"""Characters of an XML entity: files abbreviate namespaces by them."""
MAX_ENTITIES = 100
MAX_NESTING = 200
"""Levels of JSON objects and lists, and of XML elements."""


def check_xml(data: bytes) -> None:
    """Raise InvalidInput for entities of other documents, long ones and those made of others, and for deep nesting."""
    parser = expat.ParserCreate()
    count, depth = 0, 0

    def on_entity(name: str, is_parameter: bool, value: str | None, *_: Any) -> None:
        nonlocal count
        count += 1
        if is_parameter or value is None or "&" in value or len(value) > MAX_ENTITY or count > MAX_ENTITIES:
            raise InvalidInput(ENTITIES, entity=name[:100])

    def on_doctype(name: str, system: str | None, public: str | None, _: Any) -> None:
        if system or public:
            raise InvalidInput(ENTITIES, entity=(system or public or "")[:100])

    def on_start(*_: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_NESTING:
            raise InvalidInput(FILE_INVALID, format=FileFormat.XML.value, problem="it is nested too deeply")

    def on_end(*_: Any) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler = on_entity
    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InvalidInput(FILE_INVALID, format=FileFormat.XML.value, problem=str(error)) from error


def check_json_ld(data: bytes) -> None:
    """Raise InvalidInput for a context elsewhere, wherever it is named, and for deep nesting."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidInput(FILE_INVALID, format=FileFormat.JSON_LD.value, problem=problem) from error
    waiting: list[tuple[Any, int]] = [(document, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_NESTING:
            problem = "it is nested too deeply"
            raise InvalidInput(FILE_INVALID, format=FileFormat.JSON_LD.value, problem=problem)
        if isinstance(node, dict):
            _check_contexts(node)
            waiting += [(value, depth + 1) for value in node.values() if isinstance(value, (dict, list))]
        elif isinstance(node, list):
            waiting += [(value, depth + 1) for value in node if isinstance(value, (dict, list))]


def _check_contexts(node: dict[str, Any]) -> None:
    contexts = node.get("@context")
    for context in contexts if isinstance(contexts, list) else [contexts]:
        if isinstance(context, str):
            raise InvalidInput(REMOTE_CONTEXT, url=context[:500])
    if "@import" in node:
        raise InvalidInput(REMOTE_CONTEXT, url=str(node["@import"])[:500])
