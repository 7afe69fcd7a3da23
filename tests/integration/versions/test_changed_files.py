"""A file whose bytes changed at its path: by the real pipeline, with real ffmpeg, in this process."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select, update

import dampipe
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.derivatives.sign_items import SIGN
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.scanning.scanner import Scanner
from dampipe.features.sources.model import SourceRequest, VersionRule
from dampipe.features.sources.service import SourceService
from dampipe.features.tagging.model import TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.features.versions import provisional
from dampipe.features.versions.compare import CompareHandler
from dampipe.features.versions.footage import is_same
from dampipe.features.versions.model import OperationKind, StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.features.versions.sweep import ProvisionalSweep
from dampipe.features.versions.tables import VERSION_OPERATION
from dampipe.jobs.dispatch import Dispatcher, TaskTransport
from dampipe.jobs.model import RunState, Subject
from dampipe.jobs.runner import Runner
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkItem
from dampipe.jobs.work_runner import WorkRunner
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.ids import RunId
from dampipe.kernel.progress import Reporter
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.vision.tiny.drawing import scenes
from tests.support.timed_clips import run as run_ffmpeg
from tests.support.versions import encoded, scene_clip

LENGTHS = [2.0, 1.5, 2.5]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One clip, two other versions of it, and a clip of other footage."""
    folder, ffmpeg, rng = tmp_path_factory.mktemp("clips"), find_ffmpeg(), np.random.default_rng(3)
    everything = list(scenes())
    order = rng.permutation(len(everything)).tolist()
    original, other = (
        scene_clip(
            ffmpeg, folder / f"{name}.mp4", [everything[at] for at in order[first : first + 3]], LENGTHS, rng
        )
        for name, first in (("original", 0), ("other", 3))
    )
    x264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "30")
    graded = ("-vf", "eq=contrast=1.1:saturation=1.2:gamma=1.05", *x264)
    return {
        "original": original,
        "other": other,
        "graded": encoded(ffmpeg, original, folder / "graded.mp4", graded),
        "trimmed": encoded(ffmpeg, original, folder / "trimmed.mp4", x264, (0.5, 4.5)),
    }


