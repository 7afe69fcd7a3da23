"""What metadata has to do with the rest of a library: versions, terms, search, prune, rights."""

import pytest
from sqlalchemy import select

from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.service import AccessService
from dampipe.features.metadata.annotations import described_among
from dampipe.features.metadata.merge import VALUES
from dampipe.features.metadata.model import BulkEdit
from dampipe.features.metadata.search import value_words
from dampipe.features.metadata.tables import CHANGE
from dampipe.features.metadata.term_use import TERMS
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.documents.tables import DIRTY_DOCUMENT
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.field import ValueSource
from dampipe.kernel.ids import AssetId, TermId
from tests.integration.metadata.test_undo import rows
from tests.support.described import Described, name_of

LINKED = """
[[field]]
key = "title"
label = "Title"
[[field]]
key = "people"
label = "People"
multiple = true
[[field]]
key = "sound"
label = "Sound"
type = "asset"
"""
TERM_FIELD = """
[[field]]
key = "animals"
label = "Animals"
type = "term"
vocabulary = "animals"
multiple = true
searchable = true
"""
WORDS = (
    TERM_FIELD
    + """
[[field]]
key = "title"
label = "Title"
searchable = true
[[field]]
key = "secret"
label = "Secret"
"""
)


def merge(described: Described, source: int, target: int) -> object:
    with described.database.write() as connection:
        return VALUES.merge(connection, described.database, AssetId(source), AssetId(target)).state


def test_an_asset_gets_what_it_lacks_from_the_one_that_becomes_its_version(described: Described) -> None:
    described.schema(LINKED)
    described.edit(1, set={"title": "one", "people": ["a", "b"]})
    described.says(ValueSource.FILE, 1, "people", "f")
    described.says(ValueSource.IMPORT, 1, "people", "i")
    described.edit(2, set={"title": "two", "people": ["b", "c"]})
    described.edit(3, set={"sound": name_of(1)})
    before = rows(described)
    state = merge(described, 1, 2)
    assert described.get(2, "title") == ["two"]
    assert described.get(2, "people") == ["b", "c", "a"]
    assert described.get(3, "sound") == [name_of(2)], "what referred to the one refers to the other"
    assert described.get(1, "title") == []
    found = described.metadata.get(LOCAL, name_of(2), ["people"]).fields[0]
    assert [(one.source, one.values) for one in found.sources] == [
        (ValueSource.PERSON, ("b", "c", "a")),
        (ValueSource.IMPORT, ("i",)),
    ], "what the file of the one says does not count for that of the other"
    with described.database.write() as connection:
        VALUES.restore(connection, described.database, AssetId(1), AssetId(2), state)
    assert rows(described) == before


def test_undoing_a_merge_keeps_what_was_changed_since(described: Described) -> None:
    described.edit(1, set={"title": "one", "city": "Rome"})
    state = merge(described, 1, 2)
    described.edit(2, set={"title": "two"})
    with described.database.write() as connection:
        VALUES.restore(connection, described.database, AssetId(1), AssetId(2), state)
    assert (described.get(1, "title"), described.get(2, "title")) == (["one"], ["two"])
    assert (described.get(1, "city"), described.get(2, "city")) == (["Rome"], [])
    merged = next(one for one in described.metadata.operations(LOCAL) if one.kind == "merge")
    with pytest.raises(Conflict):
        described.metadata.undo(LOCAL, merged.id)


def test_a_new_asset_has_the_values_as_well(described: Described) -> None:
    described.edit(1, set={"title": "one"}, clear=("city",))
    with described.database.write() as connection:
        kept = VALUES.copy(connection, described.database, AssetId(1), AssetId(2))
    assert kept.text == "City, Title" and described.get(2, "title") == ["one"] == described.get(1, "title")
    described.says(ValueSource.FILE, 2, "city", "Rome")
    assert described.get(2, "city") == []


def test_values_follow_a_merged_term_and_come_back(described: Described) -> None:
    terms = described.vocabulary("animals", "Dog", "Hound", "Cat")
    described.schema(TERM_FIELD)
    described.edit(1, set={"animals": ["Hound", "Cat"]})
    described.edit(2, set={"animals": ["Hound", "Dog"]})
    before = rows(described)
    source, target = TermId(terms["Hound"]), TermId(terms["Dog"])
    with described.database.write() as connection:
        assert TERMS.count(connection, source) == 2
        state = TERMS.move(connection, described.database, source, target)
        assert TERMS.count(connection, source) == 0
    assert described.get(1, "animals") == ["dog", "cat"] and described.get(2, "animals") == ["dog"]
    with described.database.write() as connection:
        TERMS.restore(connection, described.database, source, target, state)
    assert rows(described) == before


