"""What can go wrong while files are copied: each fault blocks the import or sets one file aside, and loses nothing."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from dampipe.features.imports import errors, files, local_origin, places, step
from dampipe.features.imports.card import CardImporter
from dampipe.features.imports.local_origin import LocalOrigin
from dampipe.features.imports.model import FileState, ImportReport, SessionState
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import Conflict
from tests.support.camera_card import contents, make_card, snapshot, write
from tests.support.importing import Importing

CLIP = "PRIVATE/M4ROOT/CLIP/C0002.MP4"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return make_card(tmp_path / "CARD1")


@pytest.fixture
def number(here: Importing, card: Path, tmp_path: Path) -> int:
    """An import to two destinations that has not begun."""
    for name in "ab":
        here.managed(name, tmp_path / name)
    return here.begin("card", card, "a", "b", pattern="{card}")


def is_whole(here: Importing, number: int, card: Path, tmp_path: Path) -> ImportReport:
    """The import is done, whole, and leaves nothing behind."""
    report = here.report(number)
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.DONE, True, True), report
    assert contents(tmp_path / "a" / "CARD1") == contents(tmp_path / "b" / "CARD1") == contents(card)
    return report


def raising(code: int) -> Callable[..., Any]:
    def fails(*_: object, **__: object) -> Any:
        raise OSError(code, os.strerror(code))

    return fails


def when(
    name: str, call: Callable[..., Any], instead: Callable[..., Any], times: int = 10**6
) -> Callable[..., Any]:
    """A function that does something else where an argument is a path that ends with `name`, so many times."""
    left = [times]

    def chosen(*arguments: Any, **more: Any) -> Any:
        if left[0] and any(isinstance(one, str) and one.endswith(name) for one in arguments):
            left[0] -= 1
            return instead(*arguments, **more)
        return call(*arguments, **more)

    return chosen


def only_aside(here: Importing, number: int) -> tuple[str, str]:
    """The one file that was set aside, and why; the receipt adds up, and the card is not safe to format."""
    report = here.report(number)
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.DONE, True, False), report
    [file] = here.files(number, (FileState.SET_ASIDE,)).values()
    assert report.reasons == {file.reason: 1} and report.counts.unexpected == 1
    return file.path, file.reason


@pytest.mark.parametrize("in_the_middle", [False, True])
def test_a_full_destination_blocks_until_there_is_space(
    here: Importing,
    number: int,
    card: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_the_middle: bool,
) -> None:
    with monkeypatch.context() as patch:
        if in_the_middle:
            real, blocks = files._write_all, [0]

            def full(stream: BinaryIO, block: bytes) -> None:
                blocks[0] += 1
                if blocks[0] > 4:
                    stream.write(block[:10])
                    raising(errno.ENOSPC)()
                real(stream, block)

            patch.setattr(files, "_write_all", full)
        else:
            patch.setattr(files, "check_space", raising(errno.ENOSPC))
        report = here.work(number)
        assert (report.state, report.problem_code) == (SessionState.BLOCKED, errors.DESTINATION_FULL.code)
        assert "is full" in report.problem and not report.counts.set_aside
        assert not any("dampipe-import" in path for name in "ab" for path in contents(tmp_path / name))
    here.service.resume(LOCAL, number)
    here.work(number)
    is_whole(here, number, card, tmp_path)


def test_a_real_disk_that_is_too_small_is_seen_before_a_byte_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        files.check_space(str(tmp_path), 1 << 60)


def test_a_destination_that_is_away_blocks(here: Importing, number: int, card: Path, tmp_path: Path) -> None:
    here.worker._policy = step.ImportPolicy(portion=0.0, blocked_delay=0.0)
    for _ in range(4):
        here.worker.portion(number)
    (tmp_path / "b").rename(tmp_path / "pulled out")
    report = here.work(number)
    assert (report.state, report.problem_code) == (SessionState.BLOCKED, errors.DESTINATION_AWAY.code)
    assert not (tmp_path / "b").exists()
    (tmp_path / "pulled out").rename(tmp_path / "b")
    here.work(number)
    is_whole(here, number, card, tmp_path)


def test_a_destination_whose_mount_point_is_bare_is_away(
    here: Importing, number: int, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.worker._policy = step.ImportPolicy(portion=0.0, blocked_delay=0.0)
    here.worker.portion(number)
    from dampipe.features.imports import places

    with monkeypatch.context() as patch:
        patch.setattr(places, "mount_point", lambda path: "/elsewhere")
        report = here.work(number)
        assert (report.state, report.problem_code) == (SessionState.BLOCKED, errors.DESTINATION_AWAY.code)
    here.work(number)
    is_whole(here, number, card, tmp_path)


def test_a_card_that_is_pulled_out_in_the_middle_blocks(
    here: Importing, number: int, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(card)

    def pulled(*_: object) -> Any:
        card.rename(tmp_path / "pulled out")
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(LocalOrigin, "open", when(CLIP, LocalOrigin.open, pulled, 1))
        report = here.work(number)
        assert (report.state, report.problem_code) == (SessionState.BLOCKED, errors.ORIGIN_AWAY.code)
        assert not report.counts.set_aside
        assert here.work(number).state is SessionState.BLOCKED
    (tmp_path / "pulled out").rename(card)
    here.work(number)
    is_whole(here, number, card, tmp_path)
    assert snapshot(card) == before


def test_another_card_in_the_reader_is_not_taken_for_this_one(
    here: Importing, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.managed("a", tmp_path / "a")
    monkeypatch.setattr(local_origin, "mount_point", lambda path: str(card))
    here.worker._policy = step.ImportPolicy(portion=0.0, blocked_delay=0.0)
    number = here.begin("card", card, "a", pattern="{card}")
    for _ in range(3):
        here.worker.portion(number)
    card.rename(tmp_path / "this one")
    make_card(card, size=4000, seed=2, clips=3)
    for path in card.rglob("*"):
        os.utime(path, (1, 1))
    report = here.work(number)
    assert (report.state, report.problem_code) == (SessionState.BLOCKED, errors.ORIGIN_AWAY.code)
    card.rename(tmp_path / "another")
    (tmp_path / "this one").rename(card)
    report = here.work(number)
    assert report.safe_to_format and contents(tmp_path / "a" / "CARD1") == contents(card)


@pytest.mark.parametrize(
    ("code", "times", "reason"),
    [
        (errno.EACCES, 10**6, "unreadable"),
        (errno.EIO, 10**6, "unreadable"),
        (errno.ENOENT, 10**6, "vanished"),
        (errno.EIO, 2, ""),
    ],
)
def test_a_file_that_cannot_be_read(
    here: Importing, number: int, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    code: int, times: int, reason: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(LocalOrigin, "open", when(CLIP, LocalOrigin.open, raising(code), times))
    here.work(number)
    if not reason:
        is_whole(here, number, card, tmp_path)
        return
    assert only_aside(here, number) == (CLIP, reason)
    wanted = {path: data for path, data in contents(card).items() if path != CLIP}
    assert contents(tmp_path / "a" / "CARD1") == contents(tmp_path / "b" / "CARD1") == wanted


@pytest.mark.parametrize("times", [1, 10**6])
def test_a_file_that_changes_while_it_is_read(
    here: Importing, number: int, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    real = LocalOrigin.open

    def written_to(self: LocalOrigin, origin: str, key: str) -> BinaryIO:
        stream = real(self, origin, key)
        with (card / CLIP).open("ab") as more:
            more.write(b"more")
        return stream

    monkeypatch.setattr(LocalOrigin, "open", when(CLIP, real, written_to, times))
    here.work(number)
    if times == 1:
        is_whole(here, number, card, tmp_path)
        assert (tmp_path / "a" / "CARD1" / CLIP).read_bytes().endswith(b"more")
    else:
        assert only_aside(here, number) == (CLIP, "changed")
        assert not (tmp_path / "a" / "CARD1" / CLIP).exists()


def test_a_name_that_a_destination_cannot_hold(
    here: Importing, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "place", when(CLIP, files.place, raising(errno.EINVAL)))
    here.work(number)
    assert only_aside(here, number) == (CLIP, "name_invalid")
    assert not any("dampipe-import" in path for name in "ab" for path in contents(tmp_path / name))


def test_a_name_that_is_too_long_with_what_the_pattern_adds(here: Importing, tmp_path: Path) -> None:
    here.managed("a", tmp_path / "a")
    long = write(tmp_path / "in" / f"{'x' * 246}.mov", "long", 100)
    write(tmp_path / "in" / "short.mov", "short", 100)
    report = here.run("folder", tmp_path / "in", "a", pattern="{shot_on}_{name}")
    assert report.reasons == {"name_invalid": 1} and report.counts.imported == 1 and report.adds_up
    [aside] = here.files(report.number, (FileState.SET_ASIDE,)).values()
    assert aside.path == long.name and "too long" in aside.detail


def test_a_file_that_is_too_large_for_a_file_system(
    here: Importing, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files._write_all

    def limited(stream: BinaryIO, block: bytes) -> None:
        if len(block) > 4000 and block[:4] == first:
            raising(errno.EFBIG)()
        real(stream, block)

    first = (Path(here.report(number).origin) / CLIP).read_bytes()[:4]
    monkeypatch.setattr(files, "_write_all", limited)
    here.work(number)
    assert only_aside(here, number) == (CLIP, "too_large")


@pytest.mark.parametrize("times", [1, 10**6])
def test_a_disk_that_gives_back_other_bytes(
    here: Importing, number: int, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    left, data = [times], (card / CLIP).read_bytes()

    def corrupting(path: str) -> None:
        if left[0] and path.startswith(str(tmp_path / "b")) and Path(path).read_bytes() == data:
            left[0] -= 1
            with open(path, "r+b") as file:
                file.seek(4321)
                file.write(b"\0\1")

    monkeypatch.setattr(files, "drop_page_cache", corrupting)
    here.work(number)
    if times == 1:
        is_whole(here, number, card, tmp_path)
    else:
        assert only_aside(here, number) == (CLIP, "copy_differs")
        assert (
            not (tmp_path / "a" / "CARD1" / CLIP).exists() and not (tmp_path / "b" / "CARD1" / CLIP).exists()
        )


def test_names_that_differ_in_case_on_a_file_system_that_ignores_it(
    here: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, target = tmp_path / "in", here.managed("a", tmp_path / "a")
    write(origin / "Clip.MOV", "one", 500)
    write(origin / "clip.mov", "two", 500)
    write(origin / "day" / "CLIP.mov", "one", 500)

    def existing(path: str) -> str:
        folder = Path(path).parent
        names = {one.name.casefold(): one for one in folder.iterdir()} if folder.is_dir() else {}
        return str(names.get(Path(path).name.casefold(), path))

    monkeypatch.setattr(places, "size_at", lambda path: files.size_at(existing(path)))
    monkeypatch.setattr(
        places.Place, "time_at", lambda self, target: os.lstat(existing(self.full(target))).st_mtime_ns
    )
    real_place, real_sha1 = files.place, files.sha1_on_disk

    def place(temporary: str, path: str) -> None:
        if existing(path) != path or os.path.exists(path):
            raise FileExistsError(errno.EEXIST, path)
        real_place(temporary, path)

    monkeypatch.setattr(files, "place", place)
    monkeypatch.setattr(places, "sha1_on_disk", lambda path, on_bytes: real_sha1(existing(path), on_bytes))
    report = here.run("folder", origin, "a", pattern="{name}")
    counts = report.counts
    assert (counts.imported, counts.already_there, counts.set_aside, report.adds_up) == (2, 1, 0, True)
    assert sorted(contents(target)) == ["Clip.MOV", "clip-2.mov"]


def test_pause_and_resume_in_the_middle_of_a_file(
    here: Importing, number: int, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pausing(*arguments: Any) -> Any:
        here.service.pause(LOCAL, number)
        return LocalOrigin.open(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(CardImporter, "open", when(CLIP, LocalOrigin.open, pausing, 1))
        report = here.work(number)
    assert report.state is SessionState.PAUSED and report.counts.pending
    assert here.worker.portion(number) == "nothing to do" and here.repository.due() == []
    assert not any("dampipe-import" in path for name in "ab" for path in contents(tmp_path / name))
    assert here.service.resume(LOCAL, number).state is SessionState.WAITING
    here.work(number)
    is_whole(here, number, card, tmp_path)
    for action in (here.service.pause, here.service.resume, here.service.cancel):
        with pytest.raises(Conflict):
            action(LOCAL, number)


def test_a_source_that_is_read_only_again_is_not_written_to(
    here: Importing, number: int, card: Path, tmp_path: Path
) -> None:
    here.catalog.sources.add("b", str(tmp_path / "b"), managed=False)
    report = here.work(number)
    assert (report.state, report.problem_code) == (SessionState.BLOCKED, "source.not_managed")
    assert not contents(tmp_path / "a") and not contents(tmp_path / "b")
    here.catalog.sources.add("b", str(tmp_path / "b"), managed=True)
    here.work(number)
    is_whole(here, number, card, tmp_path)


def test_what_appears_or_changes_on_the_card_meanwhile_is_seen(
    here: Importing, number: int, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, done = step.Step.list_again, [False]

    def meanwhile(own: step.Step) -> None:
        if not done[0]:
            done[0] = True
            write(card / "PRIVATE/M4ROOT/CLIP/C0099.MP4", "late", 4000)
            with (card / CLIP).open("ab") as more:
                more.write(b"more")
        real(own)

    monkeypatch.setattr(step.Step, "list_again", meanwhile)
    here.work(number)
    assert only_aside(here, number) == (CLIP, "changed_after_copy")
    assert (tmp_path / "b/CARD1/PRIVATE/M4ROOT/CLIP/C0099.MP4").read_bytes() == contents(card)[
        "PRIVATE/M4ROOT/CLIP/C0099.MP4"
    ]


def test_a_card_that_is_recorded_to_all_the_time_is_never_called_done(
    here: Importing, number: int, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = step.Step._listing, [0]

    def growing(own: step.Step) -> Any:
        count[0] += 1
        write(card / f"PRIVATE/M4ROOT/CLIP/C1{count[0]:03}.MP4", str(count[0]), 100)
        return real(own)

    monkeypatch.setattr(step.Step, "_listing", growing)
    report = here.work(number)
    assert (report.state, report.adds_up, report.safe_to_format) == (SessionState.FAILED, False, False)
    assert "still changes" in report.problem


def test_one_worker_at_a_time(here: Importing, number: int, card: Path) -> None:
    job = here.repository.claim(number, "another", 60.0)
    assert job is not None and here.worker.portion(number) == "nothing to do"
    here.repository.release_all("another")
    here.work(number)
    assert here.report(number).safe_to_format
    with pytest.raises(step.ImportStopped):  # the first one wakes up again
        here.repository.set_phase(job, step.Phase.LIST)


def test_a_link_at_the_destination_leads_nowhere(here: Importing, number: int, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "b" / "CARD1").mkdir()
    (tmp_path / "b" / "CARD1" / "PRIVATE").symlink_to(tmp_path / "outside")
    report = here.work(number)
    assert report.reasons == {"outside": 11} and report.adds_up and not report.safe_to_format
    assert not list((tmp_path / "outside").iterdir())


@pytest.mark.parametrize("way", ["link", "rename", "reserve"])
def test_a_file_is_placed_without_replacing_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way != "link":
        monkeypatch.setattr(files.os, "link", raising(errno.EPERM))
    if way == "reserve":
        monkeypatch.setattr(files.ctypes, "CDLL", lambda *_, **__: object())
    temporary, target = tmp_path / ".t", tmp_path / "t"
    temporary.write_bytes(b"new")
    target.write_bytes(b"old")
    with pytest.raises(FileExistsError):
        files.place(str(temporary), str(target))
    assert target.read_bytes() == b"old" and temporary.read_bytes() == b"new"
    target.unlink()
    files.place(str(temporary), str(target))
    assert target.read_bytes() == b"new" and not temporary.exists()
