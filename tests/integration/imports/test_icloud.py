"""iCloud: photos go through a spool within a quota; whatever is killed, none is lost, and none is fetched twice."""

import io
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dampipe.features.imports.icloud import download
from dampipe.features.imports.icloud.account import Account
from dampipe.features.imports.icloud.spool import Spool
from dampipe.features.imports.model import ImportRequest, SessionState
from dampipe.features.imports.step import ImportPolicy
from dampipe.features.imports.tables import IMPORT_NOTE
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart, InvalidInput, Transient
from tests.support.camera_card import contents
from tests.support.catalog import Catalog
from tests.support.fake_icloud import USER, FakeICloud
from tests.support.importing import Importing
from tests.support.killed_imports import run_killed

ACCOUNT = Account(USER)
DEADLINE = 60.0


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeICloud:
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(download, "INTERVAL", 0.05)
    monkeypatch.setattr(download, "WEIGH", 0.0)
    made = FakeICloud(tmp_path / "apple", monkeypatch)
    log_in()
    return made


def log_in() -> None:
    """A session, as icloudpd leaves it."""
    ACCOUNT.sessions.mkdir(parents=True, exist_ok=True)
    (ACCOUNT.sessions / "annaexamplecom").write_text("cookies")


def policy(quota: int = 1_000_000, **more: Any) -> ImportPolicy:
    """For tests: at once. quota: bytes of the spool."""
    values = {"portion": 600.0, "blocked_delay": 0.0, "retry_delay": 0.0, "check_interval": 0.0, **more}
    return ImportPolicy(spool_quota=quota, **values)


def again(here: Importing, quota: int = 1_000_000) -> Importing:
    """A worker with another quota."""
    return Importing(here.catalog, policy(quota))


