"""What leaves dampipe, over HTTP: refused, warned or overridden, and recorded."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from dampipe.features.assets.selected import Selected
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.rights.model import NewLicence, Policy
from dampipe.features.rights.service import RightsService
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.tables import EVENT
from dampipe.media.outputs import DerivativeKind
from tests.integration.access.conftest import Guarded, Open, opened

__all__ = ["opened"]
BYTES = bytes(range(256)) * 64
SHA1, OTHER = "ab" * 20, "cd" * 20


@dataclass
class Here:
    """A library with users, two files of which one has an expired licence, and a proxy of it."""

    guarded: Guarded
    rights: RightsService

    def client(self, name: str) -> TestClient:
        return self.guarded.logged_in(name)

    def events(self, *names: str) -> list[Any]:
        with self.guarded.library.service(Database).read() as connection:
            query = select(EVENT).where(EVENT.c.name.in_(names)).order_by(EVENT.c.at, EVENT.c.id)
            return list(connection.execute(query).all())


@pytest.fixture
def here(opened: Open, tmp_path: Path) -> Iterator[Here]:
    guarded = opened()
    folder = tmp_path / "footage"
    folder.mkdir()
    for name, sha1 in (("clip.mov", SHA1), ("other.mov", OTHER)):
        (folder / name).write_bytes(BYTES)
        guarded.library.add_video(folder / name, sha1)
    rights = guarded.library.service(RightsService)
    rights.add(LOCAL, NewLicence(name="old", territories=("DE",), expires="2000-01-01", zone="UTC"))
    rights.attach(LOCAL, "old", Selected(assets=(SHA1,)))
    guarded.add("vera", Role.VIEWER)
    guarded.add("ed", Role.EDITOR)
    guarded.add("max", Role.MANAGER)
    yield Here(guarded, rights)


def original(http: TestClient, sha1: str = SHA1, method: str = "GET", **query: str) -> Any:
    return http.request(method, f"/api/v1/assets/{sha1}/original", params=query)


def test_an_original_that_is_not_licensed_is_refused_and_not_recorded(here: Here) -> None:
    http = here.client("ed")
    refused = original(http)
    assert (refused.status_code, refused.json()["code"]) == (403, "release.refused")
    [objection] = refused.json()["parameters"]["objections"]
    assert objection["code"] == "rights.expired" and "2000-01-01 (UTC)" in objection["detail"]
    assert original(http, method="HEAD").status_code == 403
    assert http.get(f"/api/v1/assets/{SHA1}/original", headers={"Range": "bytes=0-9"}).status_code == 403
    assert here.events("original.opened") == []
    assert original(http, OTHER).content == BYTES, "without a licence it is free"
    assert len(here.events("original.opened")) == 1


def test_terms_that_are_not_said_are_warned_of(here: Here) -> None:
    here.rights.edit(LOCAL, "old", {"expires": "2090-01-01"})
    http = here.client("ed")
    answer = original(http)
    [warning] = json.loads(answer.headers["dampipe-warnings"])
    assert answer.content == BYTES and "licensed for DE only" in warning
    assert "dampipe-warnings" not in original(http, territory="de").headers
    assert original(http, territory="FR").status_code == 403
    wrong = original(http, territory="nowhere")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "rights.territory_unknown")


def test_an_override_needs_its_scope_and_a_reason_and_is_recorded(here: Here) -> None:
    refused = original(here.client("ed"), reason="I want it")
    assert (refused.status_code, refused.json()["parameters"]["scope"]) == (403, "override")
    http = here.client("max")
    assert original(http).status_code == 403, "a manager who gives no reason"
    assert original(http, reason="   ").status_code == 403
    for _ in range(2):
        assert original(http, reason="the desk has a new licence").content == BYTES
    [event] = here.events("release.overridden")
    assert event.actor == "user:max" and event.asset is not None
    assert json.loads(event.data) == {
        "purpose": "download", "reason": "the desk has a new licence", "objections": ["rights.expired"],
    }  # fmt: skip
    assert len(here.events("original.opened")) == 1


def test_a_licence_that_ends_during_a_download_is_not_passed_by(here: Here) -> None:
    """What was recorded while it was allowed stands for no override."""
    here.rights.edit(LOCAL, "old", {"expires": "2090-01-01"})
    http = here.client("max")
    assert original(http).status_code == 200
    here.rights.edit(LOCAL, "old", {"expires": "2000-01-01"})
    assert original(http).status_code == 403
    assert original(http, reason="needed").status_code == 200
    assert len(here.events("release.overridden")) == 1


def test_by_policy_it_is_a_warning(here: Here) -> None:
    here.rights.set_policy(LOCAL, Policy(not_licensed="warn"))
    answer = original(here.client("ed"))
    assert answer.content == BYTES and "2000-01-01" in answer.headers["dampipe-warnings"]
    here.rights.set_policy(LOCAL, Policy(unlicensed="ask"))
    assert (
        original(here.client("ed"), OTHER).json()["parameters"]["objections"][0]["code"]
        == "rights.unlicensed"
    )


@pytest.fixture
def proxied(here: Here, tmp_path: Path) -> Here:
    """With a proxy and a poster of the expired asset."""
    from dampipe.features.derivatives.tables import DERIVATIVE
    from dampipe.storage.blobs.base import BlobStore

    library = here.guarded.library
    file = tmp_path / "proxy.mp4"
    file.write_bytes(BYTES)
    with library.service(Database).write() as connection:
        from dampipe.features.assets.tables import VERSION

        version = connection.execute(select(VERSION.c.id).where(VERSION.c.sha1 == SHA1)).scalar_one()
        for kind, name, media_type in (
            ("proxy", "proxy.mp4", "video/mp4"),
            ("poster", "poster.jpg", "image/jpeg"),
        ):
            key = f"{SHA1[:2]}/{SHA1}/0123456789ab/{name}"
            library.service(BlobStore).put(key, file)
            connection.execute(
                DERIVATIVE.insert().values(
                    version_id=version, kind=kind, key=key, recipe="0123456789ab", media_type=media_type,
                    size=len(BYTES),
                )
            )  # fmt: skip
            file.write_bytes(BYTES)
    return here


def test_playing_is_not_a_way_out_and_downloading_is(proxied: Here) -> None:
    http = proxied.client("vera")
    played = http.get(f"/api/v1/assets/{SHA1}/proxy")
    assert played.content == BYTES and played.headers["content-disposition"].startswith("inline")
    assert http.get(f"/api/v1/assets/{SHA1}/poster").status_code == 200
    for kind in ("proxy", "poster"):
        assert http.get(f"/api/v1/assets/{SHA1}/{kind}/download").json()["code"] == "release.refused"
    proxied.rights.edit(LOCAL, "old", {"expires": "2090-01-01"})
    saved = http.get(f"/api/v1/assets/{SHA1}/proxy/download", params={"territory": "DE"})
    assert saved.content == BYTES
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''clip.mp4"
    assert saved.headers["cache-control"] == "private, no-store"
    part = http.get(f"/api/v1/assets/{SHA1}/proxy/download", headers={"Range": "bytes=1-5"})
    assert (part.status_code, part.content) == (206, BYTES[1:6])
    [event] = proxied.events("derivative.downloaded")
    assert (event.actor, json.loads(event.data)) == ("user:vera", {"kind": "proxy", "purpose": "download"})


def test_a_proxy_for_editing_is_a_download(proxied: Here) -> None:
    with proxied.guarded.library.service(Database).write() as connection:
        mine = DERIVATIVE.c.kind == DerivativeKind.PROXY
        connection.execute(update(DERIVATIVE).where(mine).values(media_type="video/quicktime"))
    http = proxied.client("vera")
    assert http.get(f"/api/v1/assets/{SHA1}/proxy").json()["code"] == "release.refused"
    proxied.rights.detach(LOCAL, "old", Selected(assets=(SHA1,)))
    assert http.get(f"/api/v1/assets/{SHA1}/proxy").content == BYTES
    assert len(proxied.events("derivative.downloaded")) == 1


def test_clips_that_are_not_licensed_are_left_out_of_a_timeline(here: Here) -> None:
    http = here.client("vera")

    def export(**query: str) -> Any:
        return http.get("/api/v1/search/export", params={"format": "edl", "limit": "100", **query})

    both = export()
    assert "other.mov" in both.text and "clip.mov" not in both.text
    assert json.loads(both.headers["dampipe-warnings"])[0].startswith("left out: the licence old of clip.mov")
    none = export(licence="old")
    assert (none.status_code, none.json()["code"]) == (403, "release.refused")
    assert export(reason="so").json()["parameters"]["scope"] == "override"
    http = here.client("max")
    assert "clip.mov" in export(reason="a new licence").text
    assert [event.actor for event in here.events("timeline.exported")] == ["user:vera", "user:max"]
    [override] = here.events("release.overridden")
    assert json.loads(override.data)["purpose"] == "export"


def test_the_endpoints_of_rights(here: Here) -> None:
    http = here.client("max")
    made = http.post("/api/v1/rights/licences", json={"name": "new", "expires": "2090-01-01", "zone": "UTC"})
    assert (made.status_code, made.json()["state"]) == (201, "active")
    assert http.post("/api/v1/rights/licences", json={"name": "new"}).status_code == 409
    assert http.patch("/api/v1/rights/licences/new", json={"territories": ["eu"]}).json()["territories"] == [
        "EU"
    ]
    attached = http.post("/api/v1/rights/licences/new/attach", json={"all": True, "without": [SHA1]}).json()
    assert attached["changed"] == 1
    explained = http.get(f"/api/v1/assets/{OTHER}/rights", params={"territory": "US"}).json()
    assert (explained["allowed"], explained["objections"][0]["code"]) == (False, "rights.territory")
    shown = http.get(f"/api/v1/assets/{OTHER}").json()["rights"]
    assert (shown["state"], shown["licences"][0]["name"]) == ("active", "new")
    assert [one["name"] for one in http.get("/api/v1/rights/licences").json()] == ["new", "old"]
    assert [
        one["name"] for one in http.get("/api/v1/rights/licences", params={"state": "expired"}).json()
    ] == ["old"]
    assert [one["name"] for one in http.get("/api/v1/rights/licences", params={"after": "new"}).json()] == [
        "old"
    ]
    edl = "001  AX V C 00:00:01:00 00:00:02:00 00:00:00:00 00:00:01:00\n* FROM CLIP NAME: clip.mov\n"
    checked = http.post("/api/v1/rights/check", params={"format": "edl"}, content=edl).json()
    assert (checked["refused"], checked["clips"][0]["verdict"]) == (1, "refused")
    matched = http.post("/api/v1/timelines/match", params={"format": "edl"}, content=edl).json()
    assert matched["clips"][0]["assets"][0]["asset"] == SHA1
    assert http.post("/api/v1/timelines/match", params={"format": "otio"}, content=b"x").status_code == 422
    assert http.put("/api/v1/rights/policy", json={"unlicensed": "ask"}).json()["unlicensed"] == "ask"
    assert "online" in http.get("/api/v1/rights/terms").json()["media"]
    then = {"all": True, "attached_at": attached["at"]}
    earlier = {**then, "attached_at": attached["at"] - 1}
    assert http.post("/api/v1/rights/licences/new/detach", json=earlier).json() == 0
    assert http.post("/api/v1/rights/licences/new/detach", json=then).json() == 1
    assert http.delete("/api/v1/rights/licences/new").status_code == 204
