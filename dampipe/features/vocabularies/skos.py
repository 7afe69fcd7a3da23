"""Reading and writing SKOS by rdflib, which the extra `vocab` installs.

The statements of a file are collected as they are parsed, without the indexes of a graph: a file of 50,000 concepts has
half a million of them.
"""

import logging
import warnings
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote

from dampipe.features.vocabularies.errors import (
    FILE_EMPTY,
    FILE_INVALID,
    NO_RDF,
    SCHEME_UNKNOWN,
    SEVERAL_SCHEMES,
)
from dampipe.features.vocabularies.imported import ImportedTerm, ImportedVocabulary, Notices
from dampipe.features.vocabularies.model import (
    MAX_LABEL,
    MAX_NOTE,
    MAX_URI,
    FileFormat,
    Label,
    LabelKind,
    Note,
    NoteKind,
    TermFacts,
    TermState,
    Vocabulary,
    best_label,
    clean_note,
    clean_text,
    fold,
    is_key,
    valid_language,
)
from dampipe.features.vocabularies.rdf_guard import check_json_ld, check_xml
from dampipe.kernel.errors import InvalidInput

SKOS = "http://www.w3.org/2004/02/skos/core#"
_XL = "http://www.w3.org/2008/05/skos-xl#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_TITLES = ("http://purl.org/dc/terms/title", "http://purl.org/dc/elements/1.1/title", _RDFS_LABEL)
_DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
_OWN = "urn:dampipe:"
"""URIs of terms that were made here; the rest is the key of the vocabulary and that of the term."""

_LABELS = {
    "prefLabel": LabelKind.PREFERRED,
    "altLabel": LabelKind.ALTERNATIVE,
    "hiddenLabel": LabelKind.HIDDEN,
}
_NOTES = {kind.value: kind for kind in NoteKind}
_NOT_KEPT = {
    SKOS + name
    for name in (
        *("related", "semanticRelation", "mappingRelation", "exactMatch", "closeMatch", "broadMatch"),
        *("narrowMatch", "relatedMatch", "member", "memberList"),
    )
}


class _Statements:
    """What a file says, as far as it matters, by subject."""

    def __init__(self) -> None:
        self.types: dict[str, set[str]] = {}
        self.labels: dict[str, list[tuple[str, LabelKind, str]]] = {}
        self.resource_labels: dict[str, list[tuple[LabelKind, str]]] = {}
        self.literal_forms: dict[str, tuple[str, str]] = {}
        self.notes: dict[str, list[tuple[str, NoteKind, str]]] = {}
        self.broader: dict[str, list[str]] = {}
        self.schemes: dict[str, set[str]] = {}
        self.notations: dict[str, str] = {}
        self.deprecated: set[str] = set()
        self.titles: dict[str, list[tuple[str, str]]] = {}
        self.notices = Notices()

    def add(self, subject: Any, predicate: str, value: Any) -> None:
        """One statement."""
        name = str(subject)
        if predicate.startswith(SKOS):
            self._add_skos(name, predicate[len(SKOS) :], value)
            if predicate in _NOT_KEPT:
                self.notices.add(f"statements of skos:{predicate[len(SKOS) :]} are not kept")
        elif predicate == _TYPE:
            self.types.setdefault(name, set()).add(str(value))
        elif predicate.startswith(_XL):
            kind = _LABELS.get(predicate[len(_XL) :])
            if kind is not None:
                self.resource_labels.setdefault(name, []).append((kind, str(value)))
            elif predicate == _XL + "literalForm":
                self.literal_forms[name] = (_language(value), str(value))
        elif predicate == _DEPRECATED:
            if str(value).lower() in ("true", "1"):
                self.deprecated.add(name)
        elif predicate in _TITLES:
            self.titles.setdefault(name, []).append((_language(value), str(value)))

    def _add_skos(self, subject: str, name: str, value: Any) -> None:
        if name in _LABELS:
            self.labels.setdefault(subject, []).append((_language(value), _LABELS[name], str(value)))
        elif name == "broader":
            self.broader.setdefault(subject, []).append(str(value))
        elif name == "narrower":
            self.broader.setdefault(str(value), []).append(subject)
        elif name in ("inScheme", "topConceptOf"):
            self.schemes.setdefault(subject, set()).add(str(value))
        elif name == "hasTopConcept":
            self.schemes.setdefault(str(value), set()).add(subject)
        elif name in _NOTES:
            self.notes.setdefault(subject, []).append((_language(value), _NOTES[name], str(value)))
        elif name == "notation":
            self.notations.setdefault(subject, str(value))

    def concepts(self) -> list[str]:
        """The concepts, in the order of the file."""
        concept = SKOS + "Concept"
        others = {SKOS + "ConceptScheme", SKOS + "Collection", SKOS + "OrderedCollection"}
        for subject, labels in self.resource_labels.items():
            for kind, resource in labels:
                if resource in self.literal_forms:
                    language, text = self.literal_forms[resource]
                    self.labels.setdefault(subject, []).append((language, kind, text))
        found = dict.fromkeys(subject for subject, types in self.types.items() if concept in types)
        for subject in self.labels:
            # Files without types are common.
            if subject not in found and not self.types.get(subject, set()) & others:
                found[subject] = None
        return list(found)