class Footage:
    """A library over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "footage"
        self.folder.mkdir()
        self.library: Any = dampipe.open(home=folder / "home", model="tiny", in_process=True, settle=0.0)
        self.versions: VersionService = self.library.service(VersionService)
        self.tags: TagService = self.library.service(TagService)
        self._clock = 1_700_000_000

    def put(self, file: Path, name: str = "clip.mp4") -> str:
        """Write a file with a time of its own, scan, and process what there is to do; returns its path."""
        self.write(file, name)
        self.library.process()
        return str(self.folder / name)

    def write(self, file: Path, name: str = "clip.mp4") -> None:
        """Write a file, and scan its folder."""
        shutil.copyfile(file, self.folder / name)
        self._clock += 10
        os.utime(self.folder / name, (self._clock, self._clock))
        self.library.add(self.folder)

    def scalars(self, query: Any) -> list[Any]:
        with self.library.service(Database).read() as connection:
            return list(connection.execute(query).scalars())

    def events(self, *names: str) -> list[str]:
        return self.scalars(select(EVENT.c.name).where(EVENT.c.name.in_(names)).order_by(EVENT.c.at))

    def provisional(self) -> int:
        return len(self.scalars(select(ASSET.c.id).where(ASSET.c.replaces_id.is_not(None))))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Footage]:
    made = Footage(tmp_path)
    # Numbers of assets and versions differ, so that one taken for the other is noticed.
    with made.library.service(Database).write() as connection:
        connection.execute(ASSET.insert().values(id=100, added_at=0.0))
        connection.execute(ASSET.delete())
    yield made
    made.library.close()


@pytest.mark.parametrize("version", ["graded", "trimmed"])
def test_the_same_footage_at_the_same_path_is_a_version(
    here: Footage, clips: dict[str, Path], version: str
) -> None:
    path = here.put(clips["original"])
    old = here.library.show(path).video.sha1
    here.tags.add(LOCAL, TagRequest(tag="interview", assets=(path,)))
    here.put(clips[version])

    details = here.library.show(old)
    new = details.video.sha1
    assert [one.sha1 for one in details.versions] == [new, old]
    assert [one.superseded_at is None for one in details.versions] == [True, False]
    assert (new != old, details.tags, details.replaces) == (True, ("interview",), None)
    assert details == here.library.show(path) == here.library.show(new[:10])
    assert [video.sha1 for video in here.library.videos()] == [new]
    assert [hit.asset for hit in here.library.search(tag="interview").hits] == [new]
    both = here.library.search(tag="interview", all_versions=True).hits
    assert {hit.asset for hit in both} == {new, old}
    seen = here.library.search("clip", only="vision").hits
    assert {hit.asset for hit in seen} <= {new}
    assert here.library.search("interview", only="words").hits[0].asset == new
    with here.library.open_derivative(old, "proxy") as proxy:
        assert len(proxy.read()) > 1000, "the old version still plays"
    assert here.events("asset.merged") == ["asset.merged"]
    [operation] = here.versions.list(LOCAL, path).operations
    assert (operation.kind, operation.actor) == (OperationKind.FOOTAGE, "worker")
    assert here.scalars(select(RUN.c.state).distinct()) == ["done"]


def test_other_footage_at_the_same_path_is_an_asset_of_its_own(here: Footage, clips: dict[str, Path]) -> None:
    path = here.put(clips["original"])
    old = here.library.show(path).video.sha1
    here.tags.add(LOCAL, TagRequest(tag="interview", assets=(path,)))
    here.put(clips["other"])
    details = here.library.show(path)
    assert (len(details.versions), details.replaces, details.tags) == (1, None, ())
    assert here.library.show(old).tags == ("interview",)
    assert len(list(here.library.videos())) == 2
    assert here.events("asset.merged", "asset.settled") == ["asset.settled"]
    assert here.provisional() == 0


def test_bytes_that_are_put_back_are_the_current_version_again(here: Footage, clips: dict[str, Path]) -> None:
    path = here.put(clips["original"])
    old = here.library.show(path).video.sha1
    here.put(clips["graded"])
    here.put(clips["original"])
    details = here.library.show(path)
    assert (details.video.sha1, len(details.versions)) == (old, 2)
    assert here.events("version.current") == ["version.current"]


def test_a_file_that_changed_before_it_was_previewed_does_not_stay_provisional(
    here: Footage, clips: dict[str, Path]
) -> None:
    here.put(clips["original"])
    with here.library.service(Database).write() as connection:  # as if its preview had never been made
        connection.execute(
            RUN.delete().where(RUN.c.stage.in_(("preview", "embed", "index", "proxy", "refine")))
        )
        connection.exec_driver_sql("DELETE FROM fingerprint")
    here.put(clips["graded"])
    assert here.provisional() == 0
    assert here.events("asset.settled", "asset.merged") == ["asset.settled"]


def test_two_changes_in_a_row_are_versions_of_one_asset(here: Footage, clips: dict[str, Path]) -> None:
    path = here.put(clips["original"])
    for name in ("graded", "trimmed"):
        here.put(clips[name])
    assert len(here.library.show(path).versions) == 3
    assert here.scalars(select(func.count()).select_from(ASSET)) == [1]


def compared(here: Footage) -> list[str]:
    """The states of the work items that compare."""
    return here.scalars(select(RUN.c.state).where(RUN.c.stage == provisional.COMPARE))


@pytest.mark.parametrize("name", ["graded", "other"])
def test_long_footage_is_compared_by_a_work_item(
    here: Footage, clips: dict[str, Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.put(clips["original"])
    here.put(clips["trimmed"])
    assert compared(here) == [], "short footage is compared in the transaction of its preview"
    monkeypatch.setattr(provisional, "AT_ONCE", 0)
    path = here.put(clips[name])
    assert (here.provisional(), set(compared(here))) == (0, {RunState.DONE})
    assert len(here.library.show(path).versions) == (3 if name == "graded" else 1)


STILL = "mandelbrot=size=320x180:rate=24:start_scale=0.3:end_scale=0.3:start_x=-0.75:start_y=-0.2"
MOVING = f"{STILL}[s];color=white:size=24x60:rate=24[p];[s][p]overlay=x='150+{{a}}*sin(t*{{b}})':y='60+20*sin(t*{{c}})'"
ULTRAFAST = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A locked-off shot in which something small moves, versions whose previews leave it open, and another take."""
    folder, ffmpeg = tmp_path_factory.mktemp("takes"), find_ffmpeg()
    made = {}
    for name, (a, b, c) in {"take": (120, 1.3, 0.7), "other take": (100, 0.8, 1.9)}.items():
        made[name] = folder / f"{name}.mp4"
        source = ("-f", "lavfi", "-t", "12", "-i", MOVING.format(a=a, b=b, c=c))
        run_ffmpeg(ffmpeg, *source, *ULTRAFAST, f"file:{made[name]}")
    bars = ("-vf", "scale=320:136,pad=320:180:0:22", *ULTRAFAST)
    parts = {"part": (ULTRAFAST, (4.3, 5.0)), "part with bars": (bars, (3.1, 6.0)), "with bars": (bars, None)}
    for name, (options, part) in parts.items():
        made[name] = encoded(ffmpeg, made["take"], folder / f"{name}.mp4", options, part)
    options, part = parts["part"]
    made["part of the other take"] = encoded(ffmpeg, made["other take"], folder / "op.mp4", options, part)
    return made


