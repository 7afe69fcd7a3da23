"""Sidecars travel with copies, and go with the file that they belong to, unless they would be lost."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.features.sources.model import Source, Tier
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.features.tiers import reasons
from dampipe.kernel.errors import Permanent, Transient
from dampipe.kernel.ids import LocationId, VersionId
from dampipe.storage.files.base import FileEntry
from dampipe.storage.files.errors import STORE_DENIED, STORE_UNREACHABLE
from dampipe.storage.files.local import LocalFiles
from tests.support.memory_stores import memory_bucket
from tests.support.moving import Moving, visible

CONTENT = b"moving pictures" * 1000
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
DIFFERENT = ("copy", "done", reasons.SIDECARS_DIFFER.code)
STAYS = ("delete", "done", reasons.SIDECARS_STAY.code)


@dataclass
class Shelf:
    """A version with a file in `hot` and in `near`, and `cold` without one."""

    here: Moving
    hot: Source
    near: Source
    cold: Source
    version: VersionId
    first: LocationId
    root: Path

    def beside(self, name: str, content: bytes, *clips: str, folder: str = "hot/day 1") -> None:
        """A file beside those of `hot`; clips: those of which a scan has recorded it as a sidecar."""
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        source = self.hot if folder.startswith("hot/") else self.near
        below = folder.partition("/")[2]
        with self.here.catalog.database.write() as connection:
            where = (FOLDER.c.source_id == source.id, FOLDER.c.path == below)
            known = json.loads(connection.execute(select(FOLDER.c.sidecars).where(*where)).scalar_one())
            for clip in clips:
                known.setdefault(clip, []).append(name)
            connection.execute(update(FOLDER).where(*where).values(sidecars=json.dumps(known)))

    def record(self, location: LocationId | None = None, source: Source | None = None) -> dict[str, Any]:
        """The sidecars that are known in the folder of a location, or in those of a source, by file."""
        query = select(FOLDER.c.sidecars)
        if location is not None:
            query = query.join(LOCATION, LOCATION.c.folder_id == FOLDER.c.id).where(LOCATION.c.id == location)
        if source is not None:
            query = query.where(FOLDER.c.source_id == source.id)
        found: dict[str, Any] = {}
        with self.here.catalog.database.read() as connection:
            for text in connection.execute(query).scalars():
                found |= json.loads(text)
        return found

    def files(self, source: str) -> dict[str, bytes]:
        root = self.root / source
        return {str(path.relative_to(root)): content for path, content in visible(root).items()}

    def move(self, key: str = "hot/day 1/a.mov") -> list[tuple[str, str, str]]:
        """A copy in `cold`, and then a deletion in `hot`."""
        plan = self.here.plan(self.here.copy(self.first, self.cold, key), self.here.delete(self.first))
        self.here.run(plan)
        return self.here.outcomes(plan)


@pytest.fixture
def shelf(here: Moving, tmp_path: Path) -> Shelf:
    tiers = (("hot", Tier.HOT), ("near", Tier.NEARLINE), ("cold", Tier.COLD))
    hot, near, cold = (here.source(name, tmp_path / name, tier) for name, tier in tiers)
    version = here.version(CONTENT)
    first = here.file(hot, "day 1/a.mov", CONTENT, version)
    here.file(near, "hot/day 1/a.mov", CONTENT, version)
    return Shelf(here, hot, near, cold, version, first, tmp_path)


DONE = [("copy", "done", ""), ("delete", "done", "")]


def test_sidecars_are_copied_with_their_file_and_deleted_after_it(shelf: Shelf) -> None:
    sidecars = {"a.xmp": XMP, "a.mov.xmp": XMP + b" ", "A.en.srt": b"1\n", "aM01.XML": b"<x/>", "a.lrv": b""}
    for name, content in sidecars.items():
        shelf.beside(name, content, "a.mov")
    shelf.beside("notes.txt", b"not a sidecar")
    assert shelf.move() == DONE
    assert shelf.files("hot") == {"day 1/notes.txt": b"not a sidecar"}
    expected = {f"hot/day 1/{name}": content for name, content in {**sidecars, "a.mov": CONTENT}.items()}
    assert shelf.files("cold") == expected
    assert shelf.record(source=shelf.hot) == {}
    assert sorted(shelf.record(source=shelf.cold)["a.mov"]) == sorted(sidecars)
    with shelf.here.catalog.database.read() as connection:
        mine = FOLDER.c.source_id == shelf.cold.id
        [row] = connection.execute(select(FOLDER).where(mine, FOLDER.c.path == "hot/day 1")).all()
    assert row.sidecars_unread and row.listing is None


def test_an_xmp_that_was_written_since_the_last_scan_is_copied_too(shelf: Shelf) -> None:
    shelf.beside("a.mov.xmp", XMP)
    assert shelf.move() == DONE
    assert "hot/day 1/a.mov.xmp" in shelf.files("cold") and shelf.files("hot") == {}
    assert shelf.record(source=shelf.cold) == {"a.mov": ["a.mov.xmp"]}


def test_another_sidecar_of_the_name_is_kept_and_so_is_that_of_the_origin(shelf: Shelf) -> None:
    shelf.beside("a.xmp", XMP, "a.mov")
    shelf.beside("a.srt", b"same", "a.mov")
    target = shelf.root / "cold/hot/day 1"
    target.mkdir(parents=True)
    (target / "a.xmp").write_bytes(b"edited there")
    (target / "a.srt").write_bytes(b"same")
    assert shelf.move() == [DIFFERENT, STAYS]
    assert shelf.files("cold")["hot/day 1/a.xmp"] == b"edited there"
    assert shelf.files("hot") == {"day 1/a.xmp": XMP}
    copy, deletion = shelf.here.actions(1)
    assert copy.detail.endswith("were kept: a.xmp") and deletion.detail.endswith("beside it: a.xmp")


def test_a_shared_sidecar_stays_until_its_last_file_goes(shelf: Shelf) -> None:
    photo = shelf.here.version(b"photo")
    second = shelf.here.file(shelf.hot, "day 1/a.jpg", b"photo", photo)
    shelf.here.file(shelf.near, "hot/day 1/a.jpg", b"photo", photo)
    shelf.beside("a.xmp", XMP, "a.mov", "a.jpg")
    shelf.beside("a.mov.xmp", XMP, "a.mov")
    assert shelf.move() == DONE
    assert set(shelf.files("hot")) == {"day 1/a.jpg", "day 1/a.xmp"}
    assert shelf.record(source=shelf.hot) == {"a.jpg": ["a.xmp"]}
    plan = shelf.here.plan(shelf.here.copy(second, shelf.cold, "hot/day 1/a.jpg"), shelf.here.delete(second))
    shelf.here.run(plan)
    assert shelf.here.outcomes(plan) == DONE
    assert shelf.files("hot") == {}
    assert {key: sorted(names) for key, names in shelf.record(source=shelf.cold).items()} == {
        "a.mov": ["a.mov.xmp", "a.xmp"],
        "a.jpg": ["a.xmp"],
    }


def test_a_sidecar_of_a_file_that_no_scan_has_seen_stays(shelf: Shelf) -> None:
    shelf.beside("a.xmp", XMP, "a.mov")
    shelf.beside("a.jpg", b"new")
    assert shelf.move() == DONE
    assert set(shelf.files("hot")) == {"day 1/a.jpg", "day 1/a.xmp"}


def test_a_proxy_that_is_footage_itself_is_never_deleted_as_a_sidecar(shelf: Shelf) -> None:
    shelf.beside("a.lrv", b"proxy", "a.mov")
    shelf.here.file(shelf.hot, "day 1/a.lrv", b"proxy", shelf.here.version(b"proxy"))
    assert shelf.move() == DONE
    assert set(shelf.files("hot")) == {"day 1/a.lrv"}


def test_a_copy_under_another_name_has_its_sidecars_under_that_name(shelf: Shelf) -> None:
    for name in ("a.xmp", "A.MOV.xmp", "aM01.XML", "a.en.srt"):
        shelf.beside(name, name.encode(), "a.mov")
    assert shelf.move("hot/day 1/a.5f3a9c21.mov") == DONE
    assert shelf.files("cold") == {
        "hot/day 1/a.5f3a9c21.mov": CONTENT,
        "hot/day 1/a.5f3a9c21.xmp": b"a.xmp",
        "hot/day 1/a.5f3a9c21.mov.xmp": b"A.MOV.xmp",
        "hot/day 1/a.5f3a9c21.mov.XML": b"aM01.XML",
        "hot/day 1/a.5f3a9c21.en.srt": b"a.en.srt",
    }
    assert shelf.files("hot") == {}


def test_what_a_card_keeps_in_folders_beside_its_clips_is_copied(shelf: Shelf, tmp_path: Path) -> None:
    clip = shelf.here.file(shelf.hot, "C/M4ROOT/CLIP/C0001.MP4", CONTENT, shelf.version)
    shelf.beside("../THMBNL/C0001T01.JPG", b"jpg", "C0001.MP4", folder="hot/C/M4ROOT/CLIP")
    plan = shelf.here.plan(
        shelf.here.copy(clip, shelf.cold, "hot/C/M4ROOT/CLIP/C0001.MP4"), shelf.here.delete(clip)
    )
    shelf.here.run(plan)
    assert shelf.here.outcomes(plan) == [
        ("copy", "done", ""),
        ("delete", "skipped", reasons.IN_A_CARD.code),
    ]
    assert shelf.files("cold")["hot/C/M4ROOT/THMBNL/C0001T01.JPG"] == b"jpg"
    assert shelf.files("hot")["C/M4ROOT/THMBNL/C0001T01.JPG"] == b"jpg"


def test_sidecars_of_the_other_copies_are_copied_as_well(shelf: Shelf) -> None:
    shelf.beside("a.xmp", XMP, "a.mov")
    shelf.beside("a.xmp", b"another one", "a.mov", folder="near/hot/day 1")
    shelf.beside("a.srt", b"1", "a.mov", folder="near/hot/day 1")
    assert shelf.move() == DONE
    assert shelf.files("cold")["hot/day 1/a.xmp"] == XMP
    assert shelf.files("cold")["hot/day 1/a.srt"] == b"1"
    assert shelf.files("near")["hot/day 1/a.xmp"] == b"another one"


def test_a_copy_that_is_there_already_gets_its_sidecars_by_a_stale_plan(shelf: Shelf) -> None:
    shelf.here.file(shelf.cold, "elsewhere/a.mov", CONTENT, shelf.version)
    shelf.beside("a.xmp", XMP, "a.mov")
    assert shelf.move() == DONE
    assert shelf.files("cold") == {"elsewhere/a.mov": CONTENT, "elsewhere/a.xmp": XMP}
    assert shelf.files("hot") == {}


def test_a_deletion_alone_leaves_sidecars_that_no_copy_has(shelf: Shelf) -> None:
    shelf.beside("a.xmp", XMP, "a.mov")
    shelf.beside("a.srt", b"1", "a.mov")
    shelf.beside("a.srt", b"1", "a.mov", folder="near/hot/day 1")
    shelf.here.file(shelf.cold, "b.mov", CONTENT, shelf.version)
    plan = shelf.here.plan(shelf.here.delete(shelf.first))
    shelf.here.run(plan)
    assert shelf.here.outcomes(plan) == [STAYS]
    assert shelf.files("hot") == {"day 1/a.xmp": XMP}


def test_a_hard_link_of_a_sidecar_is_no_copy_of_it(shelf: Shelf) -> None:
    shelf.here.file(shelf.cold, "b.mov", CONTENT, shelf.version)
    shelf.beside("a.xmp", XMP, "a.mov")
    os.link(shelf.root / "hot/day 1/a.xmp", shelf.root / "cold/b.xmp")
    plan = shelf.here.plan(shelf.here.delete(shelf.first))
    shelf.here.run(plan)
    assert shelf.here.outcomes(plan) == [STAYS]
    assert shelf.files("hot") == {"day 1/a.xmp": XMP}


def test_sidecars_go_although_a_worker_was_killed_after_their_file_was_deleted(shelf: Shelf) -> None:
    shelf.beside("a.xmp", XMP, "a.mov")
    shelf.beside("a.srt", b"edited", "a.mov")
    plan = shelf.here.plan(
        shelf.here.copy(shelf.first, shelf.cold, "x/a.mov"), shelf.here.delete(shelf.first)
    )
    while shelf.here.states()[shelf.first] != "leaving":
        shelf.here.step(most=1)
    (shelf.root / "hot/day 1/a.mov").unlink()
    (shelf.root / "hot/day 1/a.srt").write_bytes(b"edited again")
    shelf.here.run(plan)
    assert shelf.here.outcomes(plan) == [DONE[0], STAYS]
    assert shelf.files("hot") == {"day 1/a.srt": b"edited again"}


@pytest.mark.parametrize("passes", [True, False])
def test_a_copy_counts_only_once_its_sidecars_are_there(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, passes: bool
) -> None:
    shelf.beside("a.xmp", XMP, "a.mov")
    stat, is_broken = LocalFiles.stat, [True]

    def refuse(self: LocalFiles, key: str) -> FileEntry:
        if key.endswith("day 1/a.xmp") and is_broken[0]:
            if passes:
                raise Transient(STORE_UNREACHABLE, store=self.url, reason="away")
            raise Permanent(STORE_DENIED, store=self.url, reason="not yours")
        return stat(self, key)

    monkeypatch.setattr(LocalFiles, "stat", refuse)
    plan = shelf.here.plan(
        shelf.here.copy(shelf.first, shelf.cold, "x/a.mov"), shelf.here.delete(shelf.first)
    )
    for _ in range(4):
        shelf.here.step()
        shelf.here.hurry()
    assert len(shelf.here.states()) == 2 and "day 1/a.mov" in shelf.files("hot")
    if not passes:
        assert shelf.here.outcomes(plan)[0] == ("copy", "failed", reasons.SIDECAR_UNREADABLE.code)
        return
    is_broken[0] = False
    shelf.here.run(plan)
    assert shelf.here.outcomes(plan) == DONE
    assert shelf.files("cold") == {"x/a.mov": CONTENT, "x/a.xmp": XMP} and shelf.files("hot") == {}


def test_what_is_read_back_differently_is_no_sidecar(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.beside("a.xmp", XMP, "a.mov")
    put, spoiled = LocalFiles.put, []

    def spoil(self: LocalFiles, key: str, *more: Any, **named: Any) -> Any:
        entry = put(self, key, *more, **named)
        if key.endswith(".xmp") and not spoiled:
            spoiled.append(key)
            path = Path(self.url) / key
            path.write_bytes(XMP[::-1])
            os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns))
        return entry

    monkeypatch.setattr(LocalFiles, "put", spoil)
    assert shelf.move() == DONE
    assert spoiled and shelf.files("cold")["hot/day 1/a.xmp"] == XMP


def test_sidecars_go_into_a_bucket_and_come_back(shelf: Shelf) -> None:
    with memory_bucket("shelf"):
        archive = shelf.here.source("archive", "memory-files://shelf/footage", Tier.COLD)
        shelf.beside("a.xmp", XMP, "a.mov")
        plan = shelf.here.plan(shelf.here.copy(shelf.first, archive, "hot/day 1/a.mov"))
        shelf.here.run(plan)
        assert shelf.here.outcomes(plan) == [("copy", "done", "")]
        assert shelf.record(source=archive) == {"a.mov": ["a.xmp"]}
        [there] = [number for number in shelf.here.states() if number > 2]
        (shelf.root / "hot/day 1/a.xmp").unlink()
        plan = shelf.here.plan(
            shelf.here.copy(LocationId(there), shelf.cold, "hot/day 1/a.mov"),
            shelf.here.delete(LocationId(there)),
        )
        shelf.here.run(plan)
        assert shelf.here.outcomes(plan) == DONE
        assert shelf.files("cold")["hot/day 1/a.xmp"] == XMP
        assert [one.key for one in shelf.here.stores.of(archive.root).list()] == []  # type: ignore[union-attr]
