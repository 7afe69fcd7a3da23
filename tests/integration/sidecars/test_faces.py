"""Sidecars by the command line and over HTTP, and what happens to them when assets become one."""

import json
from typing import Any, cast

from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.assets.cli import command as show
from dampipe.features.processing.service import ProcessingService
from dampipe.features.sidecars.cli import command as sidecar
from dampipe.features.sidecars.model import OutboxState, Place
from dampipe.features.versions.model import StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import LOCAL
from dampipe.web.app import create_app
from tests.support.sidecar_samples import LIGHTROOM
from tests.support.sidecars import Sidecars


def run(local: Sidecars, command: Any, *words: str) -> str:
    """What a command prints."""
    done = CliRunner().invoke(command, words, obj=local.library.services)
    assert done.exit_code == 0, done.output + str(done.exception)
    return done.output


def test_the_commands_show_write_and_discard(local: Sidecars) -> None:
    local.clip("a.mp4")
    local.write("a.xmp", LIGHTROOM)
    local.scan()
    assert "nothing is to be written" in run(local, sidecar, "status")
    local.edit("a.mp4", set={"title": "Mine"})
    assert "beside the footage; 1 to write" in run(local, sidecar, "place", "footage", "beside")
    assert "beside" in run(local, sidecar, "places")
    sha1 = local.sha1("a.mp4")
    shown = json.loads(run(local, sidecar, "status", "--json"))
    assert shown["counts"] == {"pending": 1}
    assert "a.xmp (to be written: title)" in run(local, show, sha1)
    assert "1 sidecar tried: 1 written" in run(local, sidecar, "write", sha1)
    assert "a.xmp (written 20" in run(local, show, sha1)
    local.edit("a.mp4", set={"title": "Other"})
    assert "1 sidecar will not be written" in run(local, sidecar, "discard", sha1)
    refused = CliRunner().invoke(sidecar, ["discard", sha1], obj=local.library.services)
    assert refused.exit_code != 0
    assert CliRunner().invoke(sidecar, ["write", "--overwrite"], obj=local.library.services).exit_code == 2
    assert "1 sidecar read" in run(local, sidecar, "read", sha1)
    assert "are not written" in run(local, sidecar, "place", "footage", "never")
    local.write("a.xmp", b"<html/>")
    local.scan()
    assert "not read: it is not XMP" in run(local, sidecar, "status")


def test_the_same_over_http(local: Sidecars) -> None:
    local.library.services.provide(ProcessingService, lambda: cast(ProcessingService, None))
    http = TestClient(create_app(local.library.services), base_url="http://127.0.0.1/api/v1")
    local.clip("a.mp4")
    local.scan()
    sha1 = local.sha1("a.mp4")
    assert (
        http.put("sidecars/places/footage", json={"place": "beside", "naming": "stem"}).json()["naming"]
        == "stem"
    )
    assert http.put("sidecars/places/none", json={"place": "beside"}).status_code == 404
    assert http.put("sidecars/places/footage", json={"place": "tree"}).status_code == 422
    assert [one["place"] for one in http.get("sidecars/places").json()] == ["beside"]
    local.edit("a.mp4", set={"title": "Mine"})
    assert http.post("sidecars/write", json={}).json() == {"files": 1, "states": {}}
    assert local.writer.flush() == {OutboxState.WRITTEN: 1}
    assert http.get("sidecars", params={"asset": sha1}).json()["sidecars"][0]["state"] == "written"
    assert http.post("sidecars/discard", json={"assets": [sha1]}).status_code == 404
    assert http.post("sidecars/read", json={"assets": [sha1]}).json()[0]["sidecar"] == "a.xmp"
    assert http.post("sidecars/read", json={"assets": []}).status_code == 422


def test_sidecars_follow_assets_that_become_one(local: Sidecars) -> None:
    local.clip("old.mp4")
    local.write("old.xmp", LIGHTROOM)
    local.clip("new.mp4")
    local.scan()
    local.place(Place.BESIDE)
    local.edit("old.mp4", set={"rating": 5})
    local.edit("new.mp4", set={"city": "Rome"})
    versions = local.get(VersionService)
    versions.stack(LOCAL, StackRequest(asset=local.sha1("new.mp4"), others=(local.sha1("old.mp4"),)))
    assert set(local.flush()) == {OutboxState.WRITTEN}
    assert local.texts("old.xmp", "xmp:Rating") == ("5",)
    assert local.texts("new.mp4.xmp", "photoshop:City") == ("Rome",)
    assert local.texts("new.mp4.xmp", "xmp:Rating") == ("5",), "the values of both"
    local.scan()
    assert local.value("new.mp4", "rating") == [5] and local.value("new.mp4", "title") == ["Night drive"]
    assert local.says("new.mp4", "rating", "sidecar") in ([], [3]) and local.flush() == {}