def begin(here: Importing) -> int:
    request = ImportRequest(importer="icloud", origin=ACCOUNT.origin, to=("raid",))
    return here.service.begin(LOCAL, request).number


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_photos_are_imported_and_leave_the_spool(here: Importing, cloud: FakeICloud, tmp_path: Path) -> None:
    cloud.add("IMG_0001.HEIC", film=True, title="T & u", keywords=["a", "b"], favorite=True)
    cloud.add("IMG_0001.HEIC", date="2024-05-17T12:00:00")
    cloud.add("IMG_0002.JPG", date="2023-01-02T03:04:05")
    raid = here.managed("raid", tmp_path / "raid")
    report = here.work(begin(here))
    assert (report.state, report.adds_up, report.problem) == (SessionState.DONE, True, "")
    assert report.counts.imported == 4 and report.counts.set_aside == 0
    path_of = {data: path for path, data in contents(raid).items()}
    live, film = path_of[cloud.content(0)], path_of[cloud.content(0, "film")]
    assert {live, path_of[cloud.content(1)]} == {"2024/05/IMG_0001.HEIC", "2024/05/IMG_0001-2.HEIC"}
    assert film == live.replace(".HEIC", ".MOV") and path_of[cloud.content(2)] == "2023/01/IMG_0002.JPG"
    assert set(contents(raid).values()) == cloud.contents()
    spool = Spool(ACCOUNT)
    photos = [path for path in spool.path.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert len(photos) == 4 and sum(path.stat().st_size for path in photos) == 0
    with here.catalog.database.read() as connection:
        [note] = connection.execute(select(IMPORT_NOTE.c.notes)).scalars().all()
    assert json.loads(note)["values"] == {"title": ["T & u"], "tags": ["a", "b"], "favourite": [True]}
    # What was imported is not fetched again.
    cloud.add("IMG_0003.JPG")
    report = here.work(begin(here))
    assert (report.counts.inputs, report.counts.imported, report.adds_up) == (1, 1, True)
    assert not any("secret" in " ".join(call) for call in cloud.calls)


def test_the_spool_stays_within_its_quota(
    here: Importing, cloud: FakeICloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        cloud.add(f"IMG_{number:04}.JPG", size=10_000)
    cloud.change(delay=0.005)
    raid = here.managed("raid", tmp_path / "raid")
    most = 0
    weigh = Spool.used

    def used(spool: Spool) -> int:
        nonlocal most
        found = weigh(spool)
        most = max(most, found)
        return found

    monkeypatch.setattr(Spool, "used", used)
    small = again(here, 50_000)
    report = small.work(begin(small))
    assert report.state is SessionState.DONE and report.counts.imported == 20 and report.adds_up
    assert set(contents(raid).values()) == cloud.contents()
    assert len(cloud.calls) > 2 and most < 150_000
    small.close()


def test_a_photo_that_is_larger_than_the_spool_blocks_the_import(
    here: Importing, cloud: FakeICloud, tmp_path: Path
) -> None:
    cloud.add("long.MOV", size=60_000)
    cloud.change(delay=0.02)
    raid = here.managed("raid", tmp_path / "raid")
    small = again(here, 20_000)
    number = begin(small)
    report = small.work(number)
    assert (report.state, report.problem_code) == (SessionState.BLOCKED, "import.spool_full")
    cloud.change(delay=0.0)
    here.service.resume(LOCAL, number)
    report = again(here).work(number)
    assert report.counts.imported == 1 and set(contents(raid).values()) == cloud.contents()
    small.close()


def test_a_session_that_ends_half_way_is_said_and_continued_after_a_login(
    here: Importing, cloud: FakeICloud, tmp_path: Path
) -> None:
    for number in range(6):
        cloud.add(f"IMG_{number:04}.JPG")
    cloud.change(ends_after=3)
    raid = here.managed("raid", tmp_path / "raid")
    number = begin(here)
    report = here.work(number)
    assert (report.state, report.problem_code) == (SessionState.BLOCKED, "import.icloud_login_needed")
    calls = len(cloud.calls)
    here.sweep()
    assert here.repository.due() == [] and len(cloud.calls) == calls, "Apple would lock the account"
    cloud.change(ends_after=None)
    log_in()
    assert here.service.resume_blocked(LOCAL, ACCOUNT.origin) == [number]
    report = here.work(number)
    assert (report.state, report.adds_up, report.counts.imported) == (SessionState.DONE, True, 6)
    assert set(contents(raid).values()) == cloud.contents()


def test_without_a_session_nothing_begins(here: Importing, cloud: FakeICloud, tmp_path: Path) -> None:
    here.managed("raid", tmp_path / "raid")
    (ACCOUNT.sessions / "annaexamplecom").unlink()
    with pytest.raises(CannotStart) as refused:
        begin(here)
    assert refused.value.code == "import.icloud_login_needed" and cloud.calls == []
    with pytest.raises(InvalidInput) as invalid:
        here.service.begin(LOCAL, ImportRequest(importer="icloud", origin="icloud://--help", to=("raid",)))
    assert invalid.value.code == "import.icloud_user_invalid"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (
            ["ERROR    private db access disabled for this account.  Please wait a few minutes then try again."
             "The remote servers might be trying to throttle requests. (ACCESS_DENIED)"],
            "import.icloud_advanced_protection",
        ),
        (["Apple iCloud setup is not complete. (ZONE_NOT_FOUND)"], "import.icloud_not_set_up"),
        (["Invalid email/password combination."], "import.icloud_login_failed"),
        (["  File \"pyicloud_ipd/base.py\", line 642", "KeyError: 'dsInfo'",
          "[PYI-9266:ERROR] Failed to execute script 'icloudpd' due to unhandled exception!"],
         "import.icloud_login_needed"),
        (["Service Temporarily Unavailable"], "import.icloud_throttled"),
        (["Access denied, try later (ACCESS_DENIED)"], "import.icloud_throttled"),
        (["Cannot connect to Apple iCloud service"], "import.icloud_unreachable"),
        (["Traceback (most recent call last):", "ZeroDivisionError: division by zero"], "import.program_failed"),
    ],
)  # fmt: skip
def test_what_icloudpd_says_has_a_code(
    here: Importing, cloud: FakeICloud, tmp_path: Path, lines: list[str], code: str
) -> None:
    cloud.add("IMG_0001.JPG")
    cloud.change(fails=lines)
    here.managed("raid", tmp_path / "raid")
    number = begin(here)
    report = here.work(number, portions=1)
    assert (report.state, report.problem_code) == (SessionState.BLOCKED, code), report
    cloud.change(fails=[])
    here.service.resume(LOCAL, number)
    assert here.work(number).counts.imported == 1


def test_what_cannot_be_fetched_is_in_the_receipt(here: Importing, cloud: FakeICloud, tmp_path: Path) -> None:
    cloud.add("IMG_0001.JPG")
    cloud.add("IMG_0002.JPG", missing=True)
    here.managed("raid", tmp_path / "raid")
    report = here.work(begin(here))
    assert report.reasons == {"not_fetched": 1} and report.counts.imported == 1 and report.adds_up
    assert report.counts.unexpected == 1


