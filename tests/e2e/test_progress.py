"""The command line, the API, Flower and the page show the progress of a file."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.ports import free_port
from tests.support.deployment import PLAIN, Deployment

NAME = "wait a little.mp4"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One file is in progress and reports it until `NAME.go` exists beside the file."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("footage")
    made = Deployment(home, pipeline="tests.support.stages:PIPELINE", flower_port=free_port())
    made.footage = folder  # type: ignore[attr-defined]
    (folder / NAME).write_text("footage")
    made.combine_workers()
    try:
        made.up()
        made.wait_for(lambda: made.is_known_to_flower(1))
        made.run("enqueue", folder)
        made.wait_for(lambda: any(one["progress"] for one in status(made)["running"]))
        yield made
    finally:
        made.kill_all()


def status(deployment: Deployment) -> Any:
    """The status by the API."""
    return httpx.get(deployment.api("/status"), timeout=60, verify=PLAIN).json()


def results_in_flower(deployment: Deployment) -> list[str]:
    """The results of the preview tasks in Flower."""
    form = {"draw": "1", "start": "0", "length": "50", "search[value]": "", "order[0][column]": "0",
            "order[0][dir]": "asc"}  # fmt: skip
    for number, name in enumerate(("name", "result")):
        column = {"data": name, "name": "", "searchable": "true", "orderable": "true"}
        form |= {f"columns[{number}][{key}]": value for key, value in column.items()}
    url = f"http://127.0.0.1:{deployment.environment['DAMPIPE_FLOWER_PORT']}/tasks/datatable"
    tasks = json.loads(httpx.get(url, params=form, timeout=60, verify=PLAIN).text)["data"]
    return [str(task["result"]) for task in tasks if task["name"] == "dampipe.preview"]


def test_the_command_line_and_the_api_show_it(deployment: Deployment) -> None:
    [running] = status(deployment)["running"]
    assert (running["stage"], running["name"], running["attempts"]) == ("preview", NAME, 1)
    assert running["progress"] == {"done": 75.0, "total": 300.0, "unit": "s", "speed": 3.0, "left": 75.0}
    printed = deployment.run("status")
    assert all(words in printed for words in (NAME, "1:15 of 5:00", "3.0×", "1:15.0"))


def test_flower_shows_it(deployment: Deployment) -> None:
    deployment.wait_for(lambda: results_in_flower(deployment) == ["1:15 of 5:00, 3.0×, 1:15 left"])


def test_the_page_shows_it(browser: Browser, deployment: Deployment) -> None:
    page = browser.new_page()
    page.goto(deployment.url("/#/scans"))
    expect(page.locator(".in-progress")).to_contain_text(f"{NAME} · preview")
    expect(page.locator(".in-progress")).to_contain_text("1:15 of 5:00, 3.0×, 1:15 left")
    bar = page.locator(".in-progress progress")
    assert (bar.get_attribute("aria-label"), bar.evaluate("bar => bar.position")) == (NAME, 0.25)
    page.close()


def test_it_disappears_when_the_file_is_done(deployment: Deployment) -> None:
    (deployment.footage / f"{NAME}.go").touch()  # type: ignore[attr-defined]
    deployment.wait_for(lambda: status(deployment)["stages"]["proxy"]["done"] == 1)
    deployment.wait_for(lambda: status(deployment)["running"] == [])
    deployment.wait_for(lambda: "1:15" not in str(results_in_flower(deployment)))
