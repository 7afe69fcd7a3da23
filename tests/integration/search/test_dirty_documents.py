"""Every write of a word that people search by marks the search document, in the same transaction.

The writes are found in the code: a new one fails the first test until it is listed here, with what it does to documents.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, true

from dampipe.features.assets.contents import delete_versions, identify
from dampipe.features.assets.savers import save_media
from dampipe.features.assets.tables import ASSET
from dampipe.features.search.tables import SEARCH_DOCUMENT
from dampipe.features.sources.folders import SourceFolders
from dampipe.features.sources.locations import (
    delete_left,
    delete_some,
    insert_found,
    mark_leaving,
    move,
    record_copy,
    record_identified,
    tie_to_version,
    update_changed,
)
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.savers import OutputBatch
from dampipe.kernel.documents.dirty import mark_dirty
from dampipe.kernel.ids import FolderId, LocationId, VersionId
from dampipe.kernel.stage_io import ContentHash
from dampipe.storage.files.base import FileEntry
from tests.support.searching import Searching, media, sha1
from tests.support.table_writes import calls, writers

TABLES = {"location", "version", "folder", "source", "value"}
"""Those whose columns are in documents: names, folders, sources, cameras, values such as tags."""

NO_WORD = {
    "assets/contents.py:_add_version": "a new version has no file yet: tie_to_version marks it",
    "assets/savers.py:_SHOTS": "shots are no words",
    "assets/savers.py:save_correction": "only the duration changes",
    "sources/folders.py:FolderRepository.save_sidecars": "sidecars are no words",
    "sources/folders.py:add_sidecars": "sidecars are no words",
    "sources/folders.py:ensure_folder": "a new folder has no file yet",
    "sources/folders.py:ensure_folders": "new folders have no files yet",
    "sources/folders.py:forget_listings": "digests are no words",
    "sources/folders.py:mark_sidecars_read": "a counter is no word",
    "sources/folders.py:request_sidecars": "a counter is no word",
    "sources/folders.py:save_listings": "digests are no words",
    "sources/folders.py:save_lookalikes": "marks are no words",
    "sources/folders.py:take_folders_to_regroup": "groups have no words",
    "metadata/queries.py:ValueRepository._recomputed": "it makes a statement",
    "metadata/queries.py:ValueRepository.rename_field": "a schema with the field marks what it has",
    "sources/locations.py:_REGROUP": "groups have no words",
    "sources/locations.py:_forget_sidecars": "sidecars are no words",
    "sources/locations.py:_TIE": "tie_to_version runs it, and marks",
    "sources/locations.py:assign_to_scan": "the number of a scan is no word",
    "sources/locations.py:clear_missed": "a missing file keeps its words",
    "sources/locations.py:insert_found": "a new file is not identified",
    "sources/locations.py:mark_missed": "a missing file keeps its words",
    "sources/locations.py:mark_missing": "a missing file keeps its words",
    "sources/locations.py:mark_named": "by which path a file was enqueued is no word",
    "sources/locations.py:request_regrouping": "groups have no words",
    "sources/locations.py:restore": "a missing file keeps its words",
    "sources/locations.py:update_inodes": "inodes are no words",
    "sources/locations.py:record_facts": "what a storage states of the same content is no word",
    "sources/locations.py:update_storage": "whether a file can be read is no word",
    "sources/locations.py:mark_leaving": "a leaving file keeps its words",
    "sources/locations.py:take_back": "a leaving file keeps its words",
    "sources/locations.py:_compare_again": "what the next scan compares is no word",
    "sources/locations.py:update_stated": "what a storage states of the same content is no word",
    "sources/queries.py:SourceRepository._read_in": "it reads",
    "sources/queries.py:SourceRepository.ensure_holder": "a new source has no file yet",
}
"""Writes after which every document says what it said before, and why."""


class Place:
    """A library with one file, `trip/clip.mov` of the source `footage`, and what a test does to it."""

    def __init__(self, library: Searching, tmp_path: Path) -> None:
        self.library = library
        self.catalog = library.catalog
        self.database = library.catalog.database
        library.add("trip/clip.mov", info=media(camera="Sony FX3"))
        library.add("trip/other.mov")
        self.version = VersionId(self.catalog.assets.find(sha1("trip/clip.mov")).id)
        self.other = VersionId(self.catalog.assets.find(sha1("trip/other.mov")).id)
        [self.source] = self.catalog.sources.all()
        self.tmp_path = tmp_path
        with self.database.read() as connection:
            row = connection.execute(
                select(LOCATION.c.id, LOCATION.c.folder_id).where(LOCATION.c.version_id == self.version)
            ).one()
        self.location, self.folder = LocationId(row.id), FolderId(row.folder_id)

    def write(self, call: Callable[[Connection], object]) -> None:
        with self.database.write() as connection:
            call(connection)

    def asset(self, version: VersionId) -> int:
        from dampipe.features.assets.tables import VERSION

        with self.database.read() as connection:
            return connection.execute(select(VERSION.c.asset_id).where(VERSION.c.id == version)).scalar_one()

    def documents(self) -> dict[int, tuple[str, str]]:
        """As a search would find them now."""
        self.catalog.words.refresh()
        with self.database.read() as connection:
            return {
                row.asset_id: (row.names, row.facts) for row in connection.execute(select(SEARCH_DOCUMENT))
            }

    def made_anew(self) -> dict[int, tuple[str, str]]:
        """All documents, each rebuilt from what is stored."""
        self.write(lambda connection: connection.execute(SEARCH_DOCUMENT.delete()))
        with self.database.write() as connection:
            mark_dirty(connection, connection.execute(select(ASSET.c.id)).scalars().all())
        return self.documents()

    def new_file(self, name: str) -> LocationId:
        """A file beside the others that a scan has found, and nothing has identified."""
        scan = self.scan()
        with self.database.write() as connection:
            row = (self.folder, os.fsencode(name), 1, 1, 0, False)
            [made] = insert_found(connection, self.database, [row], scan)
        return made

    def scan(self) -> int:
        return self.catalog.scans.create(["/x"])


def _change_camera(place: Place) -> None:
    place.write(
        lambda connection: save_media(
            OutputBatch(connection, place.database, [(place.version, media(camera="Canon R5"))], now=1.0)
        )
    )


def _add_again(place: Place) -> None:
    new = place.library.root / "trip" / "second.mov"
    new.write_bytes(b"x")
    place.catalog.add_video(new, sha1("trip/clip.mov"), media(camera="Arri"))


def _move(place: Place) -> None:
    made = place.new_file("renamed.mov")
    place.write(lambda connection: move(connection, {made: place.location}))


def _move_over_identified(place: Place) -> None:
    made = place.new_file("renamed.mov")
    place.write(lambda connection: tie_to_version(connection, made, place.other))
    place.catalog.words.refresh()
    place.write(lambda connection: move(connection, {made: place.location}))


def _tie_again(place: Place) -> None:
    place.write(lambda connection: tie_to_version(connection, place.location, place.other))


def _identify(place: Place) -> None:
    made = place.new_file("copy.mov")
    content = ContentHash(sha1=sha1("trip/clip.mov"), size=1)
    place.write(lambda connection: identify(connection, place.database, made, content, 1.0))


def _record(place: Place) -> None:
    facts = os.stat(place.library.root / "trip" / "clip.mov")
    place.write(
        lambda connection: record_identified(
            connection, place.database, place.folder, "clip.mov", facts, place.other
        )
    )


def _copy(place: Place) -> None:
    entry = FileEntry("trip/a copy.mov", 5, 7)
    with place.database.read() as connection:
        here = LOCATION.c.id == place.location
        folder = connection.execute(select(LOCATION.c.folder_id).where(here)).scalar_one()
    place.write(
        lambda connection: record_copy(
            connection, place.database, FolderId(folder), "a copy.mov", entry, place.version
        )
    )


def _delete_left(place: Place) -> None:
    place.write(lambda connection: mark_leaving(connection, place.location, 0.0))
    place.write(lambda connection: delete_left(connection, place.location))


def _change(place: Place) -> None:
    scan = place.scan()
    place.write(
        lambda connection: update_changed(
            connection, [(place.location, 9, 9, 9, "", "", "online", "", None)], scan
        )
    )


def _nested_source(place: Place) -> None:
    place.catalog.sources.add("inner", str(place.library.root / "trip"), on_nested=SourceFolders.hand_over)


def _delete_one_of_two_versions(place: Place) -> None:
    """The files of the version that is deleted no longer count for its asset."""
    from dampipe.features.assets.tables import VERSION

    asset, left = place.asset(place.other), place.asset(place.version)
    with place.database.write() as connection:
        connection.execute(
            VERSION.update().where(VERSION.c.id == place.version).values(asset_id=asset, superseded_at=1.0)
        )
        connection.execute(ASSET.delete().where(ASSET.c.id == left))
        mark_dirty(connection, [asset])
    place.catalog.words.refresh()
    place.write(lambda connection: delete_versions(connection, [place.version], true()))


def _remove_tag(place: Place) -> None:
    place.catalog.tags.add("sunset", [place.asset(place.version)])
    place.catalog.words.refresh()
    place.catalog.tags.remove("sunset", [place.asset(place.version)])


def _remove_tag_everywhere(place: Place) -> None:
    place.catalog.tags.add("sunset", [place.asset(place.version), place.asset(place.other)])
    place.catalog.words.refresh()
    place.catalog.tags.remove("sunset", None)


MARKS: list[tuple[str, Callable[[Place], object]]] = [
    ("assets/queries.py:AssetRepository.add", _add_again),
    ("assets/savers.py:save_media", _change_camera),
    ("assets/contents.py:delete_versions", _delete_one_of_two_versions),
    ("assets/contents.py:delete_versions",
     lambda place: place.write(lambda connection: delete_versions(connection, [place.version], true()))),
    ("sources/folders.py:FolderRepository.respell",
     lambda place: place.catalog.folders.respell(place.source.id, "trip", "journey")),
    ("sources/folders.py:SourceFolders.hand_over", _nested_source),
    ("sources/locations.py:LocationRepository.rename",
     lambda place: place.catalog.locations.rename(place.location, "else.mov")),
    ("sources/locations.py:tie_to_version", _tie_again),
    ("sources/locations.py:tie_to_version", _identify),
    ("sources/locations.py:delete_some",
     lambda place: place.write(lambda connection: delete_some(connection, LOCATION.c.id == place.location, 9))),
    ("sources/locations.py:delete_some", lambda place: SourceFolders(place.database).forget(place.source.id)),
    ("sources/locations.py:move", _move),
    ("sources/locations.py:move", _move_over_identified),
    ("sources/locations.py:record_identified", _record),
    ("sources/locations.py:update_changed", _change),
    ("sources/locations.py:record_copy", _copy),
    ("sources/locations.py:delete_left", _delete_left),
    ("sources/queries.py:SourceRepository.add", lambda place: place.catalog.sources.add("nas", place.source.root)),
    ("sources/queries.py:SourceRepository.remove", lambda place: place.catalog.sources.remove(place.source.id)),
    ("metadata/queries.py:ValueRepository.write",
     lambda place: place.catalog.tags.add("sunset", [place.asset(place.version)])),
    ("metadata/queries.py:ValueRepository.write", _remove_tag),
    ("metadata/queries.py:ValueRepository.write", _remove_tag_everywhere),
]  # fmt: skip
"""Writes that change words, by function, each with what makes it do so."""


OTHERS = {
    "assets/lineage.py:absorb",
    "assets/lineage.py:detach",
    "assets/lineage.py:make_current",
}
"""Writes that change words, and mark documents, of which the tests of versions and tags show what they do."""


def test_every_write_of_these_tables_is_listed() -> None:
    found = {label.removeprefix("dampipe/features/") for label in writers(TABLES)}
    by_another = {"sources/locations.py:tie_to_version"}
    marking = {label for label, _ in MARKS} - by_another | OTHERS
    assert found == NO_WORD.keys() | marking
    assert not NO_WORD.keys() & marking


def test_every_write_that_changes_words_marks_documents_itself() -> None:
    for label in {label for label, _ in MARKS} | OTHERS:
        made = calls(f"dampipe/features/{label}")
        marks = {
            "mark_dirty",
            "mark_dirty_versions",
            "mark_selected",
            "mark_documents",
            "_mark_documents",
            "_changed",
        }
        assert made & marks or label.endswith("tie_to_version"), label


@pytest.mark.parametrize(("label", "act"), MARKS, ids=[f"{n}-{label}" for n, (label, _) in enumerate(MARKS)])
def test_after_a_write_the_documents_are_those_that_would_be_made_anew(
    library: Searching, tmp_path: Path, label: str, act: Callable[[Place], object]
) -> None:
    place = Place(library, tmp_path)
    place.documents()
    before = place.documents()
    act(place)
    now = place.documents()
    assert (
        now != before or act in (_remove_tag, _remove_tag_everywhere) or label.endswith("delete_versions")
    ), "it changes words"
    assert now == place.made_anew()


def test_what_was_rolled_back_marks_nothing(library: Searching, tmp_path: Path) -> None:
    place = Place(library, tmp_path)
    before = place.documents()
    with pytest.raises(ZeroDivisionError), place.database.write() as connection:
        tie_to_version(connection, place.location, place.other)
        _ = 1 // 0
    assert place.catalog.words.refresh() == 0
    assert place.documents() == before
