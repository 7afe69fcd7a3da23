"""Imports by the command line and over HTTP: the same receipts, exit codes, and nothing of the rest of the machine."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient
from sqlalchemy import select

import dampipe
from dampipe.features.imports import files
from dampipe.features.imports.cli import command
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.worker import ImportWorker
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.events.tables import EVENT
from dampipe.web.app import create_app
from tests.integration.imports.test_faults import raising
from tests.support.camera_card import contents, make_card, write


class Place:
    """A library with a managed source, a scan root with a card, and a folder beside them."""

    def __init__(self, folder: Path, library: Any) -> None:
        self.services: Services = library.service(Services)
        self.root, self.raid, self.other = folder / "root", folder / "raid", folder / "other"
        self.card = make_card(self.root / "CARD1", clips=1)
        write(self.other / "clip.mov", "other", 100)
        self.raid.mkdir()
        request = SourceRequest(name="raid", path=str(self.raid), managed=True)
        self.services.get(SourceService).add(LOCAL, request)
        self.worker = self.services.get(ImportWorker)
        self.http = TestClient(create_app(self.services), "http://127.0.0.1")

    def run(self, *arguments: str) -> Result:
        """A command of `dampipe import`, while a worker works."""
        over = threading.Event()
        repository = self.services.get(ImportRepository)

        def work() -> None:
            while not over.wait(0.05):
                for number in repository.due():
                    self.worker.portion(number)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            return CliRunner().invoke(command, list(arguments), obj=self.services)
        finally:
            over.set()
            thread.join()

    def post(self, **body: Any) -> Any:
        return self.http.post("/api/v1/imports", json=body)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    roots = [str(tmp_path / "root")]
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True, scan_roots=roots) as library:
        yield Place(tmp_path, library)


def test_a_card_by_the_command_line(place: Place) -> None:
    done = place.run("card", str(place.card), "--to", "raid", "--pattern", "{card}", "--wait")
    assert done.exit_code == ExitCode.OK, done.output
    assert "5 inputs = 5 imported + 0 already there + 0 set aside; the receipt adds up" in done.output
    assert "\nsafe to format" in done.output and "ASC MHL: 5 files" in done.output
    assert contents(place.raid / "CARD1") == contents(place.card)
    shown = json.loads(place.run("show", "1", "--json").output)
    assert shown["safe_to_format"] and shown["counts"]["imported"] == 5 and shown["adds_up"]
    assert [one["number"] for one in json.loads(place.run("list", "--json").output)] == [1]
    assert "safe to format" in place.run("list").output
    assert place.run("show", "1", "--set-aside").output == "none\n"
    assert "C0001.MP4" in place.run("show", "1", "--files").output
    with place.services.get(Database).read() as connection:
        events = list(connection.execute(select(EVENT.c.name)).scalars())
    assert events.count("import.started") == 1 and events.count("import.finished") == 1


def test_exit_codes_of_what_did_not_end_well(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(files, "check_space", raising(28))
        full = place.run("card", str(place.card), "--to", "raid", "--pattern", "{card}", "--wait")
    assert full.exit_code == ExitCode.STORAGE_FULL and "is full" in full.output
    assert "safe to format" not in full.output
    taken = write(place.raid / "CARD1/PRIVATE/M4ROOT/MEDIAPRO.XML", "of another", 700)
    assert "resumed" in place.run("resume", "1").output
    for _ in range(20):
        place.worker.portion(1)
    shown = place.run("show", "1")
    assert shown.exit_code == ExitCode.OK and "NOT safe to format" in shown.output, shown.output
    assert "name_taken: 1 file" in shown.output and taken.read_bytes() != b""
    folder = place.run("folder", str(place.other), "--to", "raid", "--wait", "--json")
    assert folder.exit_code == ExitCode.OK and json.loads(folder.output)["counts"]["imported"] == 1


def test_a_set_aside_file_is_exit_code_3(place: Place) -> None:
    (place.other / "link.mov").symlink_to(place.other / "clip.mov")
    done = place.run("folder", str(place.other), "--to", "raid", "--wait")
    assert done.exit_code == ExitCode.FAILURES and "not_a_file: 1 file" in done.output
    [aside] = json.loads(place.run("show", "1", "--set-aside", "--json").output)
    assert (aside["path"], aside["reason"]) == ("link.mov", "not_a_file")
    with place.services.get(Database).read() as connection:
        found = connection.execute(select(EVENT.c.data).where(EVENT.c.name == "import.file_set_aside"))
        [event] = [json.loads(data) for data in found.scalars()]
    assert event == {"number": 1, "file": aside["number"], "reason": "not_a_file"}


def test_pause_and_cancel_by_the_command_line(place: Place) -> None:
    begun = CliRunner().invoke(command, ["card", str(place.card), "--to", "raid"], obj=place.services)
    assert begun.exit_code == 0 and "import 1 submitted" in begun.output
    for word, state in (("pause", "paused"), ("resume", "resumed"), ("cancel", "cancelled")):
        done = CliRunner().invoke(command, [word, "1"], obj=place.services)
        assert done.exit_code == 0 and f"import 1 {state}" in done.output
    assert place.run("show", "1").exit_code == ExitCode.FAILURES


def test_an_import_over_http(place: Place) -> None:
    answer = place.post(importer="card", origin=str(place.card), to=["raid"], pattern="{card}")
    assert answer.status_code == 202, answer.text
    number = answer.json()["number"]
    assert place.http.post(f"/api/v1/imports/{number}/pause").json()["state"] == "paused"
    assert place.http.post(f"/api/v1/imports/{number}/resume").json()["state"] == "waiting"
    for _ in range(20):
        place.worker.portion(number)
    receipt = place.http.get(f"/api/v1/imports/{number}").json()
    assert receipt["safe_to_format"] and receipt["counts"]["inputs"] == 5
    assert place.http.get("/api/v1/imports?limit=1").json() == [receipt]
    page = place.http.get(f"/api/v1/imports/{number}/files?limit=3").json()
    rest = place.http.get(f"/api/v1/imports/{number}/files?limit=3&after={page[-1]['number']}").json()
    assert len(page) == 3 and len({one["path"] for one in page + rest}) == 5
    assert all(one["copies"] and one["verified_at"] for one in page)
    assert place.http.get(f"/api/v1/imports/{number}/files?state=set_aside").json() == []
    assert place.http.post(f"/api/v1/imports/{number}/cancel").status_code == 409
    assert place.http.get("/api/v1/imports/999").status_code == 404
    [source] = [one for one in place.http.get("/api/v1/sources").json() if one["name"] == "raid"]
    assert source["managed"] is True


@pytest.mark.parametrize("origin", ["other", "missing", "root/../other", "root/way-out"])
def test_origins_elsewhere_are_refused_whether_they_exist_or_not(
    place: Place, tmp_path: Path, origin: str
) -> None:
    (place.root / "way-out").symlink_to(place.other)
    answer = place.post(importer="folder", origin=str(tmp_path / origin), to=["raid"])
    assert answer.status_code == 403 and answer.json()["code"] == "source.path_outside", answer.text
    assert place.http.get("/api/v1/imports").json() == []


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"to": ["/etc"]}, 404, "import.destination_unknown"),
        ({"to": []}, 422, None),
        ({"to": ["raid", "raid"]}, 422, "import.same_destination"),
        ({"to": ["raid", "a", "b"]}, 422, None),
        ({"importer": "vhs"}, 404, "import.importer_unknown"),
        ({"pattern": "../{card}"}, 422, "import.pattern_invalid"),
        ({"origin": "CARD1"}, 422, None),
        ({"destination": "raid"}, 422, None),
    ],
)
def test_requests_that_are_not_valid(
    place: Place, more: dict[str, Any], status: int, code: str | None
) -> None:
    answer = place.post(**{"importer": "card", "origin": str(place.card), "to": ["raid"], **more})
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code
