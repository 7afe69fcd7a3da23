"""While a file is worked on, the command line, the API and Flower say how far it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.deployment import Deployment, free_port


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "home", pipeline="tests.e2e.stages:PIPELINE", flower_port=free_port())
    yield made
    made.kill_all()


def status(deployment: Deployment) -> Any:
    """The status as the API tells it."""
    return httpx.get(f"http://127.0.0.1:{deployment.port}/api/status", timeout=30).json()


def results_in_flower(deployment: Deployment) -> list[str]:
    """What Flower shows as the results of the tasks named preview."""
    form = {"draw": "1", "start": "0", "length": "50", "search[value]": "", "order[0][column]": "0",
            "order[0][dir]": "asc"}  # fmt: skip
    for number, name in enumerate(("name", "result")):
        column = {"data": name, "name": "", "searchable": "true", "orderable": "true"}
        form |= {f"columns[{number}][{key}]": value for key, value in column.items()}
    url = f"http://127.0.0.1:{deployment.environment['DAMPIPE_FLOWER_PORT']}/tasks/datatable"
    tasks = json.loads(httpx.get(url, params=form, timeout=30).text)["data"]
    return [str(task["result"]) for task in tasks if task["name"] == "dampipe.preview"]


def test_progress_is_seen_everywhere(deployment: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "footage" / "wait a little.mp4"
    file.parent.mkdir()
    file.write_text("footage")
    deployment.up()
    deployment.run("enqueue", file.parent)
    deployment.wait_for(lambda: any(one["progress"] for one in status(deployment)["running"]))
    [running] = status(deployment)["running"]
    assert (running["stage"], running["name"], running["attempts"]) == ("preview", "wait a little.mp4", 1)
    assert running["progress"] == {"done": 75.0, "total": 300.0, "unit": "s", "speed": 3.0, "left": 75.0}
    printed = deployment.run("status")
    assert all(words in printed for words in ("wait a little.mp4", "1:15 of 5:00", "3.0×", "1:15.0"))
    deployment.wait_for(lambda: results_in_flower(deployment) == ["1:15 of 5:00, 3.0×, 1:15 left"])
    file.with_name(f"{file.name}.go").touch()
    deployment.wait_for(lambda: status(deployment)["stages"]["proxy"]["done"] == 1)
    assert status(deployment)["running"] == []
    deployment.wait_for(lambda: "1:15" not in str(results_in_flower(deployment)))
