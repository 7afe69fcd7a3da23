"""Importing and exporting: what is added, updated, retired, kept, and how large files are."""

import time

import pytest

from dampipe.features.vocabularies.importer import Missing
from dampipe.features.vocabularies.model import (
    FileFormat,
    LabelKind,
    LabelReport,
    NoteKind,
    NoteReport,
    TermEdit,
    TermState,
)
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import Conflict, DampipeError
from tests.integration.vocabularies.conftest import Library

PREFIXES = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix e: <http://e.org/> . "


def concept(name: str, label: str, *broader: str, more: str = "") -> str:
    above = "".join(f"; skos:broader e:{one} " for one in broader)
    return f'e:{name} a skos:Concept ; skos:prefLabel "{label}"@en {above}{more}.\n'


def skos(library: Library, *concepts: str, **more: object) -> object:
    return library.load(PREFIXES + "".join(concepts), FileFormat.TURTLE, **more)


WORLD = (
    concept("eu", "Europe"),
    concept("mt", "Malta", "eu"),
    concept("as", "Asia"),
    concept("jp", "Japan", "as"),
)


def test_an_import_again_keeps_ids_and_values(library: Library) -> None:
    library.create()
    first = skos(library, *WORLD)
    assert (first.added, first.changed, first.retired) == (4, 0, 0)
    library.give("Malta", 1)
    ids = {key: library.id(key) for key in ("europe", "malta", "japan")}
    assert skos(library, *WORLD).unchanged == 4
    assert len(library.service.operations(LOCAL, "places")) == 1
    changed = (
        concept("eu", "Europa", more='; skos:altLabel "Europe"@en '),
        concept("mt", "Malta", "as"),
        concept("as", "Asia"),
        concept("kr", "Korea", "as"),
    )
    before = library.snapshot()
    dry = skos(library, *changed, dry_run=True)
    assert (dry.added, dry.changed, dry.retired, dry.unchanged) == (1, 2, 1, 1)
    assert set(dry.examples) == {
        "renames Europe to Europa",
        "moves Malta from Europa to Asia",
        "retires Japan, which the file lacks",
        "adds Korea",
    }
    assert library.snapshot() == before
    done = skos(library, *changed)
    assert (done.added, done.changed, done.retired) == (1, 2, 1)
    assert library.tree() == ["Asia", " Korea", " Malta", "Europa"]
    assert ids == {key: library.id(key) for key in ids}
    assert library.assets("Malta") == [1]
    assert library.service.term(LOCAL, "places", "japan").state is TermState.RETIRED
    library.service.undo(LOCAL, "places")
    assert library.tree() == ["Asia", " Japan", "Europe", " Malta"]
    assert skos(library, *changed).added == 0
    assert skos(library, *WORLD).retired == 1
    assert library.tree() == ["Asia", " Japan", "Europe", " Malta"]


def test_what_people_wrote_stays(library: Library) -> None:
    library.create()
    skos(library, *WORLD)
    service = library.service
    service.rename(LOCAL, "places", "Japan", "Nippon")
    service.move(LOCAL, "places", "Malta", "Asia")
    service.retire(LOCAL, "places", "Europe")
    library.add("Asia > Own", "Mine")
    more = TermEdit(
        add=(LabelReport(text="Melita", language="en", kind=LabelKind.ALTERNATIVE),),
        notes=(NoteReport(text="Ours", language="en", kind=NoteKind.SCOPE),),
    )
    service.edit(LOCAL, "places", "Malta", more)
    report = skos(library, *WORLD)
    assert report.kept == 3
    assert library.tree() == ["Asia", " Malta", " Nippon", " Own"]
    assert library.find("Japan", "Melita") == {"Japan": "japan", "Melita": "malta"}
    assert service.term(LOCAL, "places", "malta").notes[0].text == "Ours"
    assert skos(library, *WORLD).changed == 0
    skos(library, *WORLD, overwrite=True)
    assert library.tree() == ["Asia", " Japan", " Own", "Europe", " Malta"]
    assert library.find("Melita", "Nippon", "Mine") == {"Mine": "own"}