def test_an_open_vocabulary_takes_new_terms_as_proposals(described: Described) -> None:
    from dampipe.features.vocabularies.tables import TERM

    described.vocabulary("animals", "Dog", is_open=True)
    described.schema(TERM_FIELD)
    anna = Actor(ActorKind.USER, "anna", Role.EDITOR)
    edit = BulkEdit(assets=(name_of(1),), set={"animals": ["Fox", "dog"]})
    shown = described.metadata.preview(anna, edit).differences
    assert [one.after for one in shown] == [("Fox", "dog")]
    described.metadata.bulk(anna, edit)
    described.edit(2, set={"animals": ["Elk"]})
    assert described.get(1, "animals") == ["fox", "dog"]
    with described.database.read() as connection:
        states = connection.execute(select(TERM.c.key, TERM.c.state)).all()
    assert dict(map(tuple, states)) == {"dog": "active", "fox": "proposed", "elk": "active"}


def test_the_words_of_searchable_fields_are_found(described: Described) -> None:
    from dampipe.features.vocabularies.model import TermState
    from dampipe.features.vocabularies.queries import TermRepository

    terms = described.vocabulary("animals", "Mammal")
    with described.database.write() as connection:
        repository = TermRepository(described.database)
        repository.add(connection, "animals", "Dog", TermId(terms["Mammal"]), LOCAL, TermState.ACTIVE)
    described.schema(WORDS)
    described.says(ValueSource.FILE, 1, "title", "hidden by a person")
    described.edit(1, set={"title": "Sunset", "secret": "nothing", "animals": "dog"})
    with described.database.read() as connection:
        words = sorted((one.asset, one.text) for one in value_words(connection, [1, 2]))
        dirty = connection.execute(select(DIRTY_DOCUMENT.c.asset_id).distinct()).scalars().all()
    assert words == [(1, "Dog"), (1, "Mammal"), (1, "Sunset")]
    assert 1 in dirty
    with described.database.write() as connection:
        connection.execute(DIRTY_DOCUMENT.delete())
        TERMS.relabel(connection, described.database, [TermId(terms["Mammal"])])
        assert connection.execute(select(DIRTY_DOCUMENT.c.asset_id)).scalars().all() == [1]


def test_a_search_finds_values_at_once_and_filters_by_them(described: Described) -> None:
    described.edit(3, set={"title": "Zanzibar sunset", "rating": 5})
    assert described.library.names("zanzibar") == ["3.mov"]
    assert described.library.names(field=("rating>=4",)) == ["3.mov"]
    assert described.library.names(field=("rating",), kind=()) == ["3.mov"]
    described.metadata.undo(LOCAL)
    assert described.library.names("zanzibar") == []


def test_what_people_say_keeps_assets_and_what_machines_say_does_not(described: Described) -> None:
    described.edit(1, set={"title": "x"})
    described.edit(2, clear=("title",))
    described.says(ValueSource.FILE, 3, "title", "x")
    with described.database.read() as connection:
        assert list(described_among(connection, [1, 2, 3, 4])) == [1, 2]


def test_the_history_outlives_the_asset(described: Described) -> None:
    from dampipe.features.assets.tables import ASSET

    described.edit(1, set={"title": "x"})
    with described.database.write() as connection:
        connection.execute(ASSET.delete().where(ASSET.c.id == 1))
        assert len(connection.execute(select(CHANGE.c.id)).all()) == 1
    assert rows(described) == []


def test_of_a_part_of_the_library_nothing_else_is_told(described: Described) -> None:
    library = described.library
    shown, hidden = library.add("shown/a.mp4"), library.add("hidden/b.mp4")
    described.schema(LINKED)
    request = UserRequest(name="vera", role=Role.EDITOR, sees=(str(library.root / "shown"),))
    library.services.get(AccessService).add_user(LOCAL, request)
    user = library.services.get(AccessRepository).user("vera")
    vera = Actor(ActorKind.USER, "vera", user.role, user=user.id)
    metadata = described.metadata
    metadata.bulk(LOCAL, BulkEdit(assets=(shown, hidden), set={"title": "secret plan"}))
    metadata.bulk(LOCAL, BulkEdit(assets=(shown,), set={"sound": hidden}))
    own = metadata.bulk(vera, BulkEdit(all=True, set={"people": "me"}))
    assert own.assets == 1
    assert [one.summary for one in metadata.operations(vera)] == ["set People: me", "set Sound"]
    fields = {one.key: one for one in metadata.get(vera, shown).fields}
    assert fields["sound"].values == () and fields["title"].values == ("secret plan",)
    assert not any(hidden in str(one) for one in metadata.history(vera, shown))
    assert not any(hidden in str(one) or "secret" in str(one) for one in metadata.operations(vera))
    both = metadata.operations(LOCAL)
    for operation in both:
        if operation.summary == "set Title: secret plan":
            with pytest.raises(NotFound):
                metadata.undo(vera, operation.id)
    for call in (
        lambda: metadata.get(vera, hidden),
        lambda: metadata.history(vera, hidden),
        lambda: metadata.bulk(vera, BulkEdit(assets=(hidden,), set={"title": "x"})),
        lambda: metadata.preview(vera, BulkEdit(assets=(shown, hidden), set={"title": "x"})),
        lambda: metadata.bulk(vera, BulkEdit(assets=(shown,), set={"sound": hidden})),
    ):
        with pytest.raises(NotFound):
            call()
    assert metadata.preview(vera, BulkEdit(all=True, set={"title": "x"})).assets == 1
