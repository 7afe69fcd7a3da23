"""Tags are values of the field `tags`: the commands of tags and those of metadata work on the same rows."""

from typing import Any

import pytest
from sqlalchemy import false, select

from dampipe.app.features import detail_fields
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.entries import Said
from dampipe.features.metadata.values import Content
from dampipe.features.tagging.fields import MODEL_ACTOR, TAGS
from dampipe.features.tagging.model import TagReport, TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.features.tagging.terms import find_spelled
from dampipe.features.vocabularies.model import NewTerm, VocabularyChange
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import NotFound
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.field import ValueSource, ValueState
from dampipe.kernel.selection import AssetSelector
from dampipe.kernel.visibility import EVERYTHING, View
from tests.support.described import Described, name_of


class Tagged:
    """The services, with assets by their numbers."""

    def __init__(self, library: Described) -> None:
        self.library = library
        self.service = library.library.services.get(TagService)
        self.vocabularies = library.library.services.get(VocabularyService)

    def add(self, tag: str, *assets: int) -> int:
        return self.service.add(LOCAL, TagRequest(tag=tag, assets=tuple(map(name_of, assets))))

    def remove(self, tag: str, *assets: int) -> int:
        return self.service.remove(LOCAL, TagRequest(tag=tag, assets=tuple(map(name_of, assets)) or None))

    def of(self, asset: int) -> tuple[str, ...]:
        return self.service.of(LOCAL, asset)

    def says(self, source: ValueSource, asset: int, tag: str, actor: str) -> None:
        """Let a machine say that an asset has a tag that exists."""
        with self.library.database.write() as connection:
            term = find_spelled(connection, self.library.database, tag)
            entry = (Said(Content(term_id=term), ValueState.ACCEPTED, 0.5, actor, 1.0),)
            self.library.values.set_values(connection, TAGS, {asset: entry}, source, actor)

    def filtered(self, *tags: str) -> list[int]:
        selector = self.library.library.services.get(AssetSelector)
        return list(selector.assets(LOCAL, {"tag": tags}))

    def events(self, pattern: str = "tag.%") -> list[tuple[str, int]]:
        with self.library.database.read() as connection:
            query = select(EVENT.c.name, EVENT.c.asset).where(EVENT.c.name.like(pattern))
            return [tuple(row) for row in connection.execute(query.order_by(EVENT.c.name, EVENT.c.asset))]


@pytest.fixture
def tagged(described: Described) -> Tagged:
    return Tagged(described)


def test_tags_and_metadata_are_the_same_rows(tagged: Tagged) -> None:
    assert tagged.add("beach", 1, 2) == 2
    assert tagged.library.get(1, "tags") == ["beach"]
    tagged.library.edit(1, add={"tags": ["night"]})
    tagged.library.edit(3, set={"tags": ["night", "rain"]})
    assert (tagged.of(1), tagged.of(3)) == (("beach", "night"), ("night", "rain"))
    assert tagged.service.all(LOCAL) == [
        TagReport(name="beach", assets=2),
        TagReport(name="night", assets=2),
        TagReport(name="rain", assets=1),
    ]
    tagged.library.edit(3, remove={"tags": ["night"]})
    assert tagged.of(3) == ("rain",)
    assert tagged.remove("beach") == 2 and tagged.of(1) == ("night",)
    assert tagged.filtered("night") == [1]


def test_events_are_the_same_whoever_writes(tagged: Tagged) -> None:
    tagged.add("beach", 1, 2)
    tagged.add("beach", 2, 3)
    tagged.library.edit(4, set={"tags": ["beach"]})
    assert tagged.events() == [("tag.added", asset) for asset in (1, 2, 3, 4)]
    tagged.library.edit(4, unset=["tags"])
    tagged.remove("beach", 1, 5)
    assert tagged.events()[4:] == [("tag.removed", 1), ("tag.removed", 4)]
    tagged.library.metadata.undo(LOCAL)
    assert tagged.of(1) == ("beach",)
    assert tagged.events() == [
        *(("tag.added", asset) for asset in (1, 1, 2, 3, 4)),
        ("tag.removed", 1),
        ("tag.removed", 4),
    ]


def test_case_tells_tags_apart(tagged: Tagged) -> None:
    assert (tagged.add("beach", 1), tagged.add("Beach", 1), tagged.add("Beach", 2)) == (1, 1, 1)
    assert (tagged.of(1), tagged.of(2)) == (("Beach", "beach"), ("Beach",))
    assert (tagged.filtered("beach"), tagged.filtered("Beach")) == ([1], [1, 2])
    tagged.library.edit(3, set={"tags": ["Beach"]})
    assert tagged.of(3) == ("Beach",), "metadata finds the spelling, too"
    assert tagged.remove("Beach", 1) == 1 and tagged.of(1) == ("beach",)
    with pytest.raises(NotFound):
        tagged.filtered("BEACH")