def test_a_merged_term_stays_merged(library: Library) -> None:
    library.create()
    skos(library, *WORLD)
    library.service.merge(LOCAL, "places", "Japan", "Asia")
    assert skos(library, *WORLD).kept == 1
    assert library.find("Japan") == {"Japan": "asia"}


def test_a_file_that_lacks_most_terms_is_asked_about(library: Library) -> None:
    library.create()
    skos(library, *WORLD)
    other = concept("x", "Something else")
    with pytest.raises(Conflict) as caught:
        skos(library, other, dry_run=True)
    assert caught.value.code == "vocabulary.retires_many"
    assert skos(library, other, missing=Missing.KEEP, dry_run=True).retired == 0
    assert skos(library, other, missing=Missing.RETIRE).retired == 4
    library.service.undo(LOCAL, "places")
    assert library.tree() == ["Asia", " Japan", "Europe", " Malta"]


def test_what_is_below_a_term_that_vanished_moves_up(library: Library) -> None:
    library.create()
    skos(library, *WORLD, concept("vl", "Valletta", "mt"))
    library.add("Malta > Own")
    skos(library, *(one for one in WORLD if "Malta" not in one), concept("vl", "Valletta", "eu"))
    assert library.tree() == ["Asia", " Japan", "Europe", " Own", " Valletta"]


def test_several_broader_terms_are_kept(library: Library) -> None:
    library.create()
    two = concept("tr", "Türkiye", "eu", "as")
    skos(library, *WORLD, two)
    assert library.tree() == ["Asia", " Japan", " Türkiye", "Europe", " Malta", " Türkiye"]
    assert "türkiye" in library.narrower("Asia") & library.narrower("Europe")
    details = library.service.term(LOCAL, "places", "Türkiye")
    assert (details.parent, details.also_below) == ("europe", ("asia",))
    assert library.find("Asia > Türkiye", "Europe > Türkiye") == {
        "Asia > Türkiye": "türkiye",
        "Europe > Türkiye": "türkiye",
    }
    assert skos(library, *WORLD, concept("tr", "Türkiye", "as", "eu")).unchanged == 5
    for place in ("Türkiye",):
        with pytest.raises(Conflict):
            library.service.move(LOCAL, "places", "Asia", place)
    library.service.retire(LOCAL, "places", "Europe", with_narrower=True)
    assert library.tree() == ["Asia", " Japan", " Türkiye"]
    library.service.undo(LOCAL, "places")
    library.service.merge(LOCAL, "places", "Europe", "Asia")
    assert library.tree() == ["Asia", " Japan", " Malta", " Türkiye"]


@pytest.mark.parametrize(
    "links",
    [
        [("a", "a")],
        [("a", "b"), ("b", "a")],
        [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")],
        [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "a")],
    ],
)
def test_circles_of_a_file_are_cut_and_told(local_library: Library, links: list[tuple[str, str]]) -> None:
    local_library.create()
    names = sorted({name for link in links for name in link})
    above = {name: [two for one, two in links if one == name] for name in names}
    report = skos(local_library, *(concept(name, name.upper(), *above[name]) for name in names))
    assert report.added == len(names)
    assert any("below themselves" in text or "below itself" in text for text in report.notices)
    assert {line.strip() for line in local_library.tree()} == {name.upper() for name in names}
    assert skos(local_library, *(concept(name, name.upper(), *above[name]) for name in names)).changed == 0


def test_a_circle_with_a_place_that_a_person_chose_is_cut(library: Library) -> None:
    library.create()
    skos(library, *WORLD)
    library.service.move(LOCAL, "places", "Europe", "Japan")
    turned = (concept("eu", "Europe"), concept("mt", "Malta", "eu"), concept("as", "Asia", "mt"), WORLD[3])
    skos(library, *turned)
    assert len(library.tree()) == 4