def read_skos(
    data: bytes, kind: FileFormat, vocabulary: Vocabulary, scheme: str | None
) -> ImportedVocabulary:
    """Read the concepts of a file. scheme: the URI of the concept scheme to read, if there are several.

    Raises InvalidInput without rdflib, and for a file that is not valid, hostile or without concepts.
    """
    if kind is FileFormat.XML:
        check_xml(data)
    elif kind is FileFormat.JSON_LD:
        check_json_ld(data)
    statements = _parse(data, kind)
    concepts = statements.concepts()
    uri, concepts = _of_scheme(statements, concepts, scheme)
    terms = [_term(one, statements, vocabulary) for one in concepts]
    nameless = [one.ref for one in terms if not one.labels]
    for ref in nameless:
        statements.notices.add("concepts without a valid preferred label were left out", ref)
    terms = [one for one in terms if one.labels]
    if not terms:
        raise InvalidInput(FILE_EMPTY)
    known = {one.ref for one in terms}
    for one in terms:
        for parent in one.parents:
            if parent not in known:
                statements.notices.add("broader concepts are not in the file or the scheme", parent)
    languages = Counter(
        label.language for one in terms for label in one.labels if label.kind is LabelKind.PREFERRED
    )
    label = best_label(
        [
            Label(language, LabelKind.PREFERRED, text)
            for language, text in [
                *statements.titles.get(uri or "", ()),
                *((language, text) for language, _, text in statements.labels.get(uri or "", ())),
            ]
        ],
        vocabulary.languages,
    )
    return ImportedVocabulary(
        terms,
        uri,
        clean_text(label, MAX_LABEL) if label else None,
        tuple(language for language, _ in languages.most_common() if language),
        is_external=True,
        notices=statements.notices,
    )


def _parse(data: bytes, kind: FileFormat) -> _Statements:
    try:
        from rdflib import Graph
        from rdflib.store import Store
    except ModuleNotFoundError as error:
        raise InvalidInput(NO_RDF, package=error.name) from error
    logging.getLogger("rdflib").setLevel(logging.ERROR)  # it warns of each text that is not a valid URI
    statements = _Statements()

    class Collector(Store):
        """Hands statements over and keeps none."""

        context_aware = True

        def add(self, triple: Any, context: Any = None, quoted: bool = False) -> None:
            """One statement."""
            statements.add(triple[0], str(triple[1]), triple[2])

        def bind(self, prefix: Any, namespace: Any, override: bool = True) -> None:
            """Prefixes are not needed."""

        def namespace(self, prefix: Any) -> None:
            """Prefixes are not needed."""

        def prefix(self, namespace: Any) -> None:
            """Prefixes are not needed."""

        def namespaces(self) -> Iterator[Any]:
            """Prefixes are not needed."""
            return iter(())

        def contexts(self, triple: Any = None) -> Generator[Any, None, None]:
            """Statements are not kept."""
            yield from ()

    graph = Graph(store=Collector(), bind_namespaces="none")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what rdflib says of itself, and of texts that are no valid URIs
            graph.parse(data=data, format=kind.value, publicID="urn:x-file:")
    except Exception as error:  # each parser of rdflib raises its own, and some raise what they stumble over
        lines = str(error).strip().splitlines()
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else _short(lines)
        raise InvalidInput(FILE_INVALID, format=kind.value, problem=problem) from error
    return statements


def _short(lines: list[str]) -> str:
    """What a parser says in its first lines: the place stands in the one, the problem in the other."""
    return " ".join(lines[:2])[:200] or "it cannot be read"


def _of_scheme(
    statements: _Statements, concepts: list[str], scheme: str | None
) -> tuple[str | None, list[str]]:
    """The URI of the scheme, and its concepts."""
    counts = Counter(one for concept in concepts for one in statements.schemes.get(concept, ()))
    declared = {one for one, types in statements.types.items() if SKOS + "ConceptScheme" in types}
    if scheme is not None:
        if scheme not in counts:
            raise InvalidInput(SCHEME_UNKNOWN, scheme=scheme[:500], schemes=_listed(counts) or "none")
        return scheme, [one for one in concepts if scheme in statements.schemes.get(one, ())]
    whole = [one for one, count in counts.items() if count == len(concepts)]
    if len(counts) > 1 and not whole:
        raise InvalidInput(SEVERAL_SCHEMES, schemes=_listed(counts))
    found = min(whole, default=None) or next(iter(counts), None) or min(declared, default=None)
    return found, concepts


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{scheme} ({count})" for scheme, count in counts.most_common(20))


