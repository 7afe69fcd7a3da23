"""What people say is written to sidecars, and nothing else in them changes."""

import ctypes
import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from dampipe.features.sidecars import files
from dampipe.features.sidecars.model import Naming, OutboxState, Place, PlaceRequest, WriteRequest
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.tables import EVENT
from tests.integration.sidecars.test_reading import with_keywords
from tests.support.sidecar_samples import DIGIKAM, IMMICH, LIGHTROOM
from tests.support.sidecars import Sidecars

WRITTEN = OutboxState.WRITTEN


def test_nothing_is_written_unless_someone_says_where(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    here.edit("a.mp4", set={"title": "Mine", "rating": 5})
    assert here.flush() == {} and here.state("a.mp4") == (None, [])
    assert here.read("a.xmp") == LIGHTROOM
    here.place()  # what people said before is written now
    assert here.state("a.mp4") == ("pending", ["rating", "title"])
    assert here.flush() == {WRITTEN: 1}
    assert here.read("a.xmp") == LIGHTROOM.replace(b"Night drive", b"Mine").replace(
        b'xmp:Rating="3"', b'xmp:Rating="5"'
    )
    here.edit("a.mp4", set={"rating": 4})
    here.place(Place.NEVER)
    assert here.flush() == {} and here.state("a.mp4") == (None, [])


def test_our_own_writing_does_not_come_back(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    here.place()
    here.edit("a.mp4", set={"title": "Mine", "city": "Rome"}, clear=["rating"])
    assert here.flush() == {WRITTEN: 1}
    for _ in range(2):
        here.scan()
        assert here.says("a.mp4", "title", "sidecar") == ["Night drive"], "what the sidecar said itself"
        assert here.says("a.mp4", "rating", "sidecar") == [3]
        assert here.says("a.mp4", "city", "sidecar") == []
        assert here.value("a.mp4", "title") == ["Mine"] and here.value("a.mp4", "rating") == []
        assert here.flush() == {}
    assert here.scanning.hash_all() == [], "the footage has not changed"
    here.edit("a.mp4", unset=["title", "rating", "city"])
    assert here.flush() == {WRITTEN: 1}
    assert here.texts("a.xmp", "dc:title") == ("Night drive",)
    assert here.texts("a.xmp", "xmp:Rating") == ("3",)
    assert here.texts("a.xmp", "photoshop:City") == ()


def test_a_foreign_change_after_ours_is_the_sidecars_word(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.scan()
    here.place()
    here.edit("a.mp4", set={"rating": 5, "title": "Mine"})
    assert here.flush() == {WRITTEN: 1}
    assert here.texts("a.mp4.xmp", "xmp:Rating") == ("5",)
    here.write("a.mp4.xmp", here.read("a.mp4.xmp").replace(b">5<", b">2<"))
    here.scan()
    assert here.says("a.mp4", "rating", "sidecar") == [2] and here.value("a.mp4", "rating") == [5]
    assert here.says("a.mp4", "title", "sidecar") == []
    assert here.flush() == {} and here.texts("a.mp4.xmp", "xmp:Rating") == ("2",)


def test_what_both_have_changed_waits_for_a_person(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    here.place()
    here.edit("a.mp4", set={"rating": 5, "city": "Rome"})
    theirs = LIGHTROOM.replace(b'xmp:Rating="3"', b'xmp:Rating="1"').replace(b"Night drive", b"Night ride")
    here.write("a.xmp", theirs)
    assert here.flush() == {OutboxState.CONFLICT: 1}
    assert here.read("a.xmp") == theirs
    assert here.state("a.mp4") == ("conflict", ["city", "rating"])
    assert here.says("a.mp4", "rating", "sidecar") == [1], "what others say is read"
    assert here.value("a.mp4", "rating") == [5]
    assert here.flush() == {}, "it waits"
    here.scan()
    assert here.flush() == {}
    done = here.service.write(LOCAL, WriteRequest(assets=(here.sha1("a.mp4"),), overwrite=True))
    assert done.states == {WRITTEN: 1}
    assert here.texts("a.xmp", "xmp:Rating") == ("5",) and here.texts("a.xmp", "dc:title") == ("Night ride",)


def test_a_conflict_can_be_discarded(local: Sidecars) -> None:
    local.clip("a.mp4")
    local.scan()
    local.place()
    local.edit("a.mp4", set={"title": "Mine"})
    local.write("a.mp4.xmp", IMMICH.replace(b"description>", b"title>"))
    assert local.flush() == {OutboxState.CONFLICT: 1}
    assert local.service.discard(LOCAL, [local.sha1("a.mp4")]) == 1
    assert local.flush() == {} and local.value("a.mp4", "title") == ["Mine"]
    assert local.texts("a.mp4.xmp", "dc:title") == ("A dog on the beach",)


def test_an_edit_after_a_conflict_is_a_decision(local: Sidecars) -> None:
    local.clip("a.mp4")
    local.write("a.xmp", LIGHTROOM)
    local.scan()
    local.place()
    local.edit("a.mp4", set={"rating": 5})
    local.write("a.xmp", LIGHTROOM.replace(b'xmp:Rating="3"', b'xmp:Rating="1"'))
    assert local.flush() == {OutboxState.CONFLICT: 1}
    local.edit("a.mp4", set={"rating": 4})
    assert local.flush() == {WRITTEN: 1} and local.texts("a.xmp", "xmp:Rating") == ("4",)


def test_a_change_of_other_properties_is_kept(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    here.place()
    here.edit("a.mp4", set={"rating": 5})
    theirs = here.write("a.xmp", LIGHTROOM.replace(b"Night drive", b"Night ride")).read_bytes()
    assert here.flush() == {WRITTEN: 1}
    assert here.read("a.xmp") == theirs.replace(b'xmp:Rating="3"', b'xmp:Rating="5"')
    assert here.value("a.mp4", "title") == ["Night ride"]


def test_keywords_are_taken_away_as_paths_too(local: Sidecars) -> None:
    with_keywords(local)
    local.clip("a.mp4")
    local.write("a.xmp", LIGHTROOM)
    local.clip("b.mp4")
    local.write("b.xmp", DIGIKAM)
    local.scan()
    local.place()
    local.edit("a.mp4", remove={"keywords": "night & rain"})
    local.edit("b.mp4", set={"keywords": ["beach", "sea"]})
    assert local.flush() == {WRITTEN: 2}
    assert local.texts("a.xmp", "dc:subject") == ("Places", "Berlin")
    assert local.texts("a.xmp", "lr:hierarchicalSubject") == ("Places|Berlin",)
    assert local.texts("b.xmp", "dc:subject") == ("beach", "sea")
    assert local.texts("b.xmp", "digiKam:TagsList") == ("beach",)
    local.scan()
    assert local.value("a.mp4", "keywords") == ["Berlin"] and local.flush() == {}


@pytest.mark.parametrize(
    ("naming", "name"), [(Naming.FULL, "a.mp4.xmp"), (Naming.STEM, "a.xmp")], ids=["full", "stem"]
)
def test_a_new_sidecar_has_the_name_that_was_chosen(local: Sidecars, naming: Naming, name: str) -> None:
    local.clip("a.mp4")
    local.scan()
    local.place(naming=naming)
    local.edit("a.mp4", set={"title": "Mine"})
    assert local.flush() == {WRITTEN: 1}
    assert sorted(os.listdir(local.root)) == sorted(["a.mp4", name])
    assert local.texts(name, "dc:title") == ("Mine",)
    local.scan()
    assert local.says("a.mp4", "title", "sidecar") == []


@pytest.mark.parametrize("other", ["x_001.mp4", "X.mp4"])
def test_a_sidecar_that_files_share_is_not_written(local: Sidecars, other: str) -> None:
    local.clip("x.mp4")
    local.clip(other)
    local.write("x.xmp", LIGHTROOM)
    local.scan()
    assert local.value(other, "title") == ["Night drive"]
    local.place(naming=Naming.STEM)
    local.edit(other, set={"title": "Mine"})
    assert local.flush() == {WRITTEN: 1}
    assert local.read("x.xmp") == LIGHTROOM
    assert local.read(f"{other}.xmp") == LIGHTROOM.replace(b"Night drive", b"Mine"), "nothing of it is lost"
    local.scan()
    assert local.value("x.mp4", "title") == ["Night drive"] and local.value(other, "title") == ["Mine"]


def test_a_new_sidecar_is_not_one_that_others_would_share(local: Sidecars) -> None:
    for name in ("x.mp4", "x_001.mp4", "y.mp4"):
        local.clip(name)
    local.scan()
    local.place(naming=Naming.STEM)
    for name in ("x.mp4", "x_001.mp4", "y.mp4"):
        local.edit(name, set={"title": name})
    assert local.flush() == {WRITTEN: 3}
    assert sorted(name for name in os.listdir(local.root) if name.endswith(".xmp")) == [
        *("x.mp4.xmp", "x_001.xmp", "y.xmp")
    ]
    local.scan()
    assert local.values_with("sidecar") == 0


def test_a_parallel_tree_leaves_the_footage_alone(here: Sidecars, tmp_path: Path) -> None:
    here.clip("day/a.mp4")
    here.write("day/a.xmp", LIGHTROOM)
    here.clip("day/b.mp4")
    here.scan()
    tree = tmp_path / "tree"
    tree.mkdir()
    here.place(Place.TREE, folder=str(tree))
    before = sorted(os.listdir(here.root / "day"))
    here.edit("day/a.mp4", set={"title": "Mine"})
    here.edit("day/b.mp4", set={"rating": 2})
    assert here.flush() == {WRITTEN: 2}
    assert (tree / "day" / "a.xmp").read_bytes() == LIGHTROOM.replace(b"Night drive", b"Mine")
    assert sorted(os.listdir(tree / "day")) == ["a.xmp", "b.mp4.xmp"]
    assert sorted(os.listdir(here.root / "day")) == before and here.read("day/a.xmp") == LIGHTROOM
    here.scan()
    assert here.says("day/a.mp4", "title", "sidecar") == ["Night drive"]
    tree.rename(tmp_path / "gone")
    here.edit("day/b.mp4", set={"rating": 3})
    assert here.flush() == {OutboxState.AWAY: 1}
    assert here.state("day/b.mp4") == ("away", ["rating"])
    (tmp_path / "gone").rename(tree)
    assert here.flush() == {WRITTEN: 1}


def test_a_tree_is_no_place_where_footage_is(local: Sidecars, tmp_path: Path) -> None:
    (local.root / "inside").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to(local.root / "inside")
    for folder in (local.root, local.root / "inside", tmp_path, tmp_path / "link"):
        with pytest.raises(InvalidInput) as refused:
            local.place(Place.TREE, folder=str(folder))
        assert refused.value.code == "sidecar.tree_overlaps"
    for request in (
        PlaceRequest(place=Place.TREE),
        PlaceRequest(place=Place.TREE, folder=str(tmp_path / "none")),
    ):
        with pytest.raises(InvalidInput):
            local.service.set_place(LOCAL, "footage", request)
    with pytest.raises(InvalidInput):
        local.place(Place.BESIDE, folder=str(tmp_path / "other"))
    local.place(Place.TREE, folder=str(tmp_path / "other"))
    (tmp_path / "second").mkdir()
    local.get(SourceService).add(LOCAL, SourceRequest(name="second", path=str(tmp_path / "second")))
    with pytest.raises(InvalidInput):
        local.service.set_place(
            LOCAL, "second", PlaceRequest(place=Place.TREE, folder=str(tmp_path / "other"))
        )


def test_mode_and_owner_stay(local: Sidecars) -> None:
    local.clip("a.mp4")
    path = local.write("a.xmp", LIGHTROOM)
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 1234, 4321)
    local.scan()
    local.place()
    local.edit("a.mp4", set={"rating": 5})
    assert local.flush() == {WRITTEN: 1}
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    if os.geteuid() == 0:
        assert (after.st_uid, after.st_gid) == (1234, 4321)


def test_nothing_is_written_through_links(local: Sidecars, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.xmp").write_bytes(LIGHTROOM)
    local.clip("day/a.mp4")
    (local.root / "day" / "a.xmp").symlink_to(outside / "a.xmp")
    local.clip("night/b.mp4")
    local.scan()
    local.place()
    local.edit("day/a.mp4", set={"rating": 5})
    local.edit("night/b.mp4", set={"rating": 5})
    sha1 = local.sha1("night/b.mp4")
    (local.root / "night").rename(outside / "night")
    (local.root / "night").symlink_to(outside / "night")
    assert local.flush() == {OutboxState.FAILED: 2}
    assert (outside / "a.xmp").read_bytes() == LIGHTROOM
    assert sorted(os.listdir(outside / "night")) == ["b.mp4"]
    reports = local.service.status(LOCAL, [local.sha1("day/a.mp4"), sha1]).sidecars
    assert [one.reason for one in reports] == ["link", "link"]


@pytest.mark.parametrize("problem", ["not_xml", "not_xmp", "doctype"])
def test_a_sidecar_that_cannot_be_read_is_not_replaced(local: Sidecars, problem: str) -> None:
    broken = {
        "not_xml": LIGHTROOM[:900],
        "not_xmp": b"<html/>",
        "doctype": b"<!DOCTYPE x []>" + LIGHTROOM[150:],
    }
    local.clip("a.mp4")
    local.write("a.xmp", broken[problem])
    local.scan()
    local.place()
    local.edit("a.mp4", set={"rating": 5})
    assert local.flush() == {OutboxState.FAILED: 1}
    assert local.read("a.xmp") == broken[problem] and os.listdir(local.root).count("a.mp4.xmp") == 0
    local.write("a.xmp", LIGHTROOM)
    assert local.flush() in ({WRITTEN: 1}, {OutboxState.CONFLICT: 1})


def test_a_file_that_changes_during_the_write_is_left_alone(
    local: Sidecars, monkeypatch: pytest.MonkeyPatch
) -> None:
    local.clip("a.mp4")
    path = local.write("a.xmp", LIGHTROOM)
    local.clip("b.mp4")
    local.scan()
    local.place()
    local.edit("a.mp4", set={"rating": 5})
    local.edit("b.mp4", set={"rating": 5})
    theirs = LIGHTROOM.replace(b"Night drive", b"Night ride!")
    real = files._swap

    def meanwhile(folder: int, temporary: str, name: str, before: files.Read | None) -> None:
        (local.root / name).write_bytes(theirs)
        real(folder, temporary, name, before)

    monkeypatch.setattr(files, "_swap", meanwhile)
    assert local.flush() == {OutboxState.PENDING: 2}
    assert path.read_bytes() == theirs and local.read("b.mp4.xmp") == theirs
    assert not [name for name in os.listdir(local.root) if "dampipe" in name]
    monkeypatch.undo()
    local.scan()
    assert local.flush() == {WRITTEN: 2}
    assert path.read_bytes() == theirs.replace(b'xmp:Rating="3"', b'xmp:Rating="5"')


def test_two_writers_do_not_meet(local: Sidecars) -> None:
    local.clip("a.mp4")
    local.scan()
    local.place()
    local.edit("a.mp4", set={"rating": 5})
    with files.opened_folder(str(local.root), "") as folder, files._locked(folder):
        assert local.flush() == {OutboxState.PENDING: 1}
    other = Sidecars(local.url, local.folder, set_up=False)
    with local.database.write() as connection:
        from sqlalchemy import true

        from dampipe.features.sidecars.queries import OutboxRepository
        from dampipe.features.sidecars.tables import OUTBOX

        connection.execute(OUTBOX.update().values(next_at=0.0))
        taken = OutboxRepository(local.database).claim(connection, "me", 60.0, 10, among=true())
    assert len(taken) == 1 and dict(other.writer.flush()) == {}
    other.close()


def test_a_wish_of_another_asset_is_not_written(local: Sidecars) -> None:
    """A file is replaced by another one before its sidecar is written."""
    local.clip("a.mp4")
    local.scan()
    local.place()
    local.edit("a.mp4", set={"rating": 5})
    local.clip("a.mp4", "something else")
    local.scan()
    local.flush()
    assert os.listdir(local.root) == ["a.mp4"]
    local.edit("a.mp4", set={"title": "Else"})
    assert local.flush() == {WRITTEN: 1}
    assert local.texts("a.mp4.xmp", "xmp:Rating") == () and local.texts("a.mp4.xmp", "dc:title") == ("Else",)


def test_a_bulk_edit_and_its_undo_are_written(here: Sidecars) -> None:
    from dampipe.features.metadata.model import BulkEdit

    for number in range(30):
        here.clip(f"{number}.mp4")
    here.scan()
    here.place()
    done = here.metadata.bulk(LOCAL, BulkEdit(all=True, set={"city": "Rome"}))
    assert here.flush() == {WRITTEN: 30}
    assert here.texts("7.mp4.xmp", "photoshop:City") == ("Rome",)
    here.metadata.undo(LOCAL, done.operation)
    assert here.flush() == {WRITTEN: 30}
    assert here.texts("7.mp4.xmp", "photoshop:City") == ()
    with here.database.read() as connection:
        names = select(EVENT.c.name).where(EVENT.c.name == "sidecar.written")
        assert len(connection.execute(names).all()) == 60


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Mount a folder over itself, read-only. Raises OSError where that is not permitted."""
    done = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
    if done.returncode:
        raise OSError(done.stderr)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True, capture_output=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True, capture_output=True)


def _with_mounts_of_its_own() -> None:
    """Give this process mounts of its own, which it may change. Raises OSError."""
    user, mounts = 0x10000000, 0x00020000
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(mounts | user):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


NOT_PERMITTED = 77


def test_a_read_only_mount_loses_nothing(local: Sidecars) -> None:
    """A person edits footage on a read-only mount; it is scanned and identified again; later it can be written."""
    local.clip("a.mp4")
    local.write("a.xmp", LIGHTROOM)
    local.clip("b.mp4")
    local.scan()
    local.place()
    local.database.close()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            try:
                _with_mounts_of_its_own()
                mount = read_only(local.root)
                mount.__enter__()
            except OSError:
                os._exit(NOT_PERMITTED)
            mine = Sidecars(local.url, local.folder, set_up=False)
            edited_on_read_only(mine)
            code = 0
        except BaseException as error:
            print(repr(error), flush=True)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == NOT_PERMITTED:
        pytest.skip("this system does not let tests mount")
    assert code == 0
    written_when_it_can_be(local)


def edited_on_read_only(mine: Sidecars) -> None:
    """What happens while the place cannot be written."""
    mine.edit("a.mp4", set={"title": "Mine", "people": ["Ada"]}, clear=["label"])
    mine.edit("b.mp4", set={"rating": 4})
    assert set(mine.flush()) == {OutboxState.READ_ONLY}
    for _ in range(2):
        mine.scan()
        mine.service.read(LOCAL, [mine.sha1("a.mp4"), mine.sha1("b.mp4")])
        assert set(mine.flush()) == {OutboxState.READ_ONLY}
    assert mine.value("a.mp4", "title") == ["Mine"] and mine.value("a.mp4", "people") == ["Ada"]
    assert mine.value("a.mp4", "label") == [] and mine.value("b.mp4", "rating") == [4]
    assert mine.value("a.mp4", "rating") == [3], "what the sidecar says"
    assert mine.state("a.mp4") == ("read_only", ["label", "people", "title"])
    assert mine.state("b.mp4") == ("read_only", ["rating"])
    assert mine.read("a.xmp") == LIGHTROOM


def written_when_it_can_be(local: Sidecars) -> None:
    assert local.flush() == {WRITTEN: 2}
    assert local.texts("a.xmp", "dc:title") == ("Mine",)
    assert local.texts("a.xmp", "Iptc4xmpExt:PersonInImage") == ("Ada",)
    assert local.texts("a.xmp", "xmp:Label") == () and local.texts("b.mp4.xmp", "xmp:Rating") == ("4",)
    local.scan()
    assert local.value("a.mp4", "title") == ["Mine"] and local.value("b.mp4", "rating") == [4]
    assert local.flush() == {}


@pytest.mark.parametrize("code", ["EROFS", "EACCES"])
def test_a_place_that_refuses_is_tried_again(
    here: Sidecars, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same wherever mounts are not permitted, and on each database."""
    import errno

    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.clip("b.mp4")
    here.scan()
    here.place()
    real = os.open

    def refuses(path: object, flags: int, *more: object, **options: object) -> int:
        if flags & os.O_CREAT and str(path).startswith(".dampipe-"):
            raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))
        return real(path, flags, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuses)
    edited_on_read_only(here)
    assert here.writer.flush() == {}, "it is tried again after a while"
    monkeypatch.undo()
    written_when_it_can_be(here)
