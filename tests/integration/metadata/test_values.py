"""Values over both databases: who wins, what is kept, what is refused."""

import pytest

from dampipe.features.metadata.model import AssetEdit, BulkEdit
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.field import ValueSource
from tests.support.described import Described, name_of

FILE, MODEL, IMPORT, SIDECAR = (
    ValueSource.FILE,
    ValueSource.MODEL,
    ValueSource.IMPORT,
    ValueSource.SIDECAR,
)
ANNA = Actor(ActorKind.USER, "anna", Role.EDITOR)
BEN = Actor(ActorKind.USER, "ben", Role.EDITOR)


def test_a_person_wins_whatever_comes_later_and_gives_way_when_unset(described: Described) -> None:
    described.says(FILE, 1, "title", "from the file")
    assert described.get(1, "title") == ["from the file"]
    described.edit(1, ANNA, set={"title": "Anna's"})
    for source in (FILE, MODEL, SIDECAR, IMPORT):
        described.says(source, 1, "title", f"by {source}")
        assert described.get(1, "title") == ["Anna's"]
    described.edit(1, BEN, unset=("title",))
    assert described.get(1, "title") == ["by import"]
    described.says(IMPORT, 1, "title")
    assert described.get(1, "title") == ["by sidecar"]
    described.edit(1, BEN, clear=("title",))
    assert described.get(1, "title") == []
    described.says(SIDECAR, 1, "title", "again")
    assert described.get(1, "title") == [], "cleared by a person, it stays so"
    described.edit(1, BEN, unset=("title",))
    assert described.get(1, "title") == ["again"]


def test_each_source_its_actor_and_its_time_are_shown(described: Described) -> None:
    described.says(FILE, 1, "title", "from the file")
    described.edit(1, ANNA, set={"title": "Anna's"})
    found = described.metadata.get(LOCAL, name_of(1), ["title"]).fields[0]
    assert (found.source, found.actor, found.values) == (ValueSource.PERSON, "user:anna", ("Anna's",))
    assert [(one.source, one.values, one.actor) for one in found.sources] == [
        (ValueSource.PERSON, ("Anna's",), "user:anna"),
        (FILE, ("from the file",), "file"),
    ]


def test_the_precedence_of_a_field_is_its_own(described: Described) -> None:
    described.schema(
        '[[field]]\nkey = "iso"\nlabel = "ISO"\ntype = "number"\nprecedence = ["person", "model"]\n'
    )
    described.says(FILE, 1, "iso", 100)
    described.says(MODEL, 1, "iso", 200)
    assert described.get(1, "iso") == [200]
    described.schema('[[field]]\nkey = "iso"\nlabel = "ISO"\ntype = "number"\n')
    assert described.get(1, "iso") == [100], "a new precedence holds for values that exist"


def test_proposals_do_not_count_and_rejections_stay(described: Described) -> None:
    described.says(MODEL, 1, "people", "Bob", state="proposed")
    assert described.get(1, "people") == []
    described.says(MODEL, 1, "people", "Bob", state="rejected")
    described.says(MODEL, 1, "people", "Bob", "Eve")
    assert described.get(1, "people") == ["Eve"], "what was rejected is not said again"


UNION = '[[field]]\nkey = "topics"\nlabel = "Topics"\nmultiple = true\nunion = true\n'


def test_a_union_has_the_values_of_all_sources_once(described: Described) -> None:
    described.schema(UNION)
    described.says(FILE, 1, "topics", "sea", "sun")
    described.says(MODEL, 1, "topics", "sun", "dog")
    described.edit(1, add={"topics": ["boat", "dog"]})
    assert described.get(1, "topics") == ["boat", "dog", "sea", "sun"]
    described.edit(1, remove={"topics": "sun"})
    assert described.get(1, "topics") == ["boat", "dog", "sea"], "a person rejects what machines say"
    described.says(MODEL, 1, "topics", "sun")
    assert described.get(1, "topics") == ["boat", "dog", "sea"]
    described.edit(1, add={"topics": "sun"})
    assert described.get(1, "topics") == ["boat", "dog", "sun", "sea"]
    described.edit(1, clear=("topics",))
    assert described.get(1, "topics") == []


