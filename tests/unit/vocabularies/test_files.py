"""Reading SKOS and CSV: what files say, and what hostile ones may not do."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from dampipe.features.vocabularies.csv_file import read_csv
from dampipe.features.vocabularies.imported import ImportedTerm, ImportedVocabulary
from dampipe.features.vocabularies.model import (
    FileFormat,
    Label,
    LabelKind,
    Note,
    NoteKind,
    TermState,
    Vocabulary,
)
from dampipe.features.vocabularies.skos import read_skos
from dampipe.kernel.errors import InvalidInput

PLACES = Vocabulary(1, "places", "Places", False, ("en", "de"))
PREFIXES = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix e: <http://e.org/> . "
SKOS = "http://www.w3.org/2004/02/skos/core#"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is read must never open a connection."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def turtle(text: str, scheme: str | None = None) -> ImportedVocabulary:
    return read_skos((PREFIXES + text).encode(), FileFormat.TURTLE, PLACES, scheme)


def by_ref(file: ImportedVocabulary) -> dict[str, ImportedTerm]:
    return {one.ref.rpartition("/")[2]: one for one in file.terms}


def no_terms(texts: Any) -> dict[str, list[int]]:
    return {}


def table(text: str, find: Callable[[Any], Any] = no_terms) -> ImportedVocabulary:
    return read_csv(text.encode(), PLACES, find)


TURTLE = (
    PREFIXES
    + """
<http://e.org/> a skos:ConceptScheme ; skos:prefLabel "Orte"@de, "Places"@en .
e:1 a skos:Concept ; skos:inScheme <http://e.org/> ; skos:prefLabel "Europe"@en, "Europa"@de ; skos:narrower e:2 .
e:2 a skos:Concept ; skos:inScheme <http://e.org/> ; skos:prefLabel "Malta"@EN ; skos:altLabel "Melita"@la ;
    skos:hiddenLabel "Maltha" ; skos:scopeNote "The island."@en ; skos:notation "MT" ; skos:related e:1 .
