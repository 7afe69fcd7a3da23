"""What files say: values of the source `file`, those of the current version, never instead of what people say."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from dampipe.features.assets.contents import delete_versions
from dampipe.features.assets.savers import save_media
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.embedded import save_descriptions
from dampipe.features.metadata.tables import OPERATION, VALUE
from dampipe.features.versions.model import StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.features.vocabularies.model import TermState
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.tables import VOCABULARY
from dampipe.jobs.savers import OutputBatch
from dampipe.kernel.access import LOCAL
from dampipe.kernel.current import current_changed
from dampipe.kernel.ids import VersionId
from dampipe.media.info import Description, MediaInfo, MediaKind
from tests.support.described import Described, name_of

HARBOUR = {"dc:title": ("Harbour",), "dc:subject": ("sea", "boats"), "xmp:Rating": ("3",)}


def probed(described: Described, **said: Mapping[str, tuple[str, ...]]) -> None:
    """Save what a probe has found in the first versions of assets: a1={…}."""
    outputs = []
    for name, properties in said.items():
        media = MediaInfo(
            kind=MediaKind.VIDEO, container="mov", description=Description(properties=properties)
        )
        outputs.append((VersionId(int(name[1:]) + Described.SHIFT), media))
    with described.database.write() as connection:
        batch: OutputBatch[MediaInfo] = OutputBatch(connection, described.database, outputs, 1.0)
        save_media(batch)
        save_descriptions(batch)


def rows(described: Described, asset: int) -> list[tuple[Any, ...]]:
    with described.database.read() as connection:
        mine = select(VALUE.c.field, VALUE.c.source, VALUE.c.text, VALUE.c.number).where(
            VALUE.c.asset_id == asset
        )
        return sorted(tuple(row) for row in connection.execute(mine.where(VALUE.c.source == "file")))


def test_properties_become_values_of_the_fields_that_have_them(described: Described) -> None:
    probed(described, a1=HARBOUR, a2={})
    assert rows(described, 1) == [
        ("rating", "file", None, 3.0),
        ("tags", "file", None, None),
        ("tags", "file", None, None),
        ("title", "file", "Harbour", None),
    ]
    assert sorted(described.get(1, "tags")) == ["boats", "sea"] and rows(described, 2) == []


def test_a_probe_replaces_all_that_the_file_had_said(described: Described) -> None:
    probed(described, a1=HARBOUR)
    probed(described, a1={"dc:subject": ("sea",)})
    assert rows(described, 1) == [("tags", "file", None, None)] and described.get(1, "tags") == ["sea"]
    probed(described, a1={})
    assert rows(described, 1) == []


def test_the_same_probe_again_writes_nothing(described: Described) -> None:
    probed(described, a1=HARBOUR)
    with described.database.read() as connection:
        before = connection.execute(select(OPERATION.c.id)).all()
    probed(described, a1=HARBOUR, a2={})
    with described.database.read() as connection:
        assert connection.execute(select(OPERATION.c.id)).all() == before


def test_what_a_person_says_counts_before_and_after(described: Described) -> None:
    described.edit(1, set={"title": ["Port"]})
    described.edit(2, clear=["title"])
    probed(described, a1=HARBOUR, a2=HARBOUR)
    assert described.get(1, "title") == ["Port"] and described.get(2, "title") == []
    described.edit(1, unset=["title"])
    assert described.get(1, "title") == ["Harbour"]


def test_values_that_a_field_does_not_take_are_left_out(described: Described) -> None:
    probed(described, a1={"xmpDM:takeNumber": ("3B",), "dc:title": ("x" * 301,), "dc:creator": ("Ann",)})
    assert rows(described, 1) == [("creator", "file", "Ann", None)]


def test_keywords_in_an_open_vocabulary_are_proposed_and_in_a_strict_one_known(described: Described) -> None:
    with described.database.write() as connection:
        for key, is_open in (("words", True), ("places", False)):
            row = {"key": key, "label": key, "is_open": is_open, "languages": '["en"]', "created_at": 1.0}
            connection.execute(VOCABULARY.insert().values(row))
        terms = TermRepository(described.database)
        terms.add(connection, "places", "sea", None, LOCAL, TermState.ACTIVE)
    for vocabulary, expected in (("words", ["sea", "boats"]), ("places", ["sea"])):
        described.schema(
            f'[[field]]\nkey = "{vocabulary}"\nlabel = "W"\ntype = "term"\nvocabulary = "{vocabulary}"\n'
            'multiple = true\nxmp = "dc:subject"',
            clear=() if vocabulary == "words" else ("words",),
        )
        probed(described, a1=HARBOUR)
        assert described.get(1, vocabulary) == expected


def test_the_current_version_speaks(described: Described) -> None:
    probed(described, a1={"dc:title": ("First",), "dc:subject": ("one",)}, a2={"dc:title": ("Second",)})
    described.edit(1, set={"notes": ["of a person"]})
    versions = described.library.services.get(VersionService)
    versions.stack(LOCAL, StackRequest(asset=name_of(1), others=(name_of(2),)))
    said = {
        name_of(1): [("tags", "file", None, None), ("title", "file", "First", None)],
        name_of(2): [("title", "file", "Second", None)],
    }
    assert rows(described, 1) == said[name_of(1)]
    versions.make_current(LOCAL, name_of(2))
    assert rows(described, 1) == said[name_of(2)]
    assert described.get(1, "notes") == ["of a person"]
    versions.make_current(LOCAL, name_of(1))
    assert rows(described, 1) == said[name_of(1)]
    versions.undo(LOCAL, name_of(2))
    with described.database.read() as connection:
        owners = {
            row.sha1: row.asset_id
            for row in connection.execute(
                select(VERSION.c.sha1, VERSION.c.asset_id).where(VERSION.c.sha1.in_(list(said)))
            )
        }
    assert len(set(owners.values())) == 2
    for name, expected in said.items():
        assert rows(described, owners[name]) == expected


def test_the_version_that_is_left_speaks(described: Described) -> None:
    probed(described, a1={"dc:title": ("First",)}, a2={"dc:title": ("Second",)})
    versions = described.library.services.get(VersionService)
    versions.stack(LOCAL, StackRequest(asset=name_of(1), others=(name_of(2),)))
    with described.database.write() as connection:
        changed = delete_versions(connection, [1 + Described.SHIFT], VERSION.c.id > 0)
        current_changed(connection, described.database, changed)
    assert rows(described, 1) == [("title", "file", "Second", None)]


def test_a_field_of_the_schema_takes_the_place_of_a_fact(described: Described) -> None:
    described.schema('[[field]]\nkey = "iso"\nlabel = "Film"\ntype = "text"')
    described.edit(1, set={"iso": ["Tri-X"]})
    assert described.get(1, "iso") == ["Tri-X"]