def test_a_union_has_the_values_in_the_order_of_its_sources_and_as_each_gave_them(
    described: Described,
) -> None:
    described.schema(UNION)
    described.says(FILE, 1, "topics", "sun", "sea")
    described.says(ValueSource.IMPORT, 1, "topics", "zoo", "ape")
    described.edit(1, set={"topics": ["walk", "boat"]})
    right = ["walk", "boat", "zoo", "ape", "sun", "sea"]
    assert described.get(1, "topics") == right
    with described.database.read() as connection:
        found = described.values.effective(connection, [1], ["topics"])
    assert [content.text for content in found[1]["topics"]] == right
    described.schema(UNION + 'precedence = ["person", "file", "import"]\n')
    with described.database.read() as connection:
        found = described.values.effective(connection, [1])
    right = ["walk", "boat", "sun", "sea", "zoo", "ape"]
    assert [content.text for content in found[1]["topics"]] == right == described.get(1, "topics")


def test_adding_keeps_what_others_say_of_a_field_that_takes_one_source(described: Described) -> None:
    described.says(FILE, 1, "people", "Ann", "Bob")
    described.edit(1, add={"people": "Cid"})
    assert described.get(1, "people") == ["Ann", "Bob", "Cid"]
    described.edit(1, remove={"people": ["Ann"]})
    assert described.get(1, "people") == ["Bob", "Cid"]
    described.edit(1, remove={"people": ["Bob", "Cid"]})
    assert described.get(1, "people") == []


def test_nothing_is_written_when_nothing_differs(described: Described) -> None:
    assert described.bulk(1, 2, set={"rating": 3}).changed == 2
    again = described.bulk(1, 2, 3, set={"rating": 3})
    assert (again.changed, again.assets) == (1, 3)
    assert described.bulk(1, set={"rating": 3}).operation is None
    assert described.bulk(1, unset=("title",)).operation is None
    assert len(described.events("metadata.changed")) == 3
    assert len(described.metadata.operations(LOCAL)) == 2


def test_each_change_has_an_event_and_an_entry_of_the_history(described: Described) -> None:
    done = described.bulk(2, 4, actor=ANNA, set={"rating": 3, "city": "Rome"})
    expected = {"operation": done.operation, "kind": "set", "source": "person", "fields": ["rating", "city"]}
    assert described.events("metadata.changed") == [(2, "user:anna", expected), (4, "user:anna", expected)]
    described.edit(2, BEN, set={"rating": 5})
    entries = described.metadata.history(LOCAL, name_of(2))
    assert [(one.field, one.actor, one.before, one.after) for one in entries] == [
        ("rating", "user:ben", (3,), (5,)),
        ("city", "user:anna", (), ("Rome",)),
        ("rating", "user:anna", (), (3,)),
    ]
    only = described.metadata.history(LOCAL, name_of(2), "rating", limit=1)
    assert [one.after for one in only] == [(5,)]
    assert [
        one.after for one in described.metadata.history(LOCAL, name_of(2), "rating", before=only[0].id)
    ] == [(3,)]


def test_an_edit_is_made_as_a_whole_or_not_at_all(described: Described) -> None:
    with pytest.raises(InvalidInput, match="from 0 to 5"):
        try:
            described.bulk(1, set={"title": "x", "rating": 6})
        except InvalidInput as error:
            raise InvalidInput(f"{error} {error.hint}") from error
    assert described.get(1, "title") == []
    with pytest.raises(NotFound):
        described.metadata.bulk(LOCAL, BulkEdit(assets=(name_of(1), "f" * 40), set={"title": "x"}))
    assert described.get(1, "title") == []


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"set": {"nothing": 1}}, "field.not_found"),
        ({"set": {"title": ["a", "b"]}}, "metadata.not_multiple"),
        ({"add": {"title": "a"}}, "metadata.not_multiple"),
        ({"set": {"duration": 3}}, "metadata.read_only"),
        ({"set": {"people": [f"p{n}" for n in range(201)]}}, "validation"),
        ({"add": {"people": [f"q{n}" for n in range(150)]}}, "metadata.too_many_values"),
    ],
)
def test_what_a_field_does_not_take_is_refused(
    described: Described, parts: dict[str, object], error: str
) -> None:
    described.edit(1, set={"people": [f"p{n}" for n in range(100)]})
    try:
        described.edit(1, **parts)
    except InvalidInput as found:
        assert found.code == error
    except ValueError:
        assert error == "validation"
    else:
        pytest.fail("it was accepted")


