"""What managers and engineers do over HTTP: models, indexes, prunes, verifications, the sync, throughput and disks."""

import os
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import dampipe
from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.processing.arrivals import ArrivalService
from dampipe.features.processing.tables import THROUGHPUT
from dampipe.features.processing.throughput import SLOT, ThroughputCounter, ThroughputService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.visibility import Visibility
from dampipe.web.app import create_app
from tests.support.demo_clips import DemoClips

V1 = "/api/v1"


class Operated:
    """A library of two clips, one of which stands at two places, with a client of its server."""

    def __init__(self, library: Any, folder: Path) -> None:
        self.library, self.folder = library, folder
        self.services: Services = library.service(Services)
        self.http = TestClient(create_app(self.services), "http://127.0.0.1", raise_server_exceptions=False)

    def get(self, path: str, **parameters: Any) -> Any:
        answer = self.http.get(V1 + path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int = 202) -> Any:
        answer = self.http.post(V1 + path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def done(self, path: str, number: int) -> Any:
        """What was asked for, once the workers of this process have done it."""
        self.library.process()
        found = self.get(f"{path}/{number}")
        assert found["state"] == "done", found
        return found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[Operated]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("footage")
    first, _, *rest = demo_clips(folder)
    for other in rest:
        other.unlink()
    (folder / "copy").mkdir()
    (folder / "copy" / first.name).write_bytes(first.read_bytes())
    with closing(dampipe.open(home=home, model="tiny", in_process=True, settle=0.0)) as library:
        library.add(folder)
        library.process()
        yield Operated(library, folder)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file that the server writes."""
    file = tmp_path / "dampipe.toml"
    monkeypatch.setenv("DAMPIPE_CONFIG", str(file))
    for name in ("MODEL", "SYNC_SCHEDULE", "VERIFY_PERCENT", "VERIFY_MINUTES"):
        monkeypatch.delenv(f"DAMPIPE_{name}", raising=False)
    return file


def test_a_model_is_listed_chosen_and_not_forgotten_while_it_is_used(here: Operated, config: Path) -> None:
    [tiny] = [model for model in here.get("/models") if model["name"] == "tiny"]
    assert tiny["used"] and tiny["answers"] and tiny["chosen"] and tiny["assets"] == 2
    assert len(here.get("/models", all=True)) > len(here.get("/models"))
    other = next(model["name"] for model in here.get("/models") if model["name"] != "tiny")
    chosen = here.http.put(f"{V1}/models/chosen", json={"name": other})
    assert chosen.status_code == 200 and chosen.json()["chosen"], chosen.text
    assert tomllib.loads(config.read_text())["model"] == other
    roles = {model["name"]: (model["used"], model["chosen"]) for model in here.get("/models")}
    assert roles["tiny"] == (True, False) and roles[other] == (False, True)
    in_use = here.http.delete(f"{V1}/models/tiny")
    assert in_use.status_code == 409 and in_use.json()["code"] == "model.in_use"


@pytest.mark.parametrize("name", ["/etc", "no-such-model", "../tiny", ""])
def test_only_models_of_the_list_are_chosen_over_http(here: Operated, config: Path, name: str) -> None:
    """Not a folder of the server's machine, whether or not there is one."""
    refused = here.http.put(f"{V1}/models/chosen", json={"name": name})
    assert refused.status_code == 422 and refused.json()["code"] == "model.not_known"
    assert not config.exists()


def test_a_value_of_the_environment_is_not_overridden(
    here: Operated, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAMPIPE_MODEL", "tiny")
    monkeypatch.setenv("DAMPIPE_SYNC_SCHEDULE", "0 3 * * *")
    assert (
        here.http.put(f"{V1}/models/chosen", json={"name": "tiny"}).json()["code"] == "model.from_environment"
    )
    refused = here.http.patch(f"{V1}/sync", json={"schedule": "", "percent": 5})
    assert refused.status_code == 409 and refused.json()["code"] == "sync.from_environment"
    assert not config.exists(), "nor is the other one written"
    assert here.get("/sync")["fixed"] == ["schedule"]


def test_indexes_are_checked_and_rebuilt_by_workers(here: Operated) -> None:
    [index] = here.get("/indexes")
    assert index["name"] == "tiny" and index["sound"] and index["vectors"] > 0
    asked = here.post("/indexes/requests", {"rebuild": True})
    assert asked["state"] == "pending" and asked["rebuild"] and asked["waits_for_worker"]
    again = here.post("/indexes/requests", {"rebuild": True})
    assert again["number"] == asked["number"], "the same that is still to be done"
    check = here.post("/indexes/requests", {})
    assert check["number"] != asked["number"] and not check["rebuild"]
    [rebuilt] = here.done("/indexes/requests", asked["number"])["indexes"]
    assert rebuilt["vectors"] == index["vectors"] and rebuilt["sound"]
    assert [one["number"] for one in here.get("/indexes/requests")] == [check["number"], asked["number"]]
    assert here.http.get(f"{V1}/indexes/requests/999999").status_code == 404


def test_a_prune_counts_first_and_removes_then(here: Operated) -> None:
    gone = here.folder / "copy" / "gone.mp4"
    gone.write_bytes(next((here.folder / "copy").glob("*.mp4")).read_bytes() + b"\0" * 8)
    here.library.add(here.folder)
    here.library.process()
    assets = len(here.get("/assets"))
    gone.unlink()
    here.library.add(here.folder)
    here.library.process()
    counted = here.done("/prunes", here.post("/prunes", {"dry_run": True})["number"])["removed"]
    assert (counted["locations"], counted["assets"]) == (1, 1) and str(gone) in counted["paths"]
    assert len(here.get("/assets")) == assets, "nothing is gone"
    removed = here.done("/prunes", here.post("/prunes", {})["number"])["removed"]
    assert removed["assets"] == 1 and removed["derivatives"] == counted["derivatives"] > 0
    assert len(here.get("/assets")) == assets - 1
    assert here.http.post(f"{V1}/prunes", json={"source": "nowhere"}).status_code == 404
    assert [one["order"]["dry_run"] for one in here.get("/prunes")] == [False, True]


def test_files_are_read_again_and_damaged_ones_are_found(here: Operated) -> None:
    def proof() -> dict[str, Any]:
        [found] = here.get("/verifications")["sources"]
        return dict(found)

    before = proof()
    assert before["files"] == before["never"] == 3 and before["oldest_at"] is None
    assert here.post("/verifications", {"what": [before["source"]]})["requested"] == 3
    waiting = here.get("/verifications")
    assert (waiting["left"], waiting["waits_for_worker"]) == (3, True) and proof()["requested"] == 3
    victim = here.folder / "copy" / next((here.folder / "copy").glob("*.mp4")).name
    good, stat = victim.read_bytes(), victim.stat()
    victim.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    os.utime(victim, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    here.services.get(FixityWorker).portion()
    after = proof()
    assert (after["month"], after["bad"], after["never"], after["requested"]) == (2, 1, 0, 0)
    assert abs(after["oldest_at"] - time.time()) < 600
    [failure] = [one for one in here.get("/failures") if one["stage"] == "verify"]
    assert failure["path"] == str(victim) and failure["kind"] == "mismatch"
    victim.write_bytes(good)
    os.utime(victim, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    here.post("/verifications", {"what": [str(victim)]})
    here.services.get(FixityWorker).portion()
    assert (proof()["month"], proof()["bad"]) == (3, 0)
    assert here.http.post(f"{V1}/verifications", json={"what": ["/nowhere"]}).status_code == 404


def test_the_nightly_sync_is_set_and_started(here: Operated, config: Path) -> None:
    config.write_text('# kept\nlog_level = "info"\nverify_minutes = 30\n')
    assert not here.get("/sync")["schedule"]
    changed = here.http.patch(f"{V1}/sync", json={"schedule": " 30 2 * *  mon-fri", "percent": 2.5})
    assert changed.status_code == 200, changed.text
    now = changed.json()
    assert (now["schedule"], now["percent"], now["minutes"]) == ("30 2 * * mon-fri", 2.5, 30.0)
    assert now["needs_restart"] and not now["fixed"]
    written = tomllib.loads(config.read_text())
    assert (written["sync_schedule"], written["verify_percent"]) == ("30 2 * * mon-fri", 2.5)
    assert config.read_text().count("# kept") == 1 and written["log_level"] == "info"
    for wrong in ({"schedule": "30 26 * * *"}, {"percent": 101}, {"minutes": -1}):
        assert here.http.patch(f"{V1}/sync", json=wrong).status_code == 422
    assert tomllib.loads(config.read_text()) == written
    [scan] = here.post("/sync", {})["scans"]
    here.library.process()
    assert here.get(f"/scans/{scan}")["state"] == "walked"
    assert here.http.post(f"{V1}/sync", json={"sources": ["nowhere"]}).status_code == 404


def test_throughput_is_counted_from_events(here: Operated) -> None:
    here.services.get(Sequencer).number()
    events = here.services.get(EventLog).after(0, 10_000, {"stage.done", "stage.failed"})
    database = here.services.get(Database)
    with database.write() as connection:
        connection.execute(THROUGHPUT.delete())
    count = here.services.get(ThroughputCounter)
    count(events[:5])
    count(events[5:])
    for hours in (1, 24, 24 * 30):
        found = here.get("/throughput", hours=hours)
        assert found["points"] <= 96 and found["step"] % SLOT == 0
        assert found["points"] * found["step"] >= hours * 3600
        assert found["since"] <= time.time() - hours * 3600 + found["step"]
        done = {one["stage"]: sum(one["done"]) for one in found["stages"]}
        expected = [
            event for event in events if event.data["stage"] == "preview" and event.name == "stage.done"
        ]
        assert done["preview"] == len(expected) > 0, hours
        assert all(len(one["done"]) == len(one["failed"]) == found["points"] for one in found["stages"])
    old = time.time() - 400 * 86400
    count([events[0].model_copy(update={"at": old})])
    count(events[:1])
    with database.read() as connection:
        slots = connection.execute(THROUGHPUT.select()).all()
    assert all(row.slot * SLOT > time.time() - 367 * 86400 for row in slots), (
        "what is older than a year is deleted"
    )


def test_what_waits_has_an_age(here: Operated) -> None:
    asked = here.post("/prunes", {"dry_run": True, "orphans": True})
    found = here.services.get(ThroughputService).read(LOCAL, 1)
    [prune] = [one for one in found.stages if one.stage == "prune"]
    assert prune.waiting == 1 and prune.oldest_at is not None and abs(prune.oldest_at - time.time()) < 600
    here.done("/prunes", asked["number"])


def test_storage_adds_up(here: Operated) -> None:
    found = here.get("/storage")
    videos = list(here.library.videos())
    assert sum(one["bytes"] for one in found["derivatives"]) == sum(
        derivative.size for video in videos for derivative in video.derivatives
    )
    holds = [what for disk in found["disks"] for what in disk["holds"]]
    [source] = here.get("/sources")
    assert {"home", "derivatives", f"source {source['name']}"} <= {*holds, *found["unknown"]}
    assert all(0 < disk["free"] <= disk["total"] for disk in found["disks"])
    assert found["catalogue_bytes"] > 100_000


def test_what_came_in_is_counted_by_the_days_of_the_one_who_asks(here: Operated) -> None:
    versions = [video.sha1 for video in here.library.videos()]
    noon = (time.time() // 86400) * 86400 - 86400 + 12 * 3600  # yesterday, by Greenwich
    with here.services.get(Database).write() as connection:
        connection.execute(VERSION.update().values(added_at=noon))
    [source] = here.get("/sources")
    for minutes in (0, 13 * 60, -13 * 60):
        service = ArrivalService(here.services.get(Database), here.services.get(Visibility))
        found = service.read(LOCAL, 5, minutes)
        today = int(time.time() + minutes * 60) // 86400
        day = int(noon + minutes * 60) // 86400
        [arrived] = found.sources
        assert arrived.source == source["name"] and len(found.days) == len(arrived.files) == 5
        assert arrived.files[4 - (today - day)] == sum(arrived.files) == source["present"], minutes
    assert len(versions) == 2
    answer = here.get("/arrivals", days=3, minutes_east=60)
    assert len(answer["days"]) == 3 and answer["sources"][0]["source"] == source["name"]


def test_importers_say_what_they_take(here: Operated) -> None:
    found = {one["name"]: one for one in here.get("/importers")}
    assert {"card", "folder", "photos", "icloud", "takeout"} <= set(found)
    assert found["folder"]["names_files"] and not found["card"]["names_files"]
    assert "{" in found["folder"]["default_pattern"] and found["takeout"]["takes_parts"]
    assert "hidden" in found["photos"]["includes"] and "referenced" not in found["photos"]["includes"]
