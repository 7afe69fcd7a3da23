"""Policies, plans and costs by the command line and over HTTP, and who may ask for them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

import dampipe
from dampipe.features.sources.cli import command as source_command
from dampipe.features.tiers.cli import command as tier_command
from dampipe.features.tiers.sweep import TierSweep
from dampipe.kernel.access import Role
from dampipe.kernel.container import Services
from dampipe.kernel.errors import DampipeError
from dampipe.web.app import create_app
from tests.integration.access.conftest import Open, opened

__all__ = ["opened"]  # a fixture

RULES = """
[[rule]]
name = "all"
copies = 2
tiers = ["hot", "cold"]

[limits]
confirm_above = {money = 0.1}
"""


class Place:
    """A library with two clips in a source, and an empty archive."""

    def __init__(self, folder: Path, library: Any) -> None:
        self.folder, self.library = folder, library
        self.services: Services = library.service(Services)
        self.http = TestClient(create_app(self.services), "http://127.0.0.1")
        for name in ("footage", "archive"):
            (folder / name).mkdir()
        for name in ("a", "b"):
            (folder / "footage" / f"{name}.mov").write_bytes(name.encode() * 1000)
        self.policy = folder / "policy.toml"
        self.policy.write_text(RULES)

    def source(self, *arguments: str) -> Result:
        return CliRunner().invoke(source_command, list(arguments), obj=self.services)

    def tier(self, *arguments: str) -> Result:
        return CliRunner().invoke(tier_command, list(arguments), obj=self.services)

    def added(self) -> None:
        """Both sources, and the clips in the library."""
        done = self.source("add", "footage", str(self.folder / "footage"))
        assert done.exit_code == 0, done.output
        costs = (
            "gb_month=0.004",
            "write_1000=100",
            "minimum_days=180",
            "mb_per_s=50",
            "retrieval.bulk.hours=48",
        )
        done = self.source(
            "add", "archive", str(self.folder / "archive"), "--managed", "--tier", "cold", "--label", "shelf B",
            *(part for cost in costs for part in ("--cost", cost)),
        )  # fmt: skip
        assert done.exit_code == 0, done.output


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True, settle=0.0) as library:
        made = Place(tmp_path, library)
        made.added()
        library.add(tmp_path / "footage")
        library.process()
        yield made


def test_tier_label_and_costs_of_a_source(place: Place) -> None:
    shown = place.source("list").output
    assert (
        "archive: label shelf B, managed: dampipe may write to it, costs gb_month=0.004 write_1000=100"
        in shown
    )
    assert "retrieval.bulk.hours=48" in shown and " cold " in shown
    found = {one["name"]: one for one in json.loads(place.source("list", "--json").output)}
    assert (found["archive"]["tier"], found["archive"]["label"]) == ("cold", "shelf B")
    assert found["archive"]["cost"]["retrieval"] == {"bulk": {"per_gb": 0.0, "per_1000": 0.0, "hours": 48.0}}
    assert {one["name"]: one for one in place.http.get("/api/v1/sources").json()} == found
    assert place.source("add", "archive", str(place.folder / "archive")).exit_code == 0
    [again] = [one for one in place.http.get("/api/v1/sources").json() if one["name"] == "archive"]
    assert (again["tier"], again["label"], again["cost"]["gb_month"]) == ("hot", "", 0.0), (
        "settings are replaced"
    )


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("gb_month", "the cost 'gb_month' is not valid: it is not KEY=VALUE"),
        ("gb=1", "the cost 'gb' is not valid: there is no such amount"),
        ("gb_month=much", "the cost 'gb_month' is not valid: Input should be a valid number"),
        ("gb_month=-1", "greater than or equal to 0"),
        ("gb_month=nan", "finite number"),
        ("retrieval.slow.hours=1", "'slow' is not one of expedited, standard, bulk"),
        ("retrieval.bulk=1", "there is no such amount"),
        ("retrieval=1", "there is no such amount"),
        ("currency=dollars", "currency"),
        ("gb_month.x=1", "there is no such amount"),
    ],
)
def test_a_cost_that_is_not_valid_is_refused(place: Place, option: str, problem: str) -> None:
    done = place.source("add", "x", str(place.folder), "--cost", option)
    assert isinstance(done.exception, DampipeError), done.output
    assert done.exception.code == "source.cost_invalid" and problem in str(done.exception)
    assert "retrieval.SPEED.hours" in done.exception.hint


@pytest.mark.parametrize("costs", [("gb_month=1", "gb_month=2"), ("gb_month=1", "gb_month.x=2")])
def test_a_cost_is_given_once(place: Place, costs: tuple[str, str]) -> None:
    options = [part for cost in costs for part in ("--cost", cost)]
    done = place.source("add", "x", str(place.folder), *options)
    assert isinstance(done.exception, DampipeError) and done.exception.code == "source.cost_invalid"


@pytest.mark.parametrize("label", ["a\nb", " a", "x" * 201])
def test_a_label_is_one_line(place: Place, label: str) -> None:
    done = place.source("add", "x", str(place.folder), "--label", label)
    assert isinstance(done.exception, DampipeError) and done.exception.code == "source.label_invalid"


def test_a_policy_and_a_plan_by_the_command_line(place: Place) -> None:
    assert "no policy yet" in place.tier("policy", "history").output
    assert "no plans yet" in place.tier("plan", "list").output
    assert "no policy yet" in place.tier("status").output
    nothing = place.tier("plan")
    assert isinstance(nothing.exception, DampipeError) and nothing.exception.code == "tier.no_policy"
    checked = place.tier("policy", "check", str(place.policy)).output
    assert "all" in checked and "(no rule)" in checked
    assert (
        json.loads(place.tier("policy", "check", str(place.policy), "--json").output)["rules"][0]["assets"]
        == 2
    )
    assert "policy 1 is in force: 1 rule" in place.tier("policy", "apply", str(place.policy)).output
    assert place.tier("policy", "show").output == RULES
    assert place.tier("policy", "show", "1").output == RULES
    assert "in force" in place.tier("policy", "history").output
    made = place.tier("plan")
    assert made.exit_code == 0, made.output
    for part in (
        "plan 1 by policy 1: draft",
        "2 files (2.0 kB) to copy",
        "once: 0.20 USD (0.20 USD requests)",
        "duration: not known",
        "all: 2 assets, 2 contents with files, 2 with fewer verified copies than asked for",
        "2 files (2.0 kB) to be verified, so that they count as copies: `dampipe verify`",
        "nothing was moved; `dampipe tier apply 1` does",
    ):
        assert part in made.output, made.output
    assert not list((place.folder / "archive").iterdir())
    files = json.loads(place.tier("plan", "show", "1", "--files", "--json").output)
    assert sorted((one["kind"], one["source"], one["key"]) for one in files) == [
        ("copy", "archive", "footage/a.mov"),
        ("copy", "archive", "footage/b.mov"),
    ]
    assert "footage/a.mov" in place.tier("plan", "show", "1", "--files").output
    assert place.tier("plan", "show", "1", "--files", "--state", "done").output == "none\n"
    assert place.tier("plan", "show", "1", "--state", "done").exit_code == 2
    assert place.tier("plan", "--json", "list").exit_code == 2
    shown = json.loads(place.tier("plan", "show", "1", "--json").output)
    assert (shown["state"], shown["asks"], shown["estimate"]["copies"]["files"]) == ("draft", True, 2)
    assert json.loads(place.tier("plan", "--rule", "all", "--json").output)["number"] == 2
    assert [one["number"] for one in json.loads(place.tier("plan", "list", "--json").output)] == [2, 1]
    assert "draft" in place.tier("plan", "list").output
    unknown = place.tier("plan", "--rule", "none")
    assert isinstance(unknown.exception, DampipeError) and unknown.exception.code == "tier.rule_not_found"
    status = place.tier("status").output
    assert "hot" in status and "shelf B" in status and "all: 2 assets" in status
    assert len(json.loads(place.tier("status", "--json").output)["sources"]) == 2


def test_a_plan_is_applied_paused_and_continued(place: Place) -> None:
    http, archive = place.http, place.folder / "archive"
    assert place.tier("policy", "apply", str(place.policy)).exit_code == 0
    assert http.post("/api/v1/tiers/plans", json={"rule": "all"}).status_code == 201
    refused = http.post("/api/v1/tiers/plans/1/apply", json={})
    assert refused.status_code == 409 and "0.20" in refused.json()["detail"], refused.json()
    assert http.get("/api/v1/tiers/plans/1").json()["state"] == "draft"
    applied = http.post("/api/v1/tiers/plans/1/apply", json={"accepts_cost": True})
    assert (applied.status_code, applied.json()["state"]) == (200, "running")
    assert http.post("/api/v1/tiers/plans/1/pause").json()["state"] == "paused"
    place.library.process()
    assert not list(archive.rglob("*.mov"))
    assert place.tier("resume", "1").output == "plan 1 is running\n"
    paused = place.tier("pause", "1").output
    assert paused == "plan 1 is paused; `dampipe tier resume 1` continues it\n"
    assert http.post("/api/v1/tiers/plans/1/resume").json()["state"] == "running"
    place.library.process()
    place.services.get(TierSweep)()
    assert sorted(path.read_bytes()[:1] for path in archive.rglob("*.mov")) == [b"a", b"b"]
    shown = http.get("/api/v1/tiers/plans/1").json()
    assert (shown["state"], [one["state"] for one in shown["states"]]) == ("done", ["done"])
    assert http.post("/api/v1/tiers/plans/1/pause").status_code == 409
    late = place.tier("resume", "1")
    assert isinstance(late.exception, DampipeError) and late.exception.code.startswith("tier.")


def test_a_policy_that_cannot_be_read(place: Place) -> None:
    place.policy.write_bytes(b"\xff\xfe")
    done = place.tier("policy", "apply", str(place.policy))
    assert isinstance(done.exception, DampipeError) and done.exception.code == "tier.policy_invalid"
    place.policy.write_text('[[rule]]\nname = "a"\nquery = "nothing>3"')
    done = place.tier("policy", "check", str(place.policy))
    assert isinstance(done.exception, DampipeError) and done.exception.code == "tier.policy_faulty"


def test_a_policy_and_a_plan_over_http(place: Place) -> None:
    http = place.http
    assert http.get("/api/v1/tiers/policy").status_code == 404
    assert http.get("/api/v1/tiers/standing").json()["code"] == "tier.no_policy"
    warnings = ["there is no managed source of the tier hot: nothing is copied there"]
    assert http.post("/api/v1/tiers/policy/check", json={"toml": RULES}).json() == {
        "rules": [{"rule": "all", "assets": 2, "warnings": warnings}],
        "others": 0,
    }
    bad = http.put("/api/v1/tiers/policy", json={"toml": "[[rule]]"})
    assert (bad.status_code, bad.json()["code"]) == (422, "tier.policy_invalid")
    assert http.get("/api/v1/tiers/policies").json() == []
    assert http.put("/api/v1/tiers/policy", json={"toml": RULES}).json()["number"] == 1
    assert http.get("/api/v1/tiers/policies/1").json()["toml"] == RULES
    assert http.get("/api/v1/tiers/policies/2").status_code == 404
    made = http.post("/api/v1/tiers/plans", json={"rule": "all"})
    assert made.status_code == 201 and made.json()["estimate"]["copies"] == {"files": 2, "bytes": 2000}
    assert http.post("/api/v1/tiers/plans", json={"rule": "x"}).status_code == 404
    assert http.get("/api/v1/tiers/plans/1").json() == made.json()
    assert [one["number"] for one in http.get("/api/v1/tiers/plans").json()] == [1]
    [first, second] = http.get("/api/v1/tiers/plans/1/actions").json()
    asked = {"after": first["number"], "state": "waiting", "kind": "copy"}
    assert http.get("/api/v1/tiers/plans/1/actions", params=asked).json() == [second]
    assert http.get("/api/v1/tiers/plans/1/actions", params={"kind": "delete"}).json() == []
    assert http.get("/api/v1/tiers/plans/9/actions").status_code == 404
    assert [one["source"] for one in http.get("/api/v1/tiers/usage").json()] == ["footage", "archive"]
    assert http.get("/api/v1/tiers/standing").json()["rules"][0]["below"] == 2


def test_who_may_plan_and_who_may_put_a_policy_in_force(opened: Open) -> None:
    here = opened()
    here.add("root", Role.ADMIN)
    http = here.client()
    for scope, planned, applied in (("read", 403, 403), ("manage", 404, 403), ("tiers", 403, 200)):
        header = here.token(scope, scope)
        assert http.post("/api/v1/tiers/plans", json={}, headers=header).status_code == planned
        assert http.put("/api/v1/tiers/policy", json={"toml": ""}, headers=header).status_code == applied


def test_who_sees_a_part_of_the_library_sees_no_plan(opened: Open) -> None:
    here = opened()
    here.add("root", Role.ADMIN)
    here.add("emil", Role.EDITOR, sees=())
    emil, root = here.logged_in("emil"), here.logged_in("root")
    assert root.put("/api/v1/tiers/policy", json={"toml": ""}).status_code == 200
    assert root.post("/api/v1/tiers/plans", json={}).status_code == 201
    for method, path, body in (
        ("GET", "policy", None),
        ("PUT", "policy", {"toml": ""}),
        ("POST", "policy/check", {"toml": ""}),
        ("GET", "policies", None),
        ("GET", "policies/1", None),
        ("GET", "plans", None),
        ("POST", "plans", {}),
        ("GET", "plans/1", None),
        ("GET", "plans/1/actions", None),
        ("GET", "usage", None),
        ("GET", "standing", None),
    ):
        answer = emil.request(method, f"/api/v1/tiers/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.scope_missing"), path
