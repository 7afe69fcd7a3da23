"""Notifications ring: thousands of them make a few scans, and a forged one at most a scan."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

import dampipe
from dampipe.app.api import Library
from dampipe.features.access.model import TokenRequest
from dampipe.features.access.service import AccessService
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.scanning.ring import DELAY, MOST_FOLDERS, RingService
from dampipe.features.scanning.tables import SCAN
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.storage.files.memory import Bucket
from dampipe.web.app import create_app
from tests.support.buckets import bucket, url_of

KEYS = ("card7/a.mp4", "card7/sub/b.mp4", "card8/c d.mp4", "top.mp4")


class Rung:
    """A library with a bucket as a source, another in S3, and a folder."""

    def __init__(self, library: Library, store: Bucket, folder: Path) -> None:
        self.library, self.store = library, store
        sources = library.service(SourceRepository)
        sources.add("bucket", url_of(store))
        sources.add("s3", "s3://me@footage/day 1")
        sources.add("disk", str(folder))
        self.http = TestClient(create_app(library.service(Services)), "http://127.0.0.1")

    def ring(self, name: str, document: Any, code: int = 202) -> dict[str, Any]:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        answer = self.http.post(f"/api/v1/sources/{name}/notifications", content=body)
        assert answer.status_code == code, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def scans(self) -> list[list[str]]:
        """The paths of all scans, oldest first."""
        with self.library.service(Database).read() as connection:
            return [
                json.loads(text)
                for text in connection.execute(select(SCAN.c.paths).order_by(SCAN.c.id)).scalars()
            ]

    def begin_all(self) -> None:
        """Have workers claim what waits."""
        with self.library.service(Database).write() as connection:
            connection.execute(update(SCAN).values(state="walked"))


@pytest.fixture
def rung(tmp_path: Path) -> Iterator[Rung]:
    folder = tmp_path / "disk"
    (folder / "day").mkdir(parents=True)
    with (
        bucket() as store,
        dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library,
    ):
        for key in KEYS:
            store.write(key, b"1")
        yield Rung(library, store, folder)


def record(key: str, name: str = "footage") -> dict[str, Any]:
    return {"s3": {"bucket": {"name": name}, "object": {"key": key}}}


def test_the_folder_of_a_key_is_scanned_after_a_while(rung: Rung) -> None:
    told = rung.ring("bucket", {"keys": ["card7/sub/b.mp4"]})
    assert told == {"events": 1, "ignored": 0, "scan": 1}
    assert rung.scans() == [[f"{url_of(rung.store)}/card7/sub"]]
    scans = rung.library.service(ScanRepository)
    assert scans.due() == [], f"more may come within {DELAY} s"
    with rung.library.service(Database).write() as connection:
        connection.execute(update(SCAN).values(not_before=NOW - 1))
    assert scans.due() == [1]


def test_ten_thousand_events_make_a_few_scans(rung: Rung) -> None:
    asked = rung.store.calls.total()
    for number in range(10_000 // 100):
        keys = [f"card{number % 30}/{number}-{n}.mp4" for n in range(100)]
        rung.ring("bucket", {"keys": keys})
    assert 1 <= len(rung.scans()) <= MOST_FOLDERS + 1
    assert rung.scans()[-1] == [url_of(rung.store)], "of the whole source in the end"
    assert rung.store.calls.total() - asked <= 4 * MOST_FOLDERS
    known = len(rung.scans())
    assert rung.ring("bucket", b"")["scan"] is None
    assert rung.ring("bucket", {"keys": ["card7/sub/b.mp4"]})["scan"] is None
    assert len(rung.scans()) == known
    rung.begin_all()
    assert rung.ring("bucket", {"keys": ["card7/a.mp4"]})["scan"] == known + 1, (
        "what began may have passed it"
    )


def test_one_document_of_many_folders_scans_the_source(rung: Rung) -> None:
    rung.ring("bucket", {"keys": [f"card{n}/a.mp4" for n in range(MOST_FOLDERS + 1)]})
    assert rung.scans() == [[url_of(rung.store)]]


def test_a_folder_that_is_gone_is_found_out_from_the_one_above(rung: Rung) -> None:
    rung.ring("bucket", {"keys": ["card7/none/deep/a.mp4", "gone/x.mp4"]})
    assert rung.scans() == [[url_of(rung.store)]]
    rung.begin_all()
    rung.ring("bucket", {"keys": ["card7/none/deep/a.mp4"]})
    assert rung.scans()[-1] == [f"{url_of(rung.store)}/card7"]


def test_a_storage_that_does_not_answer_is_left_to_the_scan(rung: Rung) -> None:
    rung.store.faults.away = "refused"
    rung.ring("bucket", {"keys": ["card7/a.mp4"]})
    assert rung.scans() == [[url_of(rung.store)]]


def test_events_of_other_buckets_and_prefixes_are_ignored_and_counted(rung: Rung) -> None:
    told = rung.ring(
        "s3",
        {
            "Records": [
                record("day+1/a.mp4", "other"),
                record("day+10/a.mp4"),
                record("elsewhere/a.mp4"),
                record("day+1/"),
            ]
        },
    )
    assert told == {"events": 4, "ignored": 4, "scan": None}
    assert rung.ring("bucket", {"Records": [record("card7/a.mp4")]})["ignored"] == 1, "it is not in S3"
    assert rung.scans() == []
    told = rung.ring("s3", {"Records": [record("day+1/a.mp4"), record("x/a.mp4")]})
    assert (told["events"], told["ignored"]) == (2, 1)
    assert rung.scans() == [["s3://me@footage/day 1"]]


def test_a_folder_of_the_file_system_is_rung_for_too_and_nothing_beside_it(
    rung: Rung, tmp_path: Path
) -> None:
    told = rung.ring("disk", {"keys": ["day/a.mp4", "../secret/a.mp4", "/etc/passwd", "day/../../x.mp4", ""]})
    assert (told["events"], told["ignored"]) == (5, 4)
    assert rung.scans() == [[f"{tmp_path}/disk/day"]]


def test_what_is_not_understood_and_not_known_is_refused(rung: Rung) -> None:
    assert rung.ring("bucket", {"hello": 1}, 422)["code"] == "notification.unknown"
    assert rung.ring("none", b"", 404)["code"] == "source.not_found"
    assert rung.scans() == []


def test_a_subscription_is_logged_and_its_url_is_not_opened(
    rung: Rung, caplog: pytest.LogCaptureFixture
) -> None:
    document = {
        "Type": "SubscriptionConfirmation",
        "TopicArn": "arn:aws:sns:eu-central-1:123456789012:footage",
        "Token": "2336412f37",
        "SubscribeURL": "http://169.254.169.254/latest/meta-data",
    }
    assert rung.ring("s3", document) == {"events": 0, "ignored": 0, "scan": None}
    assert "confirm-subscription" in caplog.text and "169.254" not in caplog.text


def test_a_token_of_its_own_scope_rings_and_does_nothing_else(rung: Rung) -> None:
    access = rung.library.service(AccessService)
    secrets = {
        scope: access.create_token(LOCAL, TokenRequest(name=scope, scopes=(scope,))).token
        for scope in ("notify", "scan")
    }
    address = "/api/v1/sources/bucket/notifications"

    def code(path: str, header: str, **more: Any) -> int:
        return rung.http.post(path, headers={"Authorization": header}, **more).status_code

    assert code(address, f"Bearer {secrets['notify']}") == 202
    assert code(address, f"Bearer {secrets['scan']}") == 403
    assert code("/api/v1/scans", f"Bearer {secrets['notify']}", json={"paths": [url_of(rung.store)]}) == 403
    basic = base64.b64encode(f"sns:{secrets['notify']}".encode()).decode()
    assert code(address, f"Basic {basic}") == 202, "SNS sends what stands in the URL"
    for wrong in (
        "Basic x",
        "Basic " + base64.b64encode(b"notify").decode(),
        "Basic " + base64.b64encode(b"a:b").decode(),
    ):
        assert code(address, wrong) == 401
    assert rung.library.service(RingService) is not None