def test_a_worker_that_is_killed_while_it_fetches_takes_icloudpd_along(
    here: Importing, cloud: FakeICloud, tmp_path: Path
) -> None:
    cloud.add("IMG_0001.JPG")
    cloud.add("long.MOV", size=40_000)
    raid = here.managed("raid", tmp_path / "raid")
    cloud.change(delay=0.5)  # 20 seconds for the second one
    number = begin(here)
    url = here.catalog.database.url.render_as_string(hide_password=False)
    here.catalog.database.close()
    child = os.fork()
    if child == 0:
        try:
            Importing(Catalog(Database(url)), policy()).worker.portion(number)
        finally:
            os._exit(0)
    wait_for(lambda: any(part.stat().st_size for part in Spool(ACCOUNT).path.rglob("*.part")))
    wait_for(lambda: any(Spool(ACCOUNT).path.rglob("*.JPG")))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    here.sweep()
    cloud.change(delay=0.0)
    wait_for(_spool_is_free)  # what held it is gone: nothing writes to the spool any more
    parts = {part: part.stat().st_size for part in Spool(ACCOUNT).path.rglob("*.part")}
    time.sleep(1.2)
    assert parts == {part: part.stat().st_size for part in Spool(ACCOUNT).path.rglob("*.part")}
    report = here.work(number)
    assert (report.state, report.counts.imported, report.adds_up) == (SessionState.DONE, 2, True)
    assert set(contents(raid).values()) == cloud.contents()
    assert list(Spool(ACCOUNT).path.rglob("*.part")) == [], "it was continued"


def _spool_is_free() -> bool:
    try:
        with Spool(ACCOUNT).locked():
            return True
    except Transient:
        return False


def test_a_paused_import_stops_fetching(here: Importing, cloud: FakeICloud, tmp_path: Path) -> None:
    cloud.add("long.MOV", size=40_000)
    cloud.change(delay=0.5)
    here.managed("raid", tmp_path / "raid")
    number = begin(here)
    url = here.catalog.database.url.render_as_string(hide_password=False)
    here.catalog.database.close()
    child = os.fork()
    if child == 0:
        try:
            Importing(Catalog(Database(url)), policy()).worker.portion(number)
        finally:
            os._exit(0)
    wait_for(lambda: any(Spool(ACCOUNT).path.rglob("*.part")))
    here.service.pause(LOCAL, number)
    os.waitpid(child, 0)
    assert _spool_is_free()
    cloud.change(delay=0.0)
    here.service.resume(LOCAL, number)
    assert here.work(number).counts.imported == 1


@pytest.mark.timeout(600)
def test_an_import_killed_at_random_moments_is_whole_at_the_end(
    here: Importing, cloud: FakeICloud, tmp_path: Path
) -> None:
    import random

    for number in range(12):
        cloud.add(f"IMG_{number:04}.HEIC", film=number % 3 == 0, size=4_000, title=f"title {number}")
    raid = here.managed("raid", tmp_path / "raid")
    number = begin(here)
    chance, kills = random.Random(47), 0
    for _ in range(60):
        killed = _run_killed(here, number, chance.randint(1, 110))
        kills += killed
        for path, data in contents(raid).items():
            assert "dampipe-import" in path or data in cloud.contents(), path
        if not killed:
            break
    report = here.work(number)
    assert kills >= 8, kills
    assert (report.state, report.adds_up) == (SessionState.DONE, True), report
    assert (report.counts.inputs, report.counts.imported) == (16, 16)
    assert set(contents(raid).values()) == cloud.contents() and len(contents(raid)) == 16


def _run_killed(here: Importing, number: int, step: int) -> bool:
    """Work in a process that is killed at a step; whether it was."""
    killed = run_killed(here, number, step, policy=policy(15_000))
    wait_for(_spool_is_free)
    return killed


def test_the_login_is_that_of_icloudpd(
    cloud: FakeICloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(ACCOUNT.sessions)
    answers = tmp_path / "answers"
    run = download.subprocess.run

    def at_terminal(command: list[str], **more: Any) -> Any:
        with answers.open("rb") as stdin:
            return run(command, stdin=stdin, **more)

    monkeypatch.setattr(download.subprocess, "run", at_terminal)
    answers.write_text("secret\n000000\n")
    with pytest.raises(Transient) as refused:
        download.log_in(ACCOUNT)
    assert refused.value.code == "import.icloud_login_failed" and not ACCOUNT.has_session
    answers.write_text("secret\n123456\n")
    download.log_in(ACCOUNT)
    assert ACCOUNT.has_session and ACCOUNT.sessions.stat().st_mode & 0o077 == 0
    home = (path for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert not any(b"secret" in io.BytesIO(path.read_bytes()).getvalue() for path in home)