def test_who_may_write_a_field_is_its_own_rule(described: Described) -> None:
    described.schema(
        '[[field]]\nkey = "rating"\nlabel = "Rating"\ntype = "rating"\nwrite = "commenter"\n'
        '[[field]]\nkey = "budget"\nlabel = "Budget"\nwrite = "manager"\n'
        '[[field]]\nkey = "title"\nlabel = "Title"\n'
    )
    commenter = Actor(ActorKind.USER, "cid", Role.COMMENTER)
    described.edit(1, commenter, set={"rating": 2})
    for actor, key in (
        (commenter, "title"),
        (ANNA, "budget"),
        (Actor(ActorKind.USER, "v", Role.VIEWER), "rating"),
    ):
        with pytest.raises(Forbidden):
            described.edit(1, actor, set={key: "1"})
    token = Actor(ActorKind.TOKEN, "t", Role.ADMIN, scopes=frozenset({"read", "comment"}))
    described.edit(1, token, set={"rating": 3})
    with pytest.raises(Forbidden):
        described.edit(1, token, set={"title": "x"})
    may = {one.key: one.may_write for one in described.metadata.fields(ANNA)}
    assert may["rating"] and may["title"] and not may["budget"] and not may["duration"]


def test_a_version_that_was_read_guards_against_lost_updates(described: Described) -> None:
    described.edit(1, ANNA, set={"title": "one"})
    read = described.version(1, "title")
    described.edit(1, BEN, if_version={"title": read}, set={"title": "Ben's"})
    with pytest.raises(Conflict) as found:
        described.edit(1, ANNA, if_version={"title": read}, set={"title": "Anna's"})
    parameters = found.value.parameters
    assert (parameters["mine"], parameters["theirs"], parameters["by"]) == (["Anna's"], ["Ben's"], "user:ben")
    described.edit(1, ANNA, if_version={"title": parameters["version"]}, set={"title": "Anna's"})
    assert described.get(1, "title") == ["Anna's"]
    described.edit(1, BEN, unset=("title",))
    assert described.version(1, "title") > parameters["version"], "it rises when values go, too"
    with pytest.raises(Conflict):
        described.edit(1, ANNA, if_version={"title": 0}, set={"title": "x"})
    described.edit(2, ANNA, if_version={"title": 0}, set={"title": "x"})


def test_a_bulk_edit_takes_names_filters_or_all(described: Described) -> None:
    assert described.bulk(set={"project": "Alps"}).changed == 5
    described.bulk(2, set={"rating": 4})
    edit = BulkEdit(filters={"field": ("rating>=4",)}, set={"label": "red"})
    assert described.metadata.bulk(LOCAL, edit).changed == 1
    assert described.get(2, "label") == ["Red"]
    for wrong in ({}, {"assets": ()}, {"filters": {}}, {"all": True, "filters": {"field": ("rating",)}}):
        with pytest.raises(InvalidInput):
            described.metadata.bulk(LOCAL, BulkEdit(**wrong, set={"label": "Red"}))  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        AssetEdit(set={"title": "x"}, unset=("title",))
    with pytest.raises(ValueError):
        AssetEdit()


def test_a_preview_says_what_would_change_and_writes_nothing(described: Described) -> None:
    described.says(FILE, 1, "rating", 1)
    described.edit(3, set={"rating": 4})
    edit = BulkEdit(all=True, set={"rating": 4}, unset=("title",))
    found = described.metadata.preview(LOCAL, edit)
    assert (found.assets, found.changed, found.changes) == (5, 4, 4)
    assert [(one.sha1, one.before, one.after) for one in found.differences[:2]] == [
        (name_of(1), (1,), (4,)),
        (name_of(2), (), (4,)),
    ]
    assert len(described.metadata.preview(LOCAL, edit, limit=2).differences) == 2
    assert described.get(2, "rating") == [] and len(described.metadata.operations(LOCAL)) == 2
    unset = described.metadata.preview(LOCAL, BulkEdit(all=True, unset=("rating",)))
    assert [(one.before, one.after) for one in unset.differences] == [((4,), ())]