def previews_decide(here: Footage) -> bool:
    """Whether the previews of the two newest versions show that they are the same."""
    with here.library.service(Database).read() as connection:
        newest = select(VERSION.c.id).order_by(VERSION.c.id.desc()).limit(2)
        old, new = provisional.footage_of(connection, list(connection.execute(newest).scalars()))
    return is_same(old, new)


@pytest.mark.parametrize("name", ["part", "part with bars", "with bars"])
def test_what_the_previews_leave_open_is_a_version_if_the_proxies_show_the_same_frames(
    here: Footage, takes: dict[str, Path], name: str
) -> None:
    path = here.put(takes["take"])
    here.tags.add(LOCAL, TagRequest(tag="interview", assets=(path,)))
    here.put(takes[name])
    assert not previews_decide(here)
    details = here.library.show(path)
    assert (len(details.versions), details.tags, here.provisional()) == (2, ("interview",), 0)
    [operation] = here.versions.list(LOCAL, path).operations
    assert (operation.kind, operation.actor) == (OperationKind.FOOTAGE, "worker")
    assert here.events("asset.merged", "asset.settled") == ["asset.merged"]
    assert set(compared(here)) == {RunState.DONE}


@pytest.mark.parametrize("name", ["other take", "part of the other take"])
def test_what_the_previews_leave_open_is_an_asset_of_its_own_if_the_frames_are_others(
    here: Footage, takes: dict[str, Path], name: str
) -> None:
    path = here.put(takes["take"])
    here.put(takes[name])
    assert not previews_decide(here)
    assert (len(here.library.show(path).versions), here.provisional()) == (1, 0)
    assert here.events("asset.merged", "asset.settled") == ["asset.settled"]


def work(here: Footage, *queues: str) -> None:
    """Do what is pending on these queues only."""
    service, transport = here.library.service, here.library.service(TaskTransport)
    for scan in service(ScanRepository).due():
        service(Scanner).scan(scan)
    while True:
        service(Dispatcher).top_up_all()
        if not transport.work(service(Runner), items=service(WorkRunner), served=queues):
            return


def test_an_asset_is_provisional_until_its_proxy_is_done(here: Footage, takes: dict[str, Path]) -> None:
    path = here.put(takes["take"])
    here.write(takes["part"])
    work(here, "io", "preview")
    sweep = here.library.service(ProvisionalSweep)
    assert (here.provisional(), sweep(), sweep()) == (1, {}, {})
    assert here.library.show(path).replaces is not None
    work(here, "io", "preview", "proxy")
    assert (here.provisional(), len(here.library.show(path).versions)) == (0, 2)


def test_signatures_that_are_lost_are_made_for_the_comparison(here: Footage, takes: dict[str, Path]) -> None:
    path = here.put(takes["take"])
    with here.library.service(Database).write() as connection:
        connection.execute(DERIVATIVE.delete().where(DERIVATIVE.c.kind == "signatures"))
    here.put(takes["part"])
    assert here.scalars(select(RUN.c.state).where(RUN.c.stage == SIGN)) == [RunState.DONE]
    assert compared(here) == [RunState.DONE], "the sweep has seen that they were made, and requested it once"
    assert (here.provisional(), len(here.library.show(path).versions)) == (0, 2)