def test_narrower_terms_synonyms_and_merged_ones_are_found(tagged: Tagged) -> None:
    tagged.vocabularies.add(LOCAL, "tags", NewTerm(label="animal"))
    tagged.vocabularies.add(LOCAL, "tags", NewTerm(label="dog", parent="animal", synonyms=("hound",)))
    tagged.add("dog", 1)
    tagged.add("animal", 2)
    assert (tagged.filtered("animal"), tagged.filtered("hound"), tagged.filtered("Dog")) == ([1, 2], [1], [1])
    tagged.add("hound", 3)
    assert tagged.of(3) == ("dog",), "a synonym names its term"
    tagged.add("puppy", 4)
    tagged.vocabularies.merge(LOCAL, "tags", "puppy", "dog")
    assert tagged.of(4) == ("dog",) and tagged.filtered("puppy") == [1, 3, 4]
    tagged.add("puppy", 5)
    assert tagged.of(5) == ("dog",)
    assert [name for name, _ in tagged.events()] == ["tag.added"] * 5, "a merge gives nobody a tag"
    tagged.vocabularies.undo(LOCAL, "tags")
    assert tagged.of(4) == ("puppy",)


def test_what_files_say_is_a_tag_and_what_models_say_is_not(tagged: Tagged) -> None:
    tagged.add("dog", 5)
    tagged.says(ValueSource.FILE, 1, "dog", "file")
    tagged.says(ValueSource.MODEL, 2, "dog", f"{MODEL_ACTOR}tiny")
    tagged.says(ValueSource.MODEL, 3, "dog", "user:anna")
    assert (tagged.of(1), tagged.of(2), tagged.of(3)) == (("dog",), (), ("dog",)), "anna has confirmed it"
    assert tagged.filtered("dog") == [1, 3, 5]
    assert tagged.remove("dog", 1) == 1 and tagged.of(1) == ()
    tagged.says(ValueSource.FILE, 1, "dog", "file")
    assert tagged.of(1) == (), "a person has rejected what the file says"


def test_a_strict_vocabulary_takes_no_new_tags(tagged: Tagged) -> None:
    tagged.add("dog", 1)
    tagged.vocabularies.update(LOCAL, "tags", VocabularyChange(open=False))
    try:
        with pytest.raises(NotFound) as error:
            tagged.add("cat", 1)
        assert error.value.code == "metadata.term_unknown"
        assert tagged.add("dog", 2) == 1
    finally:
        tagged.vocabularies.update(LOCAL, "tags", VocabularyChange(open=True))


def test_a_tag_of_an_editor_is_a_proposed_term(tagged: Tagged) -> None:
    editor = Actor(ActorKind.USER, "ada", Role.EDITOR)
    tagged.service.add(editor, TagRequest(tag="new", assets=(name_of(1),)))
    proposals: Any = tagged.vocabularies.proposals(LOCAL, "tags")
    assert [term.label for term in proposals.terms] == ["new"]
    assert tagged.of(1) == ("new",)


def test_who_sees_a_part_sees_the_terms_of_that_part_and_those_that_were_approved(tagged: Tagged) -> None:
    tagged.add("shown", 1)
    for tag in ("hidden", "approved", "by name", "renamed", "above", "merged"):
        tagged.add(tag, 2)
    library, vocabularies = tagged.library, tagged.vocabularies
    terms = library.library.services.get(TermRepository)
    assets = select(VERSION.c.asset_id).where(VERSION.c.asset_id == 1)
    part = View(folder_ids=select(VERSION.c.id).where(false()), asset_ids=assets)

    def hidden() -> set[str]:
        with library.database.read() as connection:
            return set(terms.labels(connection, terms.hidden(connection, part)).values())

    assert hidden() == {"hidden", "approved", "by name", "renamed", "above", "merged"}
    vocabularies.approve(LOCAL, "tags", "approved")
    vocabularies.add(Actor(ActorKind.USER, "ada", Role.EDITOR), "tags", NewTerm(label="by name"))
    vocabularies.rename(LOCAL, "tags", "renamed", "renamed since")
    vocabularies.merge(LOCAL, "tags", "merged", "hidden")
    vocabularies.move(LOCAL, "tags", "shown", "above")
    assert hidden() == {"hidden", "merged", "renamed since"}, (
        "what is above a term that is shown is shown, too"
    )
    vocabularies.merge(LOCAL, "tags", "approved", "hidden")
    assert hidden() == {"merged", "renamed since"}, "a term that is for all stays so under its new name"
    vocabularies.undo(LOCAL, "tags")
    assert hidden() == {"hidden", "merged", "renamed since"}
    tagged.says(ValueSource.MODEL, 1, "hidden", f"{MODEL_ACTOR}clip")
    assert "hidden" not in hidden(), "a visible asset has it now"
    with library.database.read() as connection:
        assert terms.hidden(connection, EVERYTHING) == frozenset()
        assert terms.find(connection, "tags", ["renamed since", "shown"], view=part).keys() == {"shown"}


def test_the_details_of_an_asset_list_tags_once(tagged: Tagged) -> None:
    tagged.add("beach", 1)
    services = tagged.library.library.services
    details = {one.name: one.read(services, LOCAL, 1) for one in detail_fields()}
    assert details["tags"] == ("beach",)
    assert "Tags" not in details["metadata"]
