"""Uploads over HTTP: files in parts, interrupted in every way, and the import that follows."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

import dampipe
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.features.uploads import receiving
from dampipe.features.uploads.expiry import KEEP_OPEN, ExpireUploadsTask
from dampipe.features.uploads.queries import UploadRepository
from dampipe.features.uploads.tables import UPLOAD
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.settings.settings import Settings
from tests.support.serving import serving
from tests.support.uploading import Uploading


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Uploading]:
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library:
        yield Uploading(tmp_path, library)


def test_files_are_imported_into_the_source_and_the_uploaded_ones_deleted(place: Uploading) -> None:
    number = place.begin()
    place.upload(number, "card/one.wav", b"RIFF one")
    place.upload(number, "card/notes.txt", b"no footage")
    place.upload(number, "two.wav", b"RIFF other")
    report = place.http.get(f"/api/v1/uploads/{number}").json()
    assert (report["files"], report["complete"], report["received"]) == (3, 3, 28)
    begun = place.http.post(f"/api/v1/uploads/{number}/import")
    assert begun.status_code == 202 and begun.json()["state"] == "importing"
    place.work()
    report = place.http.get(f"/api/v1/uploads/{number}").json()
    assert report["state"] == "done", report
    counts = report["counts"]
    assert (counts["imported"], counts["set_aside"], counts["inputs"]) == (2, 1, 3)
    assert [one["reason"] for one in report["set_aside"]] == ["not_media"]
    assert (place.raid / "card/one.wav").read_bytes() == b"RIFF one"
    assert (place.raid / "card/one.wav").stat().st_mtime == 1_600_000_000
    assert (place.raid / "two.wav").read_bytes() == b"RIFF other"
    assert not place.folder.of(number).exists()
    again = place.http.post(f"/api/v1/uploads/{number}/import")
    assert again.status_code == 409 and again.json()["code"] == "upload.is_over"


def test_a_file_goes_on_where_it_was_cut_off(place: Uploading) -> None:
    number, data = place.begin(), os.urandom(3 << 20)
    address = place.announce(number, "clip.mov", len(data)).headers["Location"]
    assert place.received(address) == 0
    assert place.send(address, 0, data[:1_500_000]).headers["Upload-Offset"] == "1500000"
    assert place.received(address) == 1_500_000
    again = place.announce(number, "clip.mov", len(data))
    assert again.status_code == 201 and again.headers["Location"] == address
    assert again.json()["received"] == 1_500_000
    wrong = place.send(address, 0, data)
    assert wrong.status_code == 409 and wrong.json()["code"] == "upload.offset_wrong"
    early = place.http.post(f"/api/v1/uploads/{number}/import")
    assert early.status_code == 409 and early.json()["code"] == "upload.incomplete"
    assert place.send(address, 1_500_000, data[1_500_000:]).status_code == 204
    assert (place.folder.of(number) / "clip.mov").read_bytes() == data


def test_bytes_of_a_lost_connection_count(place: Uploading) -> None:
    """As they arrive: the connection is cut in the middle of a request."""
    number, data = place.begin(), os.urandom(2_500_000)
    address = place.announce(number, "clip.mov", len(data)).headers["Location"]
    with serving(place.app) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            head = (
                f"PATCH {address} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/offset+octet-stream\r\n"
                f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: {len(data)}\r\n\r\n"
            )
            connection.sendall(head.encode() + data[:2_000_000])
            time.sleep(0.3)
        deadline = time.monotonic() + 45
        while (received := place.received(address)) < 2_000_000 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert received == 2_000_000
    assert place.send(address, received, data[received:]).status_code == 204
    assert (place.folder.of(number) / "clip.mov").read_bytes() == data


def test_what_was_not_recorded_before_a_crash_is_sent_again(place: Uploading) -> None:
    """Bytes may be in the file that nobody has counted: after a crash they may be anything."""
    number = place.begin()
    address = place.announce(number, "clip.mov", 8).headers["Location"]
    place.send(address, 0, b"abcd")
    with open(place.folder.of(number) / "clip.mov", "ab") as file:
        file.write(b"\0\0\0")
    assert place.received(address) == 4
    place.send(address, 4, b"efgh")
    assert (place.folder.of(number) / "clip.mov").read_bytes() == b"abcdefgh"


def test_two_requests_never_write_one_file_at_once(place: Uploading) -> None:
    number = place.begin()
    address = place.announce(number, "clip.mov", 8).headers["Location"]
    with place.folder.writing(number, "clip.mov"):
        busy = place.send(address, 0, b"abcd")
    assert busy.status_code == 503 and busy.json()["code"] == "upload.in_use"
    assert place.received(address) == 0
    place.send(address, 0, b"abcd")
    answers: list[int] = []
    both = [
        threading.Thread(target=lambda: answers.append(place.send(address, 4, b"efgh").status_code))
        for _ in range(4)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert 204 in answers and set(answers) <= {204, 409, 503}
    assert (place.folder.of(number) / "clip.mov").read_bytes() == b"abcdefgh"


def test_a_full_disk_keeps_what_was_written(place: Uploading, monkeypatch: pytest.MonkeyPatch) -> None:
    number = place.begin()
    address = place.announce(number, "clip.mov", 10).headers["Location"]
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "PORTION", 4)
        left = [6]

        def write(descriptor: int, data: bytes) -> int:
            if not left[0]:
                raise OSError(28, "full")
            written = real(descriptor, data[: left[0]])
            left[0] -= written
            return written

        patch.setattr("dampipe.features.uploads.folder.os.write", write)
        full = place.send(address, 0, b"0123456789")
    assert full.status_code == 507 and full.json()["code"] == "disk.full"
    received = place.received(address)
    assert received == 6
    place.send(address, received, b"0123456789"[received:])
    assert (place.folder.of(number) / "clip.mov").read_bytes() == b"0123456789"


def test_more_than_there_is_room_for_is_refused_at_once(
    place: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = place.begin()
    far = place.announce(number, "huge.mov", 2**50)
    assert far.status_code == 507 and far.json()["code"] == "upload.no_room"
    monkeypatch.setattr(place.folder, "_quota", 100)
    assert place.announce(number, "a.mov", 60).status_code == 201
    assert place.announce(number, "b.mov", 60).status_code == 507
    assert place.announce(place.begin(), "b.mov", 40).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up.mov",
        "a/../../up.mov",
        "a//b",
        "a/./b",
        "a\\b",
        "a\nb",
        "a" * 300,
        "é" * 200,
        "a/",
    ],
)
def test_paths_that_lead_out_or_fit_nowhere_are_refused(place: Uploading, path: str) -> None:
    answer = place.announce(place.begin(), path, 3)
    assert answer.status_code == 422 and answer.json()["code"] == "upload.path_invalid", answer.text
    assert list(place.folder.root.rglob("*.mov")) == []


def test_a_path_is_taken_once(place: Uploading) -> None:
    number = place.begin()
    place.upload(number, "a/b", b"file")
    for path, size in (("a/b", 9), ("a", 3), ("a/b/c", 3)):
        answer = place.announce(number, path, size)
        assert answer.status_code == 409 and answer.json()["code"] == "upload.path_taken", path
    assert [one["path"] for one in place.http.get(f"/api/v1/uploads/{number}/files").json()] == ["a/b"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Tus-Resumable": "0.9"},
        {"Upload-Metadata": "path ###"},
        {"Upload-Metadata": "path /w=="},
        {"Upload-Metadata": "path YQ==,modified LTE="},
        {"Upload-Length": "-1"},
        {"Upload-Length": "x"},
    ],
)
def test_wrong_headers_are_refused(place: Uploading, headers: dict[str, str]) -> None:
    good = {"Tus-Resumable": "1.0.0", "Upload-Metadata": "path YQ==", "Upload-Length": "3"}
    answer = place.http.post(f"/api/v1/uploads/{place.begin()}/files", headers=good | headers)
    assert answer.status_code == 422, answer.text


def test_wrong_requests_of_bytes_are_refused(place: Uploading) -> None:
    number = place.begin()
    address = place.announce(number, "a.mov", 4).headers["Location"]
    plain = place.http.patch(address, content=b"abcd", headers={"Upload-Offset": "0"})
    assert plain.status_code == 422 and "application/offset+octet-stream" not in plain.json()["detail"]
    long = place.send(address, 0, b"abcdefgh")
    assert long.status_code == 422 and long.json()["code"] == "upload.too_long"
    assert place.send(f"{address}9", 0, b"abcd").status_code == 404
    assert place.send(address, place.received(address), b"abcd"[place.received(address) :]).status_code == 204


def test_a_file_is_left_out(place: Uploading) -> None:
    number = place.begin()
    address = place.announce(number, "a/b/c.mov", 4).headers["Location"]
    assert place.http.delete(address).status_code == 204
    assert not (place.folder.of(number) / "a").exists()
    assert place.http.post(f"/api/v1/uploads/{number}/import").json()["code"] == "upload.empty"
    assert place.http.delete(f"/api/v1/uploads/{number}").status_code == 204
    assert place.http.get(f"/api/v1/uploads/{number}").status_code == 404
    assert not place.folder.of(number).exists()


def test_what_could_not_be_imported_is_kept(place: Uploading) -> None:
    number = place.begin()
    place.upload(number, "one.wav", b"RIFF one")
    place.http.post(f"/api/v1/uploads/{number}/import")
    (place.folder.of(number) / "one.wav").unlink()  # as if its disk had failed
    (place.folder.of(number) / "one.wav").symlink_to("/etc/hostname")
    place.work()
    report = place.http.get(f"/api/v1/uploads/{number}").json()
    assert report["state"] == "kept" and report["set_aside"][0]["reason"] == "not_a_file", report
    assert place.folder.of(number).exists()


def test_an_import_that_was_begun_before_a_crash_is_found(
    place: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = place.begin()
    place.upload(number, "one.wav", b"RIFF one")
    with monkeypatch.context() as patch:
        patch.setattr(UploadRepository, "save_import", killed)
        with pytest.raises(SystemError, match="killed"):
            place.http.post(f"/api/v1/uploads/{number}/import")
    assert place.http.get(f"/api/v1/uploads/{number}").json()["import_number"] is None
    again = place.http.post(f"/api/v1/uploads/{number}/import")
    assert again.status_code == 202 and again.json()["import_number"] == 1
    place.work()
    assert place.http.get(f"/api/v1/uploads/{number}").json()["state"] == "done"


def killed(*_: object) -> None:
    raise SystemError("killed")


def test_uploads_that_nobody_continues_are_deleted(place: Uploading) -> None:
    old, young = place.begin(), place.begin()
    place.upload(old, "one.wav", b"RIFF one")
    with place.services.get(Database).write() as connection:
        connection.execute(
            update(UPLOAD).where(UPLOAD.c.id == old).values(touched_at=UPLOAD.c.touched_at - KEEP_OPEN - 60)
        )
    assert place.services.get(ExpireUploadsTask)() == "1 uploads deleted"
    with place.services.get(Database).read() as connection:
        assert list(connection.execute(select(UPLOAD.c.id)).scalars()) == [young]
    assert not place.folder.of(old).exists() and place.folder.of(young).exists()


def test_where_uploads_may_go(place: Uploading, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    place.services.get(SourceService).add(LOCAL, SourceRequest(name="read", path=str(other)))
    for to, status in (("nowhere", 404), ("read", 422), (str(tmp_path), 404)):
        answer = place.http.post("/api/v1/uploads", json={"to": to})
        assert answer.status_code == status, (to, answer.text)
    wrong = place.http.post("/api/v1/uploads", json={"to": "raid", "pattern": "{nothing}"})
    assert wrong.status_code == 422
    shutil.rmtree(place.raid)
    away = place.http.post("/api/v1/uploads", json={"to": "raid"})
    assert away.status_code == 404 and away.json()["code"] == "import.destination_away"
    assert place.services.get(Settings).upload_folder == ""