def test_without_the_proxy_of_the_replaced_file_the_previews_decide(
    here: Footage, takes: dict[str, Path]
) -> None:
    path = here.put(takes["take"])
    with here.library.service(Database).write() as connection:  # as if the file had changed before its proxy
        connection.execute(DERIVATIVE.delete().where(DERIVATIVE.c.kind.in_(("proxy", "signatures"))))
        connection.execute(update(RUN).where(RUN.c.stage == "proxy").values(state=RunState.PENDING))
    here.put(takes["part"])
    assert (here.provisional(), len(here.library.show(path).versions)) == (0, 1)
    assert here.events("asset.merged", "asset.settled") == ["asset.settled"]


def test_a_proxy_that_failed_is_not_waited_for(here: Footage, takes: dict[str, Path]) -> None:
    path = here.put(takes["take"])
    here.write(takes["part"])
    work(here, "io", "preview")
    with here.library.service(Database).write() as connection:
        unfinished = (RUN.c.stage == "proxy", RUN.c.state == RunState.PENDING)
        connection.execute(update(RUN).where(*unfinished).values(state=RunState.FAILED))
    here.library.service(ProvisionalSweep)()
    here.library.process()
    assert (here.provisional(), len(here.library.show(path).versions)) == (0, 1)


def test_a_comparison_says_nothing_about_versions_that_came_meanwhile(
    here: Footage, clips: dict[str, Path], takes: dict[str, Path]
) -> None:
    """The asset got another version by hand, while its comparison ran."""
    path = here.put(takes["take"])
    other = here.put(clips["original"], "other.mp4")
    here.write(takes["part"])
    work(here, "io", "preview")
    handler: CompareHandler = here.library.service(CompareHandler)
    [version] = here.scalars(select(RUN.c.version_id).where(RUN.c.stage == provisional.COMPARE))
    item = WorkItem(RunId(0), provisional.COMPARE, provisional.KEY, Subject(version=version), {}, 1)
    work(here, "proxy")
    result = handler.run(item, Reporter())
    old = here.scalars(select(VERSION.c.sha1).order_by(VERSION.c.id))[0]
    here.versions.stack(LOCAL, StackRequest(asset=old, others=(other,)))
    with here.library.service(Database).write() as connection:
        handler.save(connection, item, result)
    assert (result["is_same"], here.provisional()) == (True, 1)
    here.library.process()
    assert (here.provisional(), len(here.library.show(path).versions)) == (0, 3)


@pytest.mark.parametrize("rule", VersionRule)
def test_a_still_is_a_version_only_where_its_source_says_so(
    here: Footage, tmp_path: Path, rule: VersionRule
) -> None:
    here.library.service(SourceService).add(
        LOCAL, SourceRequest(name="stills", path=str(here.folder), versions=rule)
    )
    for number in (1, 2):
        Image.new("RGB", (640, 480), (40 * number, 90, 120)).save(tmp_path / f"{number}.png")
    path = here.put(tmp_path / "1.png", "still.png")
    here.tags.add(LOCAL, TagRequest(tag="poster", assets=(path,)))
    here.put(tmp_path / "2.png", "still.png")
    details = here.library.show(path)
    by_path = rule is VersionRule.PATH
    assert (len(details.versions), details.tags) == ((2, ("poster",)) if by_path else (1, ()))
    assert here.provisional() == 0
    assert here.events("asset.merged", "asset.settled") == ["asset.merged" if by_path else "asset.settled"]


def test_what_was_recognized_can_be_undone_and_is_not_recognized_again(
    here: Footage, clips: dict[str, Path]
) -> None:
    path = here.put(clips["original"])
    old = here.library.show(path).video.sha1
    here.tags.add(LOCAL, TagRequest(tag="interview", assets=(path,)))
    here.put(clips["graded"])
    [asset] = here.scalars(select(VERSION_OPERATION.c.other_id))
    assert here.versions.undo(LOCAL, path).kind is OperationKind.FOOTAGE
    assert len(here.library.show(old).versions) == len(here.library.show(path).versions) == 1
    assert here.library.show(old).tags == ("interview",)
    assert here.library.show(path).tags == ()
    assert here.scalars(select(VERSION.c.asset_id).order_by(VERSION.c.id))[-1] == asset, (
        "its number is the same"
    )
    here.library.add(here.folder)
    here.library.process()
    assert len(list(here.library.videos())) == 2
    with here.library.service(Database).write() as connection:
        connection.execute(
            update(RUN).where(RUN.c.stage == "preview").values(state="pending", queued_at=None)
        )
    here.library.process()
    assert len(list(here.library.videos())) == 2, "a preview that is made again decides nothing again"