"""
)


def test_a_file_says_the_same_in_each_format(tmp_path: Any) -> None:
    from rdflib import Graph

    graph = Graph().parse(data=TURTLE, format="turtle")
    found = []
    for kind in (FileFormat.TURTLE, FileFormat.XML, FileFormat.JSON_LD, FileFormat.N_TRIPLES):
        data = graph.serialize(format=kind.value, encoding="utf-8")
        file = read_skos(data, kind, PLACES, None)
        found.append((file.uri, file.label, by_ref(file)))
        assert "1 statements of skos:related are not kept" in file.notices.texts()
    assert all(one[:2] == ("http://e.org/", "Places") for one in found)
    for _, _, terms in found:
        assert sorted(terms["2"].labels) == [
            Label("", LabelKind.HIDDEN, "Maltha", True),
            Label("en", LabelKind.PREFERRED, "Malta", True),
            Label("la", LabelKind.ALTERNATIVE, "Melita", True),
        ]
        assert terms["2"].notes == [Note("en", NoteKind.SCOPE, "The island.", True)]
        assert terms["2"].parents == ["http://e.org/1"]
        assert (terms["2"].key, terms["2"].uri) == ("MT", "http://e.org/2")
        assert (terms["1"].key, terms["1"].parents) == ("1", [])


def test_labels_of_skos_xl_and_deprecated_concepts_are_read() -> None:
    file = turtle(
        """@prefix xl: <http://www.w3.org/2008/05/skos-xl#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
        e:a a skos:Concept ; xl:prefLabel e:l ; owl:deprecated true . e:l xl:literalForm "Old"@en ."""
    )
    assert [(one.labels[0].text, one.state) for one in file.terms] == [("Old", TermState.RETIRED)]


def test_two_preferred_labels_of_a_language_are_one_and_a_synonym() -> None:
    file = turtle('e:a a skos:Concept ; skos:prefLabel "One"@en, "Two"@en .')
    assert sorted(label.kind for label in file.terms[0].labels) == [
        LabelKind.ALTERNATIVE,
        LabelKind.PREFERRED,
    ]
    assert "became synonyms" in file.notices.texts()[0]


def test_one_of_several_schemes_is_chosen() -> None:
    text = (
        'e:a a skos:Concept ; skos:inScheme e:s ; skos:prefLabel "A" . '
        'e:b a skos:Concept ; skos:inScheme e:t ; skos:prefLabel "B" .'
    )
    with pytest.raises(InvalidInput) as caught:
        turtle(text)
    assert caught.value.code == "vocabulary.several_schemes"
    assert "http://e.org/s (1)" in str(caught.value)
    assert [one.ref for one in turtle(text, "http://e.org/t").terms] == ["http://e.org/b"]
    with pytest.raises(InvalidInput) as caught:
        turtle(text, "http://e.org/u")
    assert caught.value.code == "vocabulary.scheme_unknown"


RDF = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:skos='http://www.w3.org/2004/02/skos/core#'>"
ONE = "<skos:Concept rdf:about='http://e.org/1'><skos:prefLabel>{}</skos:prefLabel></skos:Concept></rdf:RDF>"


def bomb(levels: int) -> str:
    entities = "".join(
        f"<!ENTITY a{level} '{f'&a{level - 1};' * 10 if level else 'x'}'>" for level in range(levels)
    )
    return f"<!DOCTYPE rdf:RDF [{entities}]>{RDF}{ONE.format(f'&a{levels - 1};')}"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bomb(10), "vocabulary.entities"),
        (
            f"<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>{RDF}{ONE.format('&a;')}",
            "vocabulary.entities",
        ),
        (
            f"<!DOCTYPE r [<!ENTITY % a SYSTEM 'http://e.org/x'> %a;]>{RDF}{ONE.format('x')}",
            "vocabulary.entities",
        ),
        (f"<!DOCTYPE r SYSTEM 'http://e.org/x.dtd'>{RDF}{ONE.format('x')}", "vocabulary.entities"),
        (f"<!DOCTYPE r [<!ENTITY a '{'x' * 1000}'>]>{RDF}{ONE.format('&a;')}", "vocabulary.entities"),
        (
            "<!DOCTYPE r ["
            + "".join(f"<!ENTITY a{n} 'x'>" for n in range(200))
            + f"]>{RDF}{ONE.format('x')}",
            "vocabulary.entities",
        ),
        ("<a>" * 100_000, "vocabulary.file_invalid"),
        ("no XML", "vocabulary.file_invalid"),
        ("", "vocabulary.file_invalid"),
        (f"{RDF}</rdf:RDF>", "vocabulary.file_empty"),
    ],
)
def test_hostile_and_broken_xml_is_refused(data: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_skos(data.encode(), FileFormat.XML, PLACES, None)
    assert caught.value.code == code


def test_entities_that_abbreviate_namespaces_are_accepted() -> None:
    data = f"<!DOCTYPE r [<!ENTITY e 'http://e.org/'>]>{RDF}{ONE.format('Malta')}".replace(
        "'http://e.org/1'", "'&e;1'"
    )
    assert read_skos(data.encode(), FileFormat.XML, PLACES, None).terms[0].uri == "http://e.org/1"


CONCEPT = '"@id": "http://e.org/1", "@type": "http://www.w3.org/2004/02/skos/core#Concept"'


@pytest.mark.parametrize(
    "data",
    [
        '{"@context": "http://e.org/c.jsonld", %s}',
        '{"@context": [{}, "http://e.org/c.jsonld"], %s}',
        '{"@context": "file:///etc/passwd", %s}',
        '{"@context": "c.jsonld", %s}',
        '{"@context": {"@import": "http://e.org/c.jsonld"}, %s}',
        '{"@context": {"a": {"@id": "http://e.org/a", "@context": "http://e.org/c"}}, %s}',
        '{"@graph": [{"@context": "http://e.org/c.jsonld", %s}]}',
        '[[{"x": {"@context": "http://e.org/c.jsonld", %s}}]]',
    ],
)
def test_a_context_elsewhere_is_never_fetched(data: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_skos((data % CONCEPT).encode(), FileFormat.JSON_LD, PLACES, None)
    assert caught.value.code == "vocabulary.remote_context"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("[" * 100_000, FileFormat.JSON_LD),
        ('{"a":' * 300 + "1" + "}" * 300, FileFormat.JSON_LD),
        ("{", FileFormat.JSON_LD),
        ('{"@context": 7}', FileFormat.JSON_LD),
        (PREFIXES + "e:a skos:broader " + "[ skos:broader " * 20_000, FileFormat.TURTLE),
        (PREFIXES + "e:a e:b " + "(" * 20_000, FileFormat.TURTLE),
        ("<<<", FileFormat.TURTLE),
        ("<a> <b> <c>", FileFormat.N_TRIPLES),
        ("\0\0", FileFormat.TURTLE),
    ],
)
def test_broken_and_deep_files_are_refused(data: str, kind: FileFormat) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_skos(data.encode(), kind, PLACES, None)
    assert caught.value.code in ("vocabulary.file_invalid", "vocabulary.file_empty")
    assert len(str(caught.value)) < 500


def test_labels_that_no_database_stores_are_left_out() -> None:
    file = turtle('e:a a skos:Concept ; skos:prefLabel "A" ; skos:altLabel "x\\u0000y", "\\u0007" .')
    assert [label.text for label in file.terms[0].labels] == ["A"]
    long = turtle(f'<http://e.org/{"x" * 3000}> a skos:Concept ; skos:prefLabel "A" .')
    assert long.terms[0].uri is None


@pytest.mark.parametrize("encode", [lambda text: text.encode(), lambda text: ("\ufeff" + text).encode()])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_paths_and_columns_by_language_are_read(encode: Any, delimiter: str) -> None:
    text = "path,label@de,synonyms,note\nPlaces > Malta,Malta,Melita|Malte,An island\nPlaces>Gozo,,,\n"
    file = read_csv(encode(text.replace(",", delimiter)), PLACES, no_terms)
    places, malta, gozo = file.terms
    assert [label.text for label in places.labels] == ["Places"]
    assert malta.parents == gozo.parents == [places.ref]
    assert sorted((label.language, label.kind.value, label.text) for label in malta.labels) == [
        ("de", "preferred", "Malta"),
        ("en", "alternative", "Malte"),
        ("en", "alternative", "Melita"),
        ("en", "preferred", "Malta"),
    ]
    assert malta.notes == [Note("en", NoteKind.NOTE, "An island")]


def test_a_spreadsheet_in_utf_16_is_read() -> None:
    assert (
        read_csv("label\tkey\nÉire\tie\n".encode("utf-16"), PLACES, no_terms).terms[0].labels[0].text
        == "Éire"
    )


def test_a_parent_is_a_key_a_label_or_a_term_that_exists() -> None:
    text = "key,label,parent\nb,B,a\na,A,\nc,C,B\nd,D,Elsewhere\n"
    file = table(text, lambda texts: {"Elsewhere": [77]})
    refs = {one.key: one.ref for one in file.terms}
    assert [one.parents for one in file.terms] == [[refs["a"]], [], [refs["b"]], ["existing 77"]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("label,colour\nA,red\n", "no column 'colour'"),
        ("label,label@en\nA,A\n", "stands twice"),
        ("synonyms\nA\n", "neither path nor label"),
        ("path,parent\nA,B\n", "both path and parent"),
        ("label@d_e\nA\n", "not a valid language"),
        ("label,parent\nA,B\n", "line 2 of the CSV file is not valid: there is no term 'B'"),
        ("key,label,parent\na,X,\nb,X,\nc,Y,X\n", "line 4 of the CSV file is not valid: several terms"),
        ("key,label\na,A\na,B\n", "line 3 of the CSV file is not valid: the key 'a' stands twice"),
        ("key,label\na/b,A\n", "'a/b' is not a valid key"),
        ("path\nA > > B\n", "not a valid path"),
        ("path\nA\na\n", "the same term as line 2"),
        ("label,state\nA,old\n", "'old' is not a valid state"),
        ("label,position\nA,-1\n", "not a valid position"),
        ("label,uri\n,http://e.org\n", "it has no label"),
        ("label\nA,B\n", "more cells than the first line"),
        ('label\n"A\n', "line"),
    ],
)
def test_a_line_that_is_not_valid_is_named(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        table(text)
    assert problem in str(caught.value)


@pytest.mark.parametrize("data", [b"label\n\xff\xfe\xfd\n", b"label\nA\0B\n", b"", b"label\n"])
def test_a_file_that_is_not_csv_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_csv(data, PLACES, no_terms)
    assert caught.value.code in ("vocabulary.file_invalid", "vocabulary.file_empty")