def test_labels_that_stand_twice_are_taken_and_told(library: Library) -> None:
    library.create()
    report = skos(library, concept("a", "Spring"), concept("b", "SPRING"))
    assert report.added == 2
    assert "1 labels stand several times at one place: spring" in report.notices
    assert library.find("spring ", "sPRING") == {}, "it may be either of them"
    assert library.find("Spring", "SPRING") == {"Spring": "spring", "SPRING": "spring-2"}, (
        "as they are spelled"
    )
    assert library.find("spring-2") == {"spring-2": "spring-2"}


@pytest.mark.parametrize("kind", list(FileFormat))
def test_an_export_is_imported_without_a_change(library: Library, kind: FileFormat) -> None:
    library.create()
    skos(library, *WORLD, concept("tr", "Türkiye", "eu", "as"))
    library.add("Asia > =1+1", "a|b", "-x")
    library.service.rename(LOCAL, "places", "Japan", "Nippon", keep=True)
    edit = TermEdit(
        add=(
            LabelReport(text="'quoted', \"so\"", language="de"),
            LabelReport(text="no language", language=""),
        ),
        notes=(NoteReport(text="One\ntwo; three|four", language="en", kind=NoteKind.DEFINITION),),
    )
    library.service.edit(LOCAL, "places", "Malta", edit)
    before = library.snapshot()
    data = library.service.export_file(LOCAL, "places", kind)
    report = library.service.import_file(LOCAL, "places", data, kind, dry_run=True)
    assert (report.added, report.retired) == (0, 0)
    if kind is FileFormat.CSV:
        for line in data.decode("utf-8-sig").splitlines():
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line.split(","))
        assert report.changed == 1, "further broader terms are not in CSV"
    else:
        assert report.changed == 0, report.examples
    library.create("copy")
    library.service.import_file(LOCAL, "copy", data, kind)
    if kind is FileFormat.CSV:
        assert library.service.export_file(LOCAL, "copy", kind) == data
    assert library.snapshot() == before


def test_a_spreadsheet_changes_what_it_has_columns_for(library: Library) -> None:
    library.create()
    library.load("path,label@de,synonyms\nEurope,Europa,Old World\nEurope > Malta,,Melita|Malte\n")
    assert library.tree() == ["Europe", " Malta"]
    library.give("Malta", 4)
    report = library.load("key,label,synonyms\nmalta,Malta Island,Melita\n")
    assert (report.added, report.changed) == (0, 1)
    assert library.tree() == ["Europe", " Malta Island"]
    assert library.find("Malte", "Europa") == {"Europa": "europe"}
    assert library.assets("malta") == [4]
    report = library.load("label,parent\nGozo,malta\n")
    assert (report.added, report.retired) == (1, 0)
    assert library.tree() == ["Europe", " Malta Island", "  Gozo"]
    assert library.load("path\nEurope\nEurope > Malta Island > Gozo\n").unchanged == 3
    assert library.load("key\neurope\n", missing=Missing.RETIRE).retired == 2


def test_a_broken_file_changes_nothing(library: Library) -> None:
    library.create()
    skos(library, *WORLD)
    before = library.snapshot()
    for data, kind in (("label,parent\nA,Nowhere\n", FileFormat.CSV), (PREFIXES + "e:a", FileFormat.TURTLE)):
        with pytest.raises(DampipeError):
            library.load(data, kind)
    assert library.snapshot() == before


def test_a_large_file_is_imported_in_few_statements(library: Library) -> None:
    """Not row by row: ten times as many concepts take about as many statements as bind limits demand."""
    from sqlalchemy import event

    library.create()
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(library.database.engine, "before_cursor_execute", count)
    lines = [concept("c0", "Subject 0")]
    lines += [concept(f"c{number}", f"Subject {number}", f"c{number // 10}") for number in range(1, 5000)]
    start = time.monotonic()
    report = skos(library, *lines)
    assert report.added == 5000
    assert statements < 100
    assert time.monotonic() - start < 60, "seconds, on a busy machine"
    statements = 0
    assert len(library.service.level(LOCAL, "places", "c42").terms) == 10
    assert statements < 15
    assert len(library.narrower("c0")) == 5000
