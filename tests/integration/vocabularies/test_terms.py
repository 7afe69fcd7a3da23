"""Terms: found, added, renamed, moved, merged, retired, approved, and each of it undone."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dampipe.features.access.model import UserRequest
from dampipe.features.access.service import AccessService
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.features.vocabularies.model import (
    LabelKind,
    LabelReport,
    NewTerm,
    NewVocabulary,
    NoteKind,
    NoteReport,
    TermEdit,
    TermState,
    VocabularyChange,
)
from dampipe.features.vocabularies.nearest import nearest_names
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import Conflict, DampipeError, Forbidden, InvalidInput, NotFound
from dampipe.kernel.ids import TermId
from tests.integration.vocabularies.conftest import Library

EDITOR = Actor(ActorKind.USER, "anna", role=Role.EDITOR)
VIEWER = Actor(ActorKind.USER, "vera", role=Role.VIEWER)
MELITA = TermEdit(add=(LabelReport(language="", kind=LabelKind.ALTERNATIVE, text="Melita"),))


def plant(library: Library) -> None:
    library.create()
    for path in ("Europe", "Europe > Malta", "Europe > Malta > Gozo", "Asia", "Asia > Japan"):
        library.add(path)


def test_terms_are_found_by_key_label_synonym_and_path(library: Library) -> None:
    plant(library)
    library.add("Asia > Gozo")
    library.add("Europe > Köln", "Cologne")
    found = library.find(
        "MALTA", "europe", "cologne", "KO\u0308LN", "Asia > gozo", "Europe>Malta>Gozo", "Mars", "", "\0"
    )
    assert found == {
        "MALTA": "malta",
        "europe": "europe",
        "cologne": "köln",
        "KO\u0308LN": "köln",
        "Asia > gozo": "gozo-2",
        "Europe>Malta>Gozo": "gozo",
    }
    with pytest.raises(Conflict) as caught:
        library.service.term(LOCAL, "places", "GOZO")
    assert "gozo, gozo-2" in str(caught.value)
    with pytest.raises(NotFound):
        library.service.term(LOCAL, "places", "Mars")
    with pytest.raises(NotFound):
        library.service.get(LOCAL, "nowhere")


def test_a_preferred_label_is_before_a_synonym(library: Library) -> None:
    plant(library)
    library.add("Europe > Valletta", "Japan")
    assert library.find("Japan") == {"Japan": "japan"}


def test_narrower_terms_are_found_at_any_depth_and_by_merged_ones(library: Library) -> None:
    plant(library)
    assert library.narrower("Europe") == {"europe", "malta", "gozo"}
    library.add("Old Europe")
    old = library.id("Old Europe")
    library.service.merge(LOCAL, "places", "Old Europe", "Europe")
    with library.database.read() as connection:
        assert library.id("Malta") in library.terms.narrower(connection, [old])


def test_labels_are_in_the_language_that_is_asked_for(library: Library) -> None:
    plant(library)
    label = LabelReport(text="Japon", language="fr")
    library.service.edit(LOCAL, "places", "Japan", TermEdit(add=(label,)))
    term = TermId(library.id("Japan"))
    with library.database.read() as connection:
        for language, wanted in (("fr", "Japon"), ("fr-CA", "Japon"), ("de", "Japan"), (None, "Japan")):
            assert library.terms.labels(connection, [term], language) == {term: wanted}
        assert sorted(library.terms.words(connection, [term])[term]) == ["Japan", "Japon"]


def test_a_level_is_listed_in_parts(library: Library) -> None:
    library.create()
    with library.database.write() as connection:
        labels = [f"Place {number:03}" for number in range(250)]
        assert len(library.terms.add_many(connection, "places", labels, LOCAL)) == 250
    seen, cursor = [], None
    while True:
        page = library.service.level(LOCAL, "places", limit=100, cursor=cursor)
        seen += [one.label for one in page.terms]
        cursor = page.next
        if cursor is None:
            break
    assert seen == labels
    for broken in ("x", "W10=", "bnVsbA==", "WzEsICJhIiwgImIiXQ=="):
        with pytest.raises(InvalidInput):
            library.service.level(LOCAL, "places", cursor=broken)


def test_many_terms_are_added_as_one_operation(library: Library) -> None:
    library.create(is_open=True)
    library.add("beach")
    library.add("old")
    library.service.retire(LOCAL, "places", "old")
    with library.database.write() as connection:
        added = library.terms.add_many(connection, "places", ["Beach", "dance", "DANCE", "old"], LOCAL)
    assert added["Beach"] == library.id("beach")
    assert added["dance"] == added["DANCE"]
    assert library.tree() == ["beach", "dance", "old"]
    library.service.undo(LOCAL, "places")
    assert library.tree() == ["beach"]


def test_who_may_not_manage_proposes_in_an_open_vocabulary(library: Library) -> None:
    library.create(is_open=True)
    library.add("Europe", "Old Continent")
    assert library.service.add(EDITOR, "places", NewTerm(label="old continent")).term.key == "europe"
    done = library.service.add(EDITOR, "places", NewTerm(label="Atlantis", parent="Europe"))
    assert done.term.state is TermState.PROPOSED
    assert done.operation is not None
    assert done.operation.actor == "user:anna"
    assert library.service.add(EDITOR, "places", NewTerm(label="ATLANTIS")).operation is None
    assert [one.path for one in library.service.proposals(EDITOR, "places").terms] == [("Europe",)]
    with pytest.raises(Forbidden):
        library.service.approve(EDITOR, "places", "Atlantis")
    library.service.approve(LOCAL, "places", "Atlantis")
    assert library.tree() == ["Europe", " Atlantis"]
    with pytest.raises(Conflict):
        library.service.approve(LOCAL, "places", "Atlantis")
    library.service.undo(LOCAL, "places")
    assert library.tree() == ["Europe", " Atlantis?"]


def test_a_strict_vocabulary_has_only_its_terms(library: Library) -> None:
    plant(library)
    with pytest.raises(Forbidden) as caught:
        library.service.add(EDITOR, "places", NewTerm(label="Atlantis"))
    assert caught.value.code == "vocabulary.strict"
    with pytest.raises(Forbidden):
        library.service.add(VIEWER, "places", NewTerm(label="Atlantis"))
    library.service.update(LOCAL, "places", VocabularyChange(open=True))
    library.service.add(EDITOR, "places", NewTerm(label="Atlantis"))


@pytest.mark.parametrize("actor", [EDITOR, VIEWER])
def test_only_a_manager_changes_terms(local_library: Library, actor: Actor) -> None:
    plant(local_library)
    service = local_library.service
    for call in (
        lambda: service.create(actor, NewVocabulary(key="more")),
        lambda: service.update(actor, "places", VocabularyChange(open=True)),
        lambda: service.rename(actor, "places", "Malta", "Melita"),
        lambda: service.edit(actor, "places", "Malta", TermEdit(remove=("Malta",))),
        lambda: service.move(actor, "places", "Malta", None),
        lambda: service.merge(actor, "places", "Malta", "Asia"),
        lambda: service.retire(actor, "places", "Malta"),
        lambda: service.undo(actor, "places"),
        lambda: service.operations(actor, "places"),
    ):
        with pytest.raises(Forbidden):
            call()


def test_to_rename_touches_no_value(library: Library) -> None:
    plant(library)
    library.give("Japan", 1, 2)
    before = library.id("Japan")
    library.service.rename(LOCAL, "places", "Japan", "Nippon", keep=True)
    assert library.id("Nippon") == library.id("japan") == before
    assert library.assets("Nippon") == [1, 2]
    assert before in library.values.relabelled
    assert library.tree() == ["Asia", " Nippon", "Europe", " Malta", "  Gozo"]
    library.service.undo(LOCAL, "places")
    assert [one.text for one in library.service.term(LOCAL, "places", "japan").labels] == ["Japan"]


def test_a_label_that_stands_at_this_place_is_refused(library: Library) -> None:
    plant(library)
    for label in ("ASIA", "Asi\u0061"):
        with pytest.raises(Conflict) as caught:
            library.service.rename(LOCAL, "places", "Europe", label)
        assert caught.value.code == "term.label_taken"
    library.service.rename(LOCAL, "places", "Gozo", "Asia")
    with pytest.raises(Conflict):
        library.service.move(LOCAL, "places", "gozo", None)
    assert library.add("asia") == "asia"


def test_labels_and_notes_are_edited_and_put_back(library: Library) -> None:
    plant(library)
    before = library.service.term(LOCAL, "places", "malta")
    request = TermEdit(
        add=(
            LabelReport(text="مالطا", language="ar"),
            LabelReport(text="Maltha", language="en", kind=LabelKind.HIDDEN),
        ),
        notes=(NoteReport(text="An island\nin the sea", language="en", kind=NoteKind.SCOPE),),
    )
    library.service.edit(LOCAL, "places", "Malta", request)
    assert library.find("مالطا", "maltha") == {"مالطا": "malta", "maltha": "malta"}
    assert library.service.term(LOCAL, "places", "malta").notes == request.notes
    library.service.edit(LOCAL, "places", "Malta", TermEdit(remove=("MALTHA",)))
    assert library.find("maltha") == {}
    for wrong in (
        TermEdit(remove=("nothing",)),
        TermEdit(remove=("Malta", "مالطا")),
        TermEdit(remove=("maltha",)),
    ):
        with pytest.raises(DampipeError):
            library.service.edit(LOCAL, "places", "Malta", wrong)
    library.service.undo(LOCAL, "places")
    library.service.undo(LOCAL, "places")
    assert library.service.term(LOCAL, "places", "malta") == before


def test_a_term_is_moved_with_its_branch_and_never_below_itself(library: Library) -> None:
    plant(library)
    library.give("Gozo", 7)
    for place in ("Malta", "Gozo"):
        with pytest.raises(Conflict) as caught:
            library.service.move(LOCAL, "places", "Malta", place)
        assert caught.value.code == "term.cycle"
    library.service.move(LOCAL, "places", "Malta", "Japan")
    assert library.tree() == ["Asia", " Japan", "  Malta", "   Gozo", "Europe"]
    assert library.assets("Gozo") == [7]
    assert library.narrower("Asia") == {"asia", "japan", "malta", "gozo"}
    with pytest.raises(Conflict):
        library.service.move(LOCAL, "places", "Malta", "Japan")
    library.service.move(LOCAL, "places", "Japan", "Asia", position=3)
    library.service.undo(LOCAL, "places")
    library.service.undo(LOCAL, "places")
    assert library.tree() == ["Asia", " Japan", "Europe", " Malta", "  Gozo"]


def test_an_undone_move_makes_no_cycle(library: Library) -> None:
    plant(library)
    move = library.service.move(LOCAL, "places", "Malta", None).operation
    assert move is not None
    library.service.move(LOCAL, "places", "Europe", "Gozo")
    with pytest.raises(Conflict) as caught:
        library.service.undo(LOCAL, "places", move.id)
    assert "below itself" in str(caught.value)


def test_a_tree_has_a_limit_of_depth(local_library: Library) -> None:
    local_library.create()
    rows = "\n".join(f"k{number},L{number},{f'k{number - 1}' if number else ''}" for number in range(100))
    local_library.load(f"key,label,parent\n{rows}\n")
    with pytest.raises(Conflict) as caught:
        local_library.service.add(LOCAL, "places", NewTerm(label="more", parent="k99"))
    assert caught.value.code == "term.too_deep"
    local_library.add("top")
    with pytest.raises(Conflict):
        local_library.service.move(LOCAL, "places", "k0", "top")
    with pytest.raises(InvalidInput):
        local_library.load("key,label,parent\nk100,L100,k99\n")


def test_a_merge_takes_values_narrower_terms_and_labels_along(library: Library) -> None:
    plant(library)
    library.add("Melita", "Malte")
    library.add("Melita > Comino")
    library.give("Melita", 1, 2)
    library.give("Malta", 2, 3)
    before = library.snapshot()
    done = library.service.merge(LOCAL, "places", "Melita", "Malta")
    assert done.term.key == "malta"
    assert library.tree() == ["Asia", " Japan", "Europe", " Malta", "  Comino", "  Gozo"]
    assert library.assets("malta") == [1, 2, 3]
    assert library.find("melita", "malte") == {"melita": "malta", "malte": "malta"}
    merged = library.service.term(LOCAL, "places", "melita")
    assert (merged.state, merged.merged_into) == (TermState.RETIRED, "malta")
    assert library.service.term(LOCAL, "places", "malta").uses == {"values": 3}
    assert library.add("Melita") == "malta"
    library.service.undo(LOCAL, "places")
    assert library.assets("melita") == [1, 2]
    assert library.assets("malta") == [2, 3]
    assert library.snapshot() == before


def test_what_is_done_after_a_merge_stays_when_it_is_undone(library: Library) -> None:
    plant(library)
    library.add("Melita")
    merge = library.service.merge(LOCAL, "places", "Melita", "Malta").operation
    assert merge is not None
    more = TermEdit(add=(LabelReport(text="Malte", language="fr"),))
    library.service.edit(LOCAL, "places", "Malta", more)
    library.service.undo(LOCAL, "places", merge.id)
    assert library.find("Malte", "Melita") == {"Malte": "malta", "Melita": "melita"}
    with pytest.raises(Conflict) as caught:
        library.service.undo(LOCAL, "places", merge.id)
    assert "undone already" in str(caught.value)


def test_merges_in_a_row_lead_to_the_last_target(library: Library) -> None:
    library.create()
    for label in ("A", "B", "C"):
        library.add(label)
    library.service.merge(LOCAL, "places", "A", "B")
    library.service.merge(LOCAL, "places", "B", "C")
    assert library.find("a", "b", "c") == {"a": "c", "b": "c", "c": "c"}


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("Malta", "Malta", "term.merge_self"),
        ("Europe", "Gozo", "term.merge_narrower"),
        ("Malta", "Gozo", "term.merge_narrower"),
    ],
)
def test_a_merge_that_would_break_the_tree_is_refused(
    local_library: Library, source: str, target: str, code: str
) -> None:
    plant(local_library)
    with pytest.raises(Conflict) as caught:
        local_library.service.merge(LOCAL, "places", source, target)
    assert caught.value.code == code


def test_a_narrower_term_is_merged_into_a_broader_one(library: Library) -> None:
    plant(library)
    library.service.merge(LOCAL, "places", "Malta", "Europe")
    assert library.tree() == ["Asia", " Japan", "Europe", " Gozo"]


def test_a_retired_term_keeps_its_values_and_returns(library: Library) -> None:
    plant(library)
    library.give("Gozo", 5)
    with pytest.raises(Conflict) as caught:
        library.service.retire(LOCAL, "places", "Malta")
    assert caught.value.code == "term.has_narrower"
    library.service.retire(LOCAL, "places", "Malta", with_narrower=True)
    assert library.tree() == ["Asia", " Japan", "Europe"]
    assert library.find("Gozo") == {}
    assert library.find("Gozo", retired=True) == {"Gozo": "gozo"}
    assert library.assets("gozo") == [5]
    with pytest.raises(Conflict):
        library.service.rename(LOCAL, "places", "gozo", "X")
    with pytest.raises(NotFound):
        library.service.add(LOCAL, "places", NewTerm(label="X", parent="malta"))
    again = library.service.add(LOCAL, "places", NewTerm(label="malta", parent="Europe"))
    assert again.term.key == "malta"
    library.service.undo(LOCAL, "places")
    library.service.undo(LOCAL, "places")
    assert library.tree() == ["Asia", " Japan", "Europe", " Malta", "  Gozo"]


def test_an_undone_addition_is_not_hidden_with_what_was_put_below_it(library: Library) -> None:
    library.create()
    library.add("A")
    library.add("B")
    library.service.move(LOCAL, "places", "B", "A")
    first = library.service.operations(LOCAL, "places")[-1]
    with pytest.raises(Conflict):
        library.service.undo(LOCAL, "places", first.id)
    library.service.undo(LOCAL, "places")
    library.service.undo(LOCAL, "places", first.id)
    assert library.tree() == ["B"]
    for _ in range(1):
        library.service.undo(LOCAL, "places")
    with pytest.raises(NotFound):
        library.service.undo(LOCAL, "places")
    with pytest.raises(NotFound):
        library.service.undo(LOCAL, "places", 999)


def test_each_operation_is_an_event_and_a_line_of_the_log(library: Library) -> None:
    library.create(is_open=True)
    library.add("A")
    library.service.rename(LOCAL, "places", "A", "B")
    library.service.undo(LOCAL, "places")
    assert library.events() == [
        "vocabulary.created",
        "vocabulary.changed",
        "vocabulary.changed",
        "vocabulary.undone",
    ]
    log = library.service.operations(LOCAL, "places")
    assert [(one.kind.value, one.summary, one.undone_by) for one in log] == [
        ("rename", "renamed A to B", "local"),
        ("add", "added A", None),
    ]


def test_who_sees_a_part_of_the_library_is_not_told_how_many_values_there_are(
    local_library: Library, tmp_path: Path
) -> None:
    plant(local_library)
    local_library.give("Malta", 1, 2)
    assert local_library.service.term(LOCAL, "places", "Malta").uses == {"values": 2}
    seen = tmp_path / "footage" / "seen"
    seen.mkdir(parents=True)
    local_library.container.get(SourceService).add(
        LOCAL, SourceRequest(name="footage", path=str(tmp_path / "footage"))
    )
    access = local_library.container.get(AccessService)
    for name, role, sees in (
        ("vera", Role.VIEWER, (str(seen),)),
        ("ed", Role.EDITOR, (str(seen),)),
        ("blind", Role.VIEWER, ()),
    ):
        access.add_user(LOCAL, UserRequest(name=name, role=role, sees=sees))
        actor = Actor(ActorKind.USER, name, role, user=local_library.user(name))
        assert local_library.service.term(actor, "places", "Malta").uses is None
    access.add_user(LOCAL, UserRequest(name="max", role=Role.MANAGER))
    manager = Actor(ActorKind.USER, "max", Role.MANAGER, user=local_library.user("max"))
    assert local_library.service.term(manager, "places", "Malta").uses == {"values": 2}


def test_a_failed_operation_leaves_nothing(library: Library) -> None:
    plant(library)
    before, events = library.snapshot(), library.events()
    with pytest.raises(Conflict):
        library.service.merge(LOCAL, "places", "Europe", "Malta")
    assert (library.snapshot(), library.events()) == (before, events)


def test_the_order_follows_another_default_language(library: Library) -> None:
    library.create()
    for english, german in (("Austria", "Österreich"), ("Germany", "Deutschland")):
        key = library.add(english)
        edit = TermEdit(add=(LabelReport(text=german, language="de"),))
        library.service.edit(LOCAL, "places", key, edit)
    assert library.tree() == ["Austria", "Germany"]
    library.service.update(LOCAL, "places", VocabularyChange(languages=("de", "en")))
    assert library.tree() == ["Deutschland", "Österreich"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "rename", "move", "merge", "retire", "edit"]),
        st.integers(0, 7),
        st.integers(0, 7),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_undone_backwards_everything_is_as_it_was(
    local_library: Library, steps: list[tuple[str, int, int]]
) -> None:
    library = local_library
    service = library.service
    library.clear()  # a failed example leaves nothing to the next one
    plant(library)
    library.give("Malta", 1, 2)
    library.give("Japan", 2)
    keys = ["europe", "malta", "gozo", "asia", "japan"]
    held = {key: library.assets(key) for key in keys}
    stack = [library.snapshot()]
    for number, (kind, one, other) in enumerate(steps):
        term, target = keys[one % len(keys)], keys[other % len(keys)]
        try:
            if kind == "add":
                done = service.add(LOCAL, "places", NewTerm(label=f"New {one}", parent=target))
            elif kind == "rename":
                done = service.rename(LOCAL, "places", term, f"Name {number}", keep=bool(other % 2))
            elif kind == "move":
                done = service.move(LOCAL, "places", term, target if other else None)
            elif kind == "merge":
                done = service.merge(LOCAL, "places", term, target)
            elif kind == "retire":
                done = service.retire(LOCAL, "places", term, with_narrower=bool(other % 2))
            else:
                label = LabelReport(text=f"Word {other}", language="en", kind=LabelKind.ALTERNATIVE)
                done = service.edit(LOCAL, "places", term, TermEdit(add=(label,)))
        except DampipeError:
            continue
        if done.operation is None:  # a term that is there already was added: nothing is to be undone
            assert library.snapshot() == stack[-1]
            continue
        with library.database.read() as connection:  # a tree it stays
            for key in keys:
                found = service.term(LOCAL, "places", key)
                assert found.key not in {found.parent, *found.also_below}
                library.terms.narrower(connection, [found.id])
        stack.append(library.snapshot())
    stack.pop()
    while stack:
        service.undo(LOCAL, "places")
        wanted = stack.pop()
        # What was added stays as a retired term.
        now = [line for line in library.snapshot().splitlines() if not line.startswith("new-")]
        assert now == [line for line in wanted.splitlines() if not line.startswith("new-")]
    assert {key: library.assets(key) for key in keys} == held


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("Mlata", "'Malta'"),
        ("europ", "'Europe'"),
        ("Melitta", "'Melita'"),
        ("Europe > Mlata", "'Malta'"),
        ("KO\u0308LNN", "'Köln'"),
        ("Xyzzy", ""),
        ("", ""),
        ("\0", ""),
    ],
)
def test_a_name_that_is_wrong_is_answered_with_names_that_are_like_it(
    library: Library, wrong: str, meant: str
) -> None:
    plant(library)
    library.add("Europe > Köln")
    library.service.edit(LOCAL, "places", "Malta", MELITA)
    calls = [
        lambda: library.service.term(LOCAL, "places", wrong),
        lambda: library.service.add(LOCAL, "places", NewTerm(label="New", parent=wrong)),
        lambda: library.service.move(LOCAL, "places", "Japan", wrong),
        lambda: library.service.rename(LOCAL, "places", wrong, "Other"),
        lambda: library.service.merge(LOCAL, "places", "Japan", wrong),
        lambda: library.service.retire(LOCAL, "places", wrong),
        lambda: library.service.level(LOCAL, "places", wrong),
    ]
    for call in calls:
        with pytest.raises(NotFound) as caught:
            call()
        assert ("did you mean" in str(caught.value)) == bool(meant)
        assert meant in str(caught.value)


def test_terms_that_cannot_be_used_or_seen_are_not_suggested(library: Library) -> None:
    plant(library)
    library.service.retire(LOCAL, "places", "Gozo")
    with pytest.raises(NotFound) as caught:
        library.service.add(LOCAL, "places", NewTerm(label="New", parent="Gozzo"))
    assert "did you mean" not in str(caught.value)
    with library.database.read() as connection:
        vocabulary = library.terms.vocabulary(connection, "places")
        assert nearest_names(connection, vocabulary, "Mlata") == ["Malta"]
        assert nearest_names(connection, vocabulary, "Mlata", hidden=[library.id("Malta")]) == []


def test_a_key_of_a_vocabulary_that_is_wrong_is_answered_with_those_like_it(library: Library) -> None:
    library.create()
    for call in (
        lambda: library.service.get(LOCAL, "plces"),
        lambda: library.service.add(LOCAL, "Placess", NewTerm(label="New")),
    ):
        with pytest.raises(NotFound) as caught:
            call()
        assert "did you mean 'places'" in str(caught.value)
    with pytest.raises(NotFound) as caught:
        library.service.get(LOCAL, "xyzzy")
    assert "did you mean" not in str(caught.value)