def _term(uri: str, statements: _Statements, vocabulary: Vocabulary) -> ImportedTerm:
    notices = statements.notices
    labels: dict[tuple[str, str], Label] = {}
    preferred: set[str] = set()
    kinds = list(LabelKind)
    for language, kind, text in sorted(
        statements.labels.get(uri, ()), key=lambda one: (kinds.index(one[1]), one[0])
    ):
        clean = clean_text(text, MAX_LABEL)
        if clean is None or not fold(clean):
            notices.add("labels are empty, too long or cannot be shown, and were left out", uri)
            continue
        if (language, fold(clean)) in labels:
            continue
        if kind is LabelKind.PREFERRED and language in preferred:
            notices.add("preferred labels are second ones of their language and became synonyms", clean)
            kind = LabelKind.ALTERNATIVE
        elif kind is LabelKind.PREFERRED:
            preferred.add(language)
        labels[language, fold(clean)] = Label(language, kind, clean, True)
    notes = set()
    for language, note_kind, text in statements.notes.get(uri, ()):
        note = clean_note(text)
        if note is None:
            notices.add(f"notes are empty or have more than {MAX_NOTE} characters and were left out", uri)
        else:
            notes.add(Note(language, note_kind, note, True))
    own = f"{_OWN}{vocabulary.key}:"
    is_own = uri.startswith(own)
    key = unquote(uri[len(own) :]) if is_own else statements.notations.get(uri, "").strip()
    if len(uri.encode(errors="replace")) > MAX_URI or clean_text(uri, MAX_URI) != uri:
        notices.add(f"URIs have more than {MAX_URI} bytes or cannot be stored, and were not kept", uri)
        is_own = True
    return ImportedTerm(
        uri,
        list(labels.values()) if preferred else [],
        sorted(notes),
        list(dict.fromkeys(statements.broader.get(uri, ()))),
        key if is_key(key) else _key_of(uri) if not is_own else None,
        None if is_own else uri,
        TermState.RETIRED if uri in statements.deprecated else TermState.ACTIVE,
    )


def _key_of(uri: str) -> str | None:
    """The last part of a URI, where it is a number or a code by which people know the concept."""
    last = unquote(uri.rstrip("/#").replace("#", "/").rpartition("/")[2])
    return last if is_key(last) and any(one.isdigit() for one in last) else None


def _language(value: Any) -> str:
    try:
        return valid_language(getattr(value, "language", None) or "")
    except InvalidInput:
        return ""


def write_skos(vocabulary: Vocabulary, terms: Iterable[TermFacts], kind: FileFormat) -> bytes:
    """Write the terms of a vocabulary. Retired ones are deprecated; merged ones say into which.

    Raises InvalidInput without rdflib.
    """
    try:
        from rdflib import Graph, Literal, Namespace, URIRef
        from rdflib.namespace import DCTERMS, OWL, RDF
    except ModuleNotFoundError as error:
        raise InvalidInput(NO_RDF, package=error.name) from error
    skos = Namespace(SKOS)
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in (("skos", skos), ("dcterms", DCTERMS), ("owl", OWL), ("rdf", RDF)):
        graph.bind(prefix, namespace)
    scheme = URIRef(vocabulary.uri or f"{_OWN}{vocabulary.key}")
    graph.add((scheme, RDF.type, skos.ConceptScheme))
    graph.add((scheme, skos.prefLabel, Literal(vocabulary.label)))
    every = {one.id: one for one in terms}
    names = {
        one.id: URIRef(one.uri or f"{_OWN}{vocabulary.key}:{quote(one.key, safe='')}")
        for one in every.values()
    }
    predicates = {kind: skos[name] for name, kind in _LABELS.items()}
    for one in every.values():
        name = names[one.id]
        graph.add((name, RDF.type, skos.Concept))
        graph.add((name, skos.inScheme, scheme))
        graph.add((name, skos.notation, Literal(one.key)))
        for label in one.labels:
            graph.add((name, predicates[label.kind], Literal(label.text, lang=label.language or None)))
        for note in one.notes:
            graph.add((name, skos[note.kind.value], Literal(note.text, lang=note.language or None)))
        for parent in (one.parent, *one.broader):
            if parent is not None:
                graph.add((name, skos.broader, names[parent]))
        if one.parent is None and not one.broader and one.state is not TermState.RETIRED:
            graph.add((scheme, skos.hasTopConcept, name))
            graph.add((name, skos.topConceptOf, scheme))
        if one.state is TermState.RETIRED:
            graph.add((name, OWL.deprecated, Literal(True)))
        if one.merged_into is not None:
            graph.add((name, DCTERMS.isReplacedBy, names[one.merged_into]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        written: bytes = graph.serialize(format=kind.value, encoding="utf-8")
    return written
