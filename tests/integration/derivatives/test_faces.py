"""Checks over the command line, HTTP, the doctor, the status and the nightly sync, with the same words."""

import json
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from dampipe.app.container import Container
from dampipe.app.doctor import Finding, Verdict, examine
from dampipe.features.derivatives import cli
from dampipe.features.derivatives.health import CheckPolicy, StoreSample
from dampipe.features.processing.cli.status import AWAY, render
from dampipe.features.processing.status import StatusService
from dampipe.jobs.model import RunState
from dampipe.jobs.nightly import NightlyJobs
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import text_of
from dampipe.web.app import create_app
from tests.support.derivatives import DerivativeLibrary


class Services:
    """The services of a command, over a library of a test."""

    def __init__(self, here: DerivativeLibrary) -> None:
        self._here = here

    def get(self, kind: type[Any]) -> Any:
        return self._here.library.service(kind)


def run(here: DerivativeLibrary, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, list(arguments), obj=Services(here), catch_exceptions=False)


def alert(here: DerivativeLibrary) -> None:
    """Make the guard alert in a library of two clips."""
    here.library.service(StoreSample).policy = CheckPolicy(guard_share=0.5, guard_files=5)


def finding(here: DerivativeLibrary) -> Finding:
    container = cast(Container, here.library._container)
    return next(one for one in examine(container) if one.what == "derivatives")


def test_exit_codes_and_words_of_the_command(here: DerivativeLibrary) -> None:
    alert(here)
    fine = run(here)
    assert fine.exit_code == ExitCode.OK and f"{len(here.rows())} derivatives checked" in fine.output
    [lost] = here.delete("poster")
    found = run(here)
    assert found.exit_code == ExitCode.MISMATCH and f"missing: poster of {lost.sha1}" not in found.output
    assert "missing: poster of" in found.output and "`--repair` makes it again" in found.output
    as_json = json.loads(run(here, "--json", lost.sha1).output)
    assert (as_json["missing"], as_json["unrepaired"], as_json["lost"][0]["kept"]) == (1, 1, "not_asked")
    repaired = run(here, "--repair")
    assert repaired.exit_code == ExitCode.OK and "is made again" in repaired.output
    here.library.process()
    here.store.rename(here.store.with_name("unmounted"))
    away = run(here, "--repair")
    assert away.exit_code == ExitCode.SUSPECT and "away or was emptied" in away.output


def test_checks_and_lost_derivatives_over_http(here: DerivativeLibrary) -> None:
    http = TestClient(create_app(Services(here)), "http://127.0.0.1")
    [lost] = here.delete("poster")
    assert http.head(f"/api/v1/assets/{lost.sha1}/poster").status_code == 404
    answer = http.get(f"/api/v1/assets/{lost.sha1}/poster")
    assert answer.status_code == 404
    assert (answer.json()["code"], answer.json()["parameters"]) == (
        "derivative.lost", {"derivative": "poster", "problem": "missing"},
    )  # fmt: skip
    assert "is made again" in answer.json()["hint"] and "dampipe " not in answer.json()["hint"]
    assert [one["stage"] for one in http.get("/api/v1/failures").json()] == ["check"]
    assert http.post("/api/v1/derivatives/check", json={"what": ["0123456789"]}).status_code == 404
    for wrong in ({"nonsense": 1}, {"percent": 0}, {"percent": 101}, {"what": [""]}, {"what": ["a"] * 1001}):
        assert http.post("/api/v1/derivatives/check", json=wrong).status_code == 422
    started = http.post("/api/v1/derivatives/check", json={"repair": True})
    assert started.status_code == 202
    at = f"/api/v1/derivatives/check/{started.json()['check']}"
    assert http.get(at).json()["state"] == "pending"
    here.library.process()
    done = http.get(at).json()
    assert (done["state"], done["result"]["missing"], done["result"]["again"]) == ("done", 1, 1)
    assert http.get(f"/api/v1/assets/{lost.sha1}/poster").status_code == 200
    assert http.get("/api/v1/failures").json() == []
    assert http.post("/api/v1/derivatives/check").status_code == 202, "a body is not needed"
    assert http.get("/api/v1/derivatives/check/999999").status_code == 404


def test_the_doctor_and_the_status_notice(here: DerivativeLibrary) -> None:
    alert(here)
    assert finding(here).verdict is Verdict.FINE
    here.delete("poster")
    warned = finding(here)
    assert warned.verdict is Verdict.WARNING and f"1 of {len(here.rows())}" in warned.found
    here.store.rename(here.store.with_name("unmounted"))
    broken = finding(here)
    assert broken.verdict is Verdict.BROKEN and str(here.store) in broken.found
    status = here.library.service(StatusService).status(LOCAL)
    assert status.derivatives.away and AWAY in text_of(render(status))


def test_a_share_is_checked_and_repaired_each_night(here: DerivativeLibrary) -> None:
    nightly = here.library.service(NightlyJobs)
    here.set(checked_at=1000.0)
    here.delete("poster", "waveform", assets=2)
    items = nightly.request()
    assert [kind for kind, _ in items] == ["check"] and nightly.request() == []
    with here.database.write() as connection:  # 1 % of twelve is one derivative
        parameters = json.loads(
            connection.execute(select(RUN.c.parameters).where(RUN.c.kind == "check")).scalar_one()
        )
        assert (parameters["percent"], parameters["minutes"], parameters["repair"]) == (1.0, 120.0, True)
        all_of_them = json.dumps({**parameters, "percent": 100.0})
        connection.execute(update(RUN).where(RUN.c.kind == "check").values(parameters=all_of_them))
    here.library.process()
    [result] = nightly.wait(items)
    assert result.state == RunState.DONE
    assert (result.result["missing"], result.result["again"], result.result["unrepaired"]) == (4, 4, 0)
    assert here.check().sound == len(here.rows())
    with here.database.write() as connection:
        old = update(RUN).where(RUN.c.kind == "check").values(finished_at=1000.0, version="night-1999-01-01")
        connection.execute(old)
    nightly.request()
    here.library.process()
    with here.database.read() as connection:
        keys = connection.execute(select(RUN.c.version).where(RUN.c.kind == "check")).scalars().all()
    assert len(keys) == 1 and "1999" not in keys[0], "old results are deleted"


@pytest.mark.parametrize("off", [{"verify_percent": 0}, {"verify_minutes": 0}])
def test_no_share_is_checked_where_verification_is_off(here: DerivativeLibrary, off: dict[str, Any]) -> None:
    other = DerivativeLibrary(
        here.store.parent, str(here.database.url.render_as_string(hide_password=False)), **off
    )
    assert other.library.service(NightlyJobs).request() == []
    other.close()
