"""Excerpts of a library: of files in a bucket only the part is fetched; checked and audited like originals."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from moto.moto_api import state_manager
from moto.server import ThreadedMotoServer
from sqlalchemy import select, update

from dampipe.app import tools
from dampipe.app.api import Library
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.tables import VERSION
from dampipe.features.excerpts import maker, service
from dampipe.features.excerpts.model import ExcerptReport, ExcerptRequest
from dampipe.features.excerpts.service import ExcerptService
from dampipe.features.rights.model import NewLicence
from dampipe.features.rights.service import RightsService
from dampipe.features.tiers.cli.restore import restore
from dampipe.features.tiers.restoring.service import RestoreService
from dampipe.features.tiers.restoring.tables import RESTORE_FILE
from dampipe.features.tiers.restoring.worker import RestoreWorker
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound, NotLicensed
from dampipe.kernel.events.tables import EVENT
from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.ffmpeg.sandbox import Sandbox, find_sandbox
from dampipe.storage.files import parts as storage_parts
from dampipe.storage.files import reading, s3_stream
from dampipe.web.app import create_app
from tests.integration.access.conftest import Guarded
from tests.support.fault_proxy import FaultProxy
from tests.support.numbered import numbered, numbers_of
from tests.support.parts import NoWalls
from tests.support.remote_library import RemoteLibrary

MOV, MKV = "take.mov", "take.mkv"
FRAMES = 200


def a_sandbox(mode: Any, ffmpeg: str) -> Sandbox:
    """The sandbox of this machine, if it allows one."""
    found = find_sandbox(mode, ffmpeg)
    return found if found.active or mode == "off" else NoWalls()


@pytest.fixture(autouse=True)
def small_and_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find_sandbox", a_sandbox)
    monkeypatch.setattr(storage_parts, "BLOCK", 16 << 10)
    monkeypatch.setattr(storage_parts, "GAP", 8 << 10)
    monkeypatch.setattr(reading, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(s3_stream, "_PAUSE", 0.01)


@pytest.fixture(scope="module")
def ffmpeg() -> Ffmpeg:
    return find_ffmpeg()


class Here:
    """A library over a bucket with a film in two containers, of which this machine has no copies."""

    def __init__(self, remote: RemoteLibrary, clips: dict[str, Path], address: tuple[str, int]) -> None:
        self.remote, self.clips, self.address = remote, clips, address

    def size(self, name: str) -> int:
        return self.clips[name].stat().st_size

    def write(
        self, library: Library, target: Path, name: str = MOV, **more: Any
    ) -> tuple[ExcerptReport, int]:
        """Write an excerpt; returns how many bytes the server has sent for it, too."""
        before = self.remote.proxy.relayed
        request = ExcerptRequest(asset=name, **{"start": "00:59:58:00", "end": "00:59:58:20", **more})
        report = library.service(ExcerptService).write(LOCAL, request, target)
        return report, self.remote.proxy.relayed - before


def events(library: Library, name: str) -> list[Any]:
    with library.service(Database).read() as connection:
        return list(connection.execute(select(EVENT).where(EVENT.c.name == name)).all())


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg) -> Iterator[Here]:
    folder = tmp_path_factory.mktemp("excerpts")
    picture = ("-c:v", "mjpeg", "-q:v", "2", "-c:a", "pcm_s16le", "-timecode", "00:59:54:00")
    clips = {name: numbered(ffmpeg, folder / name, *picture, count=FRAMES, noise=30) for name in (MOV, MKV)}
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with FaultProxy(host, port) as proxy:
            remote = RemoteLibrary(host, port, proxy, folder / "home")
            for name, clip in clips.items():
                remote.put(name, clip)
            with remote.open() as library:
                library.add(remote.root)
            remote.process()
            yield Here(remote, clips, (host, port))
    finally:
        server.stop()


@pytest.fixture
def library(here: Here) -> Iterator[Library]:
    shutil.rmtree(here.remote.home / "cache" / "footage", ignore_errors=True)
    with here.remote.open() as opened:
        yield opened


def test_of_a_file_in_a_bucket_only_the_part_is_fetched(
    here: Here, library: Library, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    report, sent = here.write(library, tmp_path / "part.mov")
    assert numbers_of(ffmpeg, tmp_path / "part.mov") == list(range(100, 120))
    assert (report.first_frame, report.frames, report.timecode) == (100, 20, "00:59:58:00")
    assert (report.earlier_frames, report.whole, report.warnings) == (0, False, ())
    assert (
        report.fetched is not None and report.size < report.fetched <= sent < report.size + here.size(MOV) / 5
    )
    assert not list((here.remote.home / "cache" / "footage").glob("copies/*")), "no copy of the whole"
    assert [path.name for path in tmp_path.iterdir()] == ["part.mov"]
    [event] = [one for one in events(library, "original.excerpted") if json.loads(one.data)["start"] == 4.0]
    assert json.loads(event.data)["end"] == pytest.approx(4.8) and event.actor == str(LOCAL)


@contextmanager
def worker_of_restores(library: Library) -> Iterator[None]:
    """Asks the storage again and again meanwhile, without the pauses of a real deployment."""
    over = Event()

    def work() -> None:
        while not over.wait(0.1):
            with library.service(Database).write() as connection:
                connection.execute(update(RESTORE_FILE).values(next_at=0.0))
            library.service(RestoreWorker)()

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_of_an_archived_file_the_part_is_copied_once_the_storage_has_restored_it(
    here: Here, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    remote = RemoteLibrary(*here.address, here.remote.proxy, tmp_path / "home")
    place: Any = {"Bucket": remote.bucket, "Key": f"footage/{MOV}"}
    remote.direct.put_object(
        **place, Body=here.clips[MOV].read_bytes()
    )  # whole: its ETag stays that of the content
    with remote.open() as library:
        library.add(remote.root)
    remote.process()
    source = f"{remote.bucket}/footage/{MOV}"
    remote.direct.copy_object(**place, CopySource=source, StorageClass="DEEP_ARCHIVE")
    with remote.open() as library:
        library.add(remote.root)
    remote.process()
    remote.forget_copies()
    state_manager.set_transition("s3::keyrestore", {"progression": "manual", "times": 3})
    words = [MOV, "--in", "00:59:58:00", "--out", "00:59:58:19", "-o", str(tmp_path / "part.mov"), "--yes"]
    try:
        with remote.open() as library, worker_of_restores(library):
            request = ExcerptRequest(asset=MOV, start="00:59:58:00", end="00:59:58:20")
            with pytest.raises(Conflict):  # it cannot be read before
                library.service(ExcerptService).write(LOCAL, request, tmp_path / "early.mov")
            before = remote.proxy.relayed
            done = CliRunner().invoke(restore, words, obj=library.service(Services))
            sent = remote.proxy.relayed - before
            [asked] = library.service(RestoreService).latest(LOCAL)
    finally:
        state_manager.unset_transition("s3::keyrestore")
    assert done.exit_code == 0, done.output
    assert "1 file (" in done.output and "part.mov: 20 frames from 00:59:58:00" in done.output, done.output
    assert (asked.files, asked.ready, asked.failed) == (1, 1, 0)
    assert numbers_of(ffmpeg, tmp_path / "part.mov") == list(range(100, 120))
    part = (tmp_path / "part.mov").stat().st_size
    assert part < sent < part + here.size(MOV) / 5, "no more than the part was fetched"


def test_handles_are_added_as_far_as_the_file_goes(
    here: Here, library: Library, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    for handles, start, last, frames in (
        ("12f", "00:59:58:00", "00:59:58:19", range(88, 132)),
        ("1s", "0", "00:59:54:10", range(36)),
        ("0.5", "00:59:58:00", "00:59:58:19", range(87, 133)),  # whole frames: 12.5 are 13
        ("1s", "00:00:00:00", "00:00:00:00", range(0)),
    ):
        target = tmp_path / f"{len(list(tmp_path.iterdir()))}.mov"
        if not frames:
            with pytest.raises(InvalidInput):
                here.write(library, target, start=start, end=None, last=last, handles=handles)
            continue
        here.write(library, target, start=start, end=None, last=last, handles=handles)
        assert numbers_of(ffmpeg, target) == list(frames), handles
    for wrong in ("1x", "-1s", "1.5f", ""):
        with pytest.raises(InvalidInput, match="handles"):
            here.write(library, tmp_path / "no.mov", handles=wrong)


def test_other_containers_are_fetched_whole_once(
    here: Here, library: Library, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    report, sent = here.write(library, tmp_path, MKV)
    assert report.whole and sent >= here.size(MKV)
    assert Path(report.name) == tmp_path / "take_00-59-58-00.mkv"
    assert numbers_of(ffmpeg, Path(report.name)) == list(range(100, 120))
    again, sent = here.write(library, tmp_path / "again.mkv", MKV)
    assert (again.fetched, again.whole) == (None, False) and sent < 100_000, "from the copy"


def test_nothing_is_overwritten_and_no_half_file_stays(here: Here, library: Library, tmp_path: Path) -> None:
    (tmp_path / "here.mov").write_bytes(b"mine")
    with pytest.raises(Conflict, match="exists"):
        here.write(library, tmp_path / "here.mov")
    with pytest.raises(NotFound, match="no folder"):
        here.write(library, tmp_path / "nowhere" / "a.mov")
    with pytest.raises(InvalidInput, match="same kind"):
        here.write(library, tmp_path / "a.mp4")
    with pytest.raises(NotFound):
        here.write(library, tmp_path / "a.mov", "nothing.mov")
    assert [path.name for path in tmp_path.iterdir()] == ["here.mov"]
    assert (tmp_path / "here.mov").read_bytes() == b"mine"


def test_a_storage_that_breaks_off_leaves_nothing(here: Here, library: Library, tmp_path: Path) -> None:
    before = here.remote.proxy.relayed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maker.ExcerptMaker, "_of_parts", _broken)
        with pytest.raises(Exception, match="cannot be read at the moment"):
            here.write(library, tmp_path / "a.mov")
    assert not list(tmp_path.iterdir())
    assert here.remote.proxy.relayed - before < here.size(MOV) / 5


def _broken(*_: object) -> None:
    from dampipe.kernel.errors import Transient
    from dampipe.storage.files.errors import STORE_UNREACHABLE

    raise Transient(STORE_UNREACHABLE, store="s3://x", reason="reset")


def test_what_may_not_be_used_is_not_even_read(here: Here, library: Library, tmp_path: Path) -> None:
    rights = library.service(RightsService)
    rights.add(LOCAL, NewLicence(name="old", territories=("DE",), expires="2000-01-01", zone="UTC"))
    rights.attach(LOCAL, "old", Selected(assets=(MOV,)))
    try:
        before = here.remote.proxy.relayed
        with pytest.raises(NotLicensed):
            here.write(library, tmp_path / "a.mov")
        assert here.remote.proxy.relayed == before and not list(tmp_path.iterdir())
        here.write(library, tmp_path / "a.mov", reason="a new licence")
        assert (tmp_path / "a.mov").exists() and events(library, "release.overridden")
    finally:
        rights.detach(LOCAL, "old", Selected(assets=(MOV,)))


def test_over_http(
    here: Here, library: Library, ffmpeg: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with library.service(Database).read() as connection:
        sha1s = dict(connection.execute(select(VERSION.c.size, VERSION.c.sha1)).all())
    http = TestClient(create_app(library.service(Services)), "http://127.0.0.1", client=("127.0.0.1", 50000))
    mov, mkv = (f"/api/v1/assets/{sha1s[here.size(name)]}/original/excerpt" for name in (MOV, MKV))
    part = {"start": "00:59:58:00", "last": "00:59:58:19", "handles": "2f"}
    answer = http.get(mov, params=part)
    assert answer.status_code == 200, answer.text
    (tmp_path / "part.mov").write_bytes(answer.content)
    assert numbers_of(ffmpeg, tmp_path / "part.mov") == list(range(98, 122))
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''take_00-59-57-23.mov"
    assert "accept-ranges" not in answer.headers and "dampipe-warnings" not in answer.headers
    assert not list((here.remote.home / "cache" / "excerpts").iterdir())
    assert http.get(mov).status_code == 422
    assert http.get(mov, params={"start": "0", "end": "1", "last": "1"}).status_code == 422
    assert http.get(mov, params={"start": "10:00:00:00"}).json()["code"] == "time.no_such_timecode"
    monkeypatch.setattr(service, "MOST_FETCHED", 1000)
    refused = http.get(mkv, params=part)
    assert (refused.status_code, refused.json()["code"]) == (422, "excerpt.too_much_to_fetch")
    excerpts = library.service(ExcerptService)
    for _ in range(service.AT_ONCE):
        assert excerpts._places.acquire(blocking=False)
    try:
        assert (busy := http.get(mov, params=part)).status_code == 503 and busy.json()[
            "code"
        ] == "excerpt.busy"
    finally:
        for _ in range(service.AT_ONCE):
            excerpts._places.release()
    guarded = Guarded(library)
    guarded.add("vera", Role.VIEWER)
    assert guarded.logged_in("vera").get(mov, params=part).status_code == 403
