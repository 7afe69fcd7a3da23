"""Originals over HTTP: who is given which bytes, and what is audited."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.originals.model import Original
from dampipe.features.originals.queries import ONE_DOWNLOAD, OriginalRepository
from dampipe.features.originals.release import ReleaseService
from dampipe.features.originals.scopes import ORIGINALS
from dampipe.features.originals.service import OriginalService
from dampipe.features.originals.sweep import OldReleases
from dampipe.features.originals.tables import RELEASE
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Forbidden
from dampipe.kernel.events.tables import EVENT
from tests.integration.access.conftest import Guarded, Open
from tests.support.searching import Searching

BYTES = bytes(range(256)) * 4096
SHA1, HIDDEN, SHARED, NOWHERE = "ab" * 20, "cd" * 20, "ef" * 20, "01" * 20


@dataclass
class Here:
    """A library with two folders, of which the editor sees one."""

    guarded: Guarded
    seen: Path
    hidden: Path
    clip: Path

    def events(self) -> list[Any]:
        with self.guarded.library.service(Database).read() as connection:
            query = select(EVENT).where(EVENT.c.name == "original.opened").order_by(EVENT.c.at)
            return list(connection.execute(query).all())

    def set_releases(self, **values: Any) -> None:
        with self.guarded.library.service(Database).write() as connection:
            connection.execute(update(RELEASE).values(**values))


def get(http: TestClient, sha1: str = SHA1, method: str = "GET", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.request(method, f"/api/v1/assets/{sha1}/original", headers=named)


@pytest.fixture
def here(opened: Open, tmp_path: Path) -> Iterator[Here]:
    guarded = opened()
    seen, hidden = tmp_path / "footage" / "seen", tmp_path / "footage" / "vault"
    for folder in (seen, hidden):
        folder.mkdir(parents=True)
    clip = seen / "Ä clip.mov"
    for path, sha1 in ((clip, SHA1), (hidden / "hush.mov", HIDDEN), (seen / "twin.mov", SHARED)):
        path.write_bytes(BYTES)
        guarded.library.add_video(path, sha1)
    shutil.copy(seen / "twin.mov", hidden / "hush_twin.mov")
    guarded.library.add_video(hidden / "hush_twin.mov", SHARED)
    guarded.add("ed", Role.EDITOR, sees=(str(seen),))
    guarded.add("vera", Role.VIEWER)
    guarded.add("boss", Role.ADMIN)
    yield Here(guarded, seen, hidden, clip)


@pytest.fixture
def http(here: Here) -> TestClient:
    return here.guarded.logged_in("ed")


def test_the_bytes_are_sent_to_be_saved_and_not_to_be_kept(http: TestClient) -> None:
    answer = get(http)
    assert (answer.status_code, answer.content) == (200, BYTES)
    expected = {
        "content-disposition": "attachment; filename*=UTF-8''%C3%84%20clip.mov",
        "cache-control": "private, no-store",
        "content-type": "application/octet-stream",
        "content-length": str(len(BYTES)),
        "x-content-type-options": "nosniff",
        "vary": "Cookie, Authorization",
        "accept-ranges": "bytes",
        "etag": f'"{SHA1}"',
    }
    assert {name: answer.headers[name] for name in expected} == expected
    head = get(http, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in expected} == expected
    assert get(http, SHA1[:6]).content == BYTES


def test_parts_are_sent_and_what_the_client_has_is_not(here: Here, http: TestClient) -> None:
    assert get(http, If_None_Match=f'"{SHA1}"').status_code == 304
    assert get(http, Range=f"bytes={len(BYTES)}-").status_code == 416
    assert get(http, method="HEAD").status_code == 200
    assert here.events() == [], "no byte has left"
    part = get(http, Range="bytes=1000-1999")
    assert (part.status_code, part.content) == (206, BYTES[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(BYTES)}"
    assert get(http, Range="bytes=-5", If_Range=f'"{SHA1}"').content == BYTES[-5:]
    assert get(http, Range="bytes=-5", If_Range='"another"').content == BYTES
    assert len(here.events()) == 1


def test_a_download_is_one_event_whichever_parts_are_asked_for(here: Here, http: TestClient) -> None:
    for start in (500_000, 0, 700_000):  # also one that never asks for the first byte is audited
        get(http, Range=f"bytes={start}-{start + 9}")
    [event] = here.events()
    assert (event.actor, event.sha1) == ("user:ed", SHA1)
    assert json.loads(event.data) == {"path": str(here.clip), "purpose": "download"}
    [details] = [one for one in here.guarded.library.videos() if one.sha1 == SHA1]
    assert details.paths == (str(here.clip),) and event.asset is not None
    boss = here.guarded.logged_in("boss")
    get(boss)
    assert [one.actor for one in here.events()] == ["user:ed", "user:boss"]
    get(http, SHARED)
    assert len(here.events()) == 3, "another content is another event"
    here.set_releases(at=RELEASE.c.at - ONE_DOWNLOAD - 1)
    get(http)
    assert [one.actor for one in here.events()] == ["user:ed", "user:boss", "user:ed", "user:ed"]
    listed = boss.get("/api/v1/events", params={"name": "original.opened"}).json()["events"]
    assert len(listed) == 4
    assert http.get("/api/v1/events", params={"name": "original.opened"}).json()["events"] == []


def test_releases_are_deleted_and_their_events_stay(here: Here, http: TestClient) -> None:
    get(http)
    sweep = here.guarded.library.service(OldReleases)
    count = select(func.count()).select_from(RELEASE)
    for age, left in ((0.0, 1), (ONE_DOWNLOAD + 1, 0)):
        here.set_releases(at=RELEASE.c.at - age)
        sweep()
        with here.guarded.library.service(Database).read() as connection:
            assert connection.execute(count).scalar() == left
    assert len(here.events()) == 1


def test_a_scope_of_its_own_is_needed(here: Here) -> None:
    assert get(here.guarded.client()).status_code == 401
    refused = get(here.guarded.logged_in("vera"))
    assert (refused.status_code, refused.json()["parameters"]["scope"]) == (403, "originals")
    client = here.guarded.client()
    for token, status in ((("originals",), 200), (("read", "search", "export", "admin"), 403)):
        headers = here.guarded.token("-".join(token), *token)
        assert client.get(f"/api/v1/assets/{SHA1}/original", headers=headers).status_code == status
    of_user = here.guarded.token("of-ed", "originals", user="ed")
    assert client.get(f"/api/v1/assets/{SHA1}/original", headers=of_user).status_code == 200
    assert client.get(f"/api/v1/assets/{HIDDEN}/original", headers=of_user).status_code == 404
    of_viewer = here.guarded.token("of-vera", "originals", user="vera")
    assert client.get(f"/api/v1/assets/{SHA1}/original", headers=of_viewer).status_code == 403
    assert [event.actor for event in here.events()] == ["token:originals", "token:of-ed"]
    service = here.guarded.library.service(OriginalService)
    nobody = Actor(ActorKind.USER, "x", Role.COMMENTER)
    with pytest.raises(Forbidden):
        service.open(nobody, SHA1)
    releases = here.guarded.library.service(ReleaseService)
    with service.open(LOCAL, SHA1).stream as stream, pytest.raises(Forbidden):
        releases.release(nobody, Original(1, 1, SHA1, 1, "", stream))
    assert not nobody.may(ORIGINALS)


def test_what_is_not_visible_is_answered_as_what_does_not_exist(here: Here, http: TestClient) -> None:
    unknown = get(http, NOWHERE)
    for asked in (HIDDEN, HIDDEN[:8]):
        refused = get(http, asked)
        assert refused.status_code == unknown.status_code == 404
        assert refused.text == unknown.text.replace(NOWHERE, asked)
        assert {k: v for k, v in refused.headers.items() if k != "content-length"} == {
            k: v for k, v in unknown.headers.items() if k != "content-length"
        }
        assert get(http, asked, "HEAD").status_code == 404
    assert here.events() == []


def test_only_a_visible_file_is_opened(here: Here, http: TestClient) -> None:
    """The content has another file, in a folder that the user does not see."""
    answer = get(http, SHARED)
    assert answer.headers["content-disposition"].endswith("''twin.mov")
    assert json.loads(here.events()[0].data)["path"] == str(here.seen / "twin.mov")
    (here.seen / "twin.mov").unlink()
    gone = get(http, SHARED)
    assert (gone.status_code, gone.json()["code"]) == (404, "original.missing")
    assert "hush" not in gone.text
    boss = here.guarded.logged_in("boss")
    assert get(boss, SHARED).headers["content-disposition"].endswith("''hush_twin.mov")


def test_a_volume_that_is_away_is_no_file_that_is_missing(here: Here, http: TestClient) -> None:
    away = here.seen.with_name("away")
    here.seen.rename(away)
    for _ in range(2):  # without the folder, and with an empty one, on which nothing is mounted
        offline = get(http)
        assert (offline.status_code, offline.json()["code"]) == (503, "original.offline"), offline.text
        assert get(http, method="HEAD").status_code == 503
        here.seen.mkdir(exist_ok=True)
    here.seen.rmdir()
    away.rename(here.seen)
    assert get(http).status_code == 200
    here.clip.rename(here.clip.with_name("renamed.mov"))
    missing = get(http)
    assert (missing.status_code, missing.json()["code"]) == (404, "original.missing")
    assert len(here.events()) == 1


def test_a_file_that_is_not_what_was_identified_is_not_sent(here: Here, http: TestClient) -> None:
    secret = here.hidden / "secret"
    secret.write_bytes(BYTES)
    facts = here.clip.stat()
    os.utime(secret, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    def written() -> None:
        here.clip.write_bytes(BYTES[:-1] + b"!")

    def linked() -> None:
        here.clip.symlink_to(secret)

    def linked_to_nothing() -> None:
        here.clip.symlink_to(here.seen / "nothing")

    def piped() -> None:
        os.mkfifo(here.clip)

    def a_folder() -> None:
        here.clip.mkdir()

    for change in (written, linked, linked_to_nothing, piped, a_folder):
        here.clip.unlink(missing_ok=True)
        change()
        refused = get(http)
        assert (refused.status_code, refused.json()["code"]) == (409, "original.changed"), change.__name__
    assert here.events() == []


def test_a_file_that_is_changed_while_it_is_sent_ends_there(here: Here) -> None:
    service = here.guarded.library.service(OriginalService)
    with service.open(LOCAL, SHA1).stream as stream:
        assert stream.read(1000) == BYTES[:1000]
        with here.clip.open("r+b") as file:
            file.write(b"another")
        os.utime(here.clip, (1, 1))
        assert stream.read(1000) == b""


def test_without_users_it_needs_no_login(opened: Open, tmp_path: Path) -> None:
    guarded = opened()
    clip = tmp_path / "clip.mov"
    clip.write_bytes(BYTES)
    guarded.library.add_video(clip, SHA1)
    assert get(guarded.client()).content == BYTES
    with guarded.library.service(Database).read() as connection:
        actors = connection.execute(select(EVENT.c.actor).where(EVENT.c.name == "original.opened")).scalars()
        assert list(actors) == ["local"]


def test_processes_that_send_parts_at_a_time_record_one_event(catalogue_url: str, tmp_path: Path) -> None:
    library = Searching(catalogue_url, tmp_path)
    clip = tmp_path / "clip.mov"
    clip.write_bytes(BYTES)
    library.catalog.add_video(clip, SHA1)
    row = library.catalog.assets.find(SHA1)
    actor, threads, barrier = Actor(ActorKind.USER, "ed", Role.EDITOR), 6, Barrier(6)

    def record() -> None:
        database = Database(catalogue_url)
        with clip.open("rb") as stream:
            original = Original(row.id, row.asset_id, SHA1, len(BYTES), str(clip), stream)
            barrier.wait()
            for _ in range(3):
                OriginalRepository(database).record_release(actor, original.window, [original.event()])
        database.close()

    running = [Thread(target=record) for _ in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    with library.catalog.database.read() as connection:
        events = connection.execute(select(EVENT).where(EVENT.c.name == "original.opened")).all()
    assert [event.actor for event in events] == ["user:ed"]
    library.close()
    assert isinstance(library.catalog.assets, AssetRepository)
