"""Health says to anybody whether the parts answer, and no more."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import dampipe
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.container import Services
from dampipe.kernel.errors import BrokerDown, CatalogueDown
from dampipe.web.app import create_app


class Broken:
    """A broker whose error names its URL."""

    def check(self) -> str:
        raise BrokerDown("redis://user:s3cret@broker.internal:6379 does not answer")


@pytest.fixture
def parts(tmp_path: Path) -> Any:
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library:
        yield library


def answer_of(parts: Any, path: str = "/api/v1/health") -> tuple[int, dict[str, str]]:
    answer = TestClient(create_app(parts.service(Services)), "http://127.0.0.1").get(path)
    return answer.status_code, answer.json()


def test_without_a_worker_it_is_well_unless_workers_are_asked_for(parts: Any) -> None:
    status, body = answer_of(parts)
    assert status == 200 and set(body) == {"catalogue", "broker", "workers", "version"}
    assert (body["catalogue"], body["broker"], body["workers"]) == ("ok", "ok", "none")
    assert answer_of(parts, "/api/v1/health?workers=true")[0] == 503
    parts.service(WorkerRepository).report("here", ["io"], {}, 1.0)
    status, body = answer_of(parts, "/api/v1/health?workers=true")
    assert (status, body["workers"]) == (200, "ok")


def test_of_a_part_that_is_down_it_says_only_that(parts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    services = parts.service(Services)
    services._made[TaskTransport] = Broken()
    status, body = answer_of(parts)
    assert (status, body["broker"], body["catalogue"]) == (503, "down", "ok")

    def fail(_: object) -> None:
        raise CatalogueDown("postgresql://user:s3cret@db.internal/dampipe cannot be used")

    monkeypatch.setattr("dampipe.web.health.check_schema", fail)
    status, body = answer_of(parts, "/api/v1/health?workers=true")
    assert (status, body["broker"], body["catalogue"], body["workers"]) == (503, "down", "down", "unknown")
    monkeypatch.undo()
    monkeypatch.setattr(WorkerRepository, "present", fail)
    status, body = answer_of(parts, "/api/v1/health?workers=true")
    assert (status, body["catalogue"], body["workers"]) == (503, "ok", "unknown")
    assert "s3cret" not in str(body) and "internal" not in str(body)
