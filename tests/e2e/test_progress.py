"""While a file is worked on, the command line, the API, Flower and the page say how far it is."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.deployment import Deployment
from tests.e2e.test_page import browser
from tests.ports import free_port

__all__ = ["browser"]


NAME = "wait a little.mp4"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One file is worked on, and says how far it is until `NAME.go` lies beside it."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("footage")
    made = Deployment(home, pipeline="tests.e2e.stages:PIPELINE", flower_port=free_port())
    made.footage = folder  # type: ignore[attr-defined]
    (folder / NAME).write_text("footage")
    made.together()
    try:
        made.up()
        made.wait_for(lambda: made.seen_by_flower(1))
        made.run("enqueue", folder)
        made.wait_for(lambda: any(one["progress"] for one in status(made)["running"]))
        yield made
    finally:
        made.kill_all()


def status(deployment: Deployment) -> Any:
    """The status as the API tells it."""
    return httpx.get(f"http://127.0.0.1:{deployment.port}/api/status", timeout=60).json()


def results_in_flower(deployment: Deployment) -> list[str]:
    """What Flower shows as the results of the tasks named preview."""
    form = {"draw": "1", "start": "0", "length": "50", "search[value]": "", "order[0][column]": "0",
            "order[0][dir]": "asc"}  # fmt: skip
    for number, name in enumerate(("name", "result")):
        column = {"data": name, "name": "", "searchable": "true", "orderable": "true"}
        form |= {f"columns[{number}][{key}]": value for key, value in column.items()}
    url = f"http://127.0.0.1:{deployment.environment['DAMPIPE_FLOWER_PORT']}/tasks/datatable"
    tasks = json.loads(httpx.get(url, params=form, timeout=60).text)["data"]
    return [str(task["result"]) for task in tasks if task["name"] == "dampipe.preview"]


def test_the_command_line_and_the_api_tell_it(deployment: Deployment) -> None:
    [running] = status(deployment)["running"]
    assert (running["stage"], running["name"], running["attempts"]) == ("preview", NAME, 1)
    assert running["progress"] == {"done": 75.0, "total": 300.0, "unit": "s", "speed": 3.0, "left": 75.0}
    printed = deployment.run("status")
    assert all(words in printed for words in (NAME, "1:15 of 5:00", "3.0×", "1:15.0"))


def test_flower_shows_it(deployment: Deployment) -> None:
    deployment.wait_for(lambda: results_in_flower(deployment) == ["1:15 of 5:00, 3.0×, 1:15 left"])


def test_the_page_shows_it(browser: Browser, deployment: Deployment) -> None:
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{deployment.port}/#/scans")
    expect(page.locator(".now")).to_contain_text(f"{NAME} · preview")
    expect(page.locator(".now")).to_contain_text("1:15 of 5:00, 3.0×, 1:15 left")
    bar = page.locator(".now progress")
    assert (bar.get_attribute("aria-label"), bar.evaluate("bar => bar.position")) == (NAME, 0.25)
    page.close()


def test_nothing_is_left_of_it_when_the_file_is_through(deployment: Deployment) -> None:
    (deployment.footage / f"{NAME}.go").touch()  # type: ignore[attr-defined]
    deployment.wait_for(lambda: status(deployment)["stages"]["proxy"]["done"] == 1)
    deployment.wait_for(lambda: status(deployment)["running"] == [])
    deployment.wait_for(lambda: "1:15" not in str(results_in_flower(deployment)))
