"""Originals in a storage elsewhere: streamed by range, only as they were identified, with a reason otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.access import Role
from dampipe.kernel.db.database import Database
from dampipe.storage.files.base import StorageState
from dampipe.storage.files.memory import Bucket
from tests.integration.access.conftest import Guarded, Open
from tests.support.memory_stores import memory_bucket

BYTES = bytes(range(256)) * 4096
SHA1 = "ab" * 20
ROOT = "memory-files://originals/footage"


@dataclass
class Here:
    """A library with one file in a bucket."""

    bucket: Bucket
    http: TestClient
    guarded: Guarded

    def get(self, method: str = "GET", **headers: str) -> Any:
        return self.http.request(method, f"/api/v1/assets/{SHA1}/original", headers=headers)


@pytest.fixture
def here(opened: Open, tmp_path: Any) -> Iterator[Here]:
    with memory_bucket("originals") as bucket:
        guarded = opened()
        entry = bucket.write("footage/card//Ä clip.mov", BYTES)
        file = tmp_path / "footage" / "stand-in.mov"
        file.parent.mkdir(parents=True)
        file.write_bytes(BYTES)
        guarded.library.add_video(file, SHA1)
        source = guarded.library.service(SourceRepository).add("bucket", ROOT)
        with guarded.library.service(Database).write() as connection:
            folder = connection.execute(
                FOLDER.insert().values(source_id=source.id, path="card/").returning(FOLDER.c.id)
            ).scalar_one()
            connection.execute(
                update(LOCATION).values(
                    folder_id=folder,
                    name="Ä clip.mov",
                    size=entry.size,
                    mtime_ns=entry.mtime_ns,
                    checksum=entry.checksum,
                    token=entry.token,
                )
            )
            connection.execute(update(VERSION).values(size=entry.size))
        guarded.add("ed", Role.EDITOR)
        yield Here(bucket, guarded.logged_in("ed"), guarded)


def test_it_streams_whole_and_by_range(here: Here) -> None:
    whole = here.get()
    assert (whole.status_code, whole.content) == (200, BYTES)
    assert whole.headers["content-disposition"].endswith("%C3%84%20clip.mov")
    read = here.bucket.bytes_read
    part = here.get(Range="bytes=1000000-1000999")
    assert (part.status_code, part.content) == (206, BYTES[1_000_000:1_001_000])
    assert here.bucket.bytes_read - read < len(BYTES) / 2, "the part only"
    read = here.bucket.bytes_read
    head = here.get("HEAD")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(BYTES)))
    assert here.bucket.bytes_read == read


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("archived", 409, "original.archived"),
        ("restoring", 409, "original.restoring"),
        ("replaced", 409, "original.changed"),
        ("deleted", 404, "original.missing"),
        ("away", 503, "original.offline"),
        ("refused", 503, "original.offline"),
    ],
)
def test_why_it_cannot_be_had(here: Here, fault: str, status: int, code: str) -> None:
    key = "footage/card//Ä clip.mov"
    if fault in ("archived", "restoring"):
        here.bucket.change(key, state=StorageState(fault), storage_class="DEEP_ARCHIVE")
    elif fault == "replaced":
        here.bucket.write(key, BYTES[::-1])
    elif fault == "deleted":
        here.bucket.remove(key)
    else:
        setattr(here.bucket.faults, fault, "not now")
    for method in ("GET", "HEAD"):
        assert here.get(method).status_code == status
    problem = here.get().json()
    assert problem["code"] == code
    if fault == "archived":
        assert "DEEP_ARCHIVE" in problem["detail"]


def test_another_token_of_the_same_content_is_no_change(here: Here) -> None:
    here.bucket.change("footage/card//Ä clip.mov", token="another", mtime_ns=1)
    assert here.get().content == BYTES


def test_a_stream_ends_where_the_storage_fails(here: Here) -> None:
    here.bucket.faults.breaks_after = 300_000
    cut = here.get()
    assert BYTES.startswith(cut.content)
    assert len(cut.content) < int(cut.headers["content-length"]), "which shows a client that it is not whole"
