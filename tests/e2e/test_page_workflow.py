"""The workflow on the page, in a real browser and by the keyboard: moves, reasons, assignee, tasks, definition."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import dampipe
from dampipe.features.search.vector_media_db import VectorMediaDb
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.web.app import create_app
from tests.support.searching import media, sha1
from tests.support.serving import serving

NAME = "interview.mp4"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A library with one asset that was not processed."""
    file = tmp_path_factory.mktemp("footage") / NAME
    file.write_bytes(b"x")
    with dampipe.open(home=tmp_path_factory.mktemp("home"), model="tiny", in_process=True) as library:
        library.service(VectorMediaDb).add_video(Path(file), sha1(NAME), media())
        with serving(create_app(library.service(Services))) as url:
            yield library, url


@pytest.fixture
def page(browser: Browser, served: tuple[Any, str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/Berlin")
    page = context.new_page()
    problems: list[str] = []
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def press(page: Page, control: Locator) -> None:
    """Use a control by the keyboard."""
    control.focus()
    page.keyboard.press("Enter")


def test_the_workflow_by_the_keyboard(page: Page, served: tuple[Any, str]) -> None:
    library, url = served
    refused: list[str] = []
    page.on("response", lambda one: one.status >= 400 and "workflow" in one.url and refused.append(one.url))
    with page.expect_response("**/api/v1/workflow"):
        page.goto(f"{url}#/asset/{sha1(NAME)}")
    expect(page.get_by_role("heading", name="Metadata")).to_be_visible()
    assert page.get_by_role("region", name="Workflow").count() == 0 and refused == []

    page.goto(f"{url}#/workflow")
    expect(page.get_by_text("No definition was applied yet.")).to_be_visible()
    page.locator("select[name=definition]").select_option("review")
    press(page, page.get_by_role("button", name="Load"))
    editor = page.get_by_label("Definition (TOML)")
    expect(editor).to_have_value(shipped_toml("review"))
    editor.fill('key = "broken"\nstates = [{ key = "a" }]')
    press(page, page.get_by_role("button", name="Try"))
    expect(page.get_by_text("no transition leads out of the state 'a'")).to_be_visible()
    press(page, page.get_by_role("button", name="Load"))
    expect(editor).to_have_value(shipped_toml("review"))
    press(page, page.get_by_role("button", name="Try"))
    expect(page.get_by_text("It can be applied.")).to_be_visible()
    press(page, page.get_by_role("button", name="Apply …"))
    press(page, page.locator("dialog.ask").get_by_role("button", name="Apply"))
    expect(page.get_by_text("The workflow is “review” now, version 1.")).to_be_visible()

    page.goto(f"{url}#/asset/{sha1(NAME)}?tab=Workflow")
    section = page.get_by_role("region", name="Workflow")
    expect(section.get_by_text("Draft", exact=True)).to_be_visible()
    press(page, section.get_by_role("button", name="Submit for review"))
    expect(section.get_by_text("It is In review now.")).to_be_visible()
    press(page, section.get_by_role("button", name="Request changes …"))
    page.get_by_label("Why?").fill("too dark")
    press(page, page.locator("dialog.ask").get_by_role("button", name="Request changes"))
    expect(section.get_by_text("Changes requested", exact=True)).to_be_visible()
    press(page, section.get_by_role("button", name="Assign …"))
    page.get_by_label("User").fill("anna")
    page.keyboard.press("Enter")
    expect(section.get_by_text("Assigned to anna.")).to_be_visible()
    press(page, section.get_by_role("button", name="Due date …"))
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.locator("dialog.ask").get_by_label("Due", exact=True).fill("2999-12-24T18:00")
    press(page, page.locator("dialog.ask").get_by_role("button", name="Set"))
    expect(section.get_by_text("Due 2999-12-24 18:00 Europe/Berlin.")).to_be_visible()
    press(page, section.get_by_text("History"))
    expect(section.get_by_text("moved it from “In review” to “Changes requested”: too dark")).to_be_visible()

    page.goto(f"{url}#/tasks")
    expect(page.locator("#main").get_by_text("There are no tasks.")).to_be_visible()
    page.get_by_label("Of everybody").focus()
    page.keyboard.press("Space")
    expect(page.locator("#main").get_by_role("link", name=NAME)).to_be_visible()
    assert library.service(WorkflowService).show(LOCAL, sha1(NAME)).state == "changes_requested"


def test_a_move_that_is_not_possible_says_why(page: Page, served: tuple[Any, str]) -> None:
    library, url = served
    flow = library.service(WorkflowService)
    flow.apply(LOCAL, shipped_toml("archive"), {"draft": "described", "changes_requested": "described"})
    if flow.show(LOCAL, sha1(NAME)).state == "received":  # no workflow was applied before
        flow.move_one(LOCAL, sha1(NAME), "describe")
    page.goto(f"{url}#/asset/{sha1(NAME)}?tab=Workflow")
    section = page.get_by_role("region", name="Workflow")
    button = section.get_by_role("button", name="Archive")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(
        section.get_by_text("a version of it has no file that was read again and found good.")
    ).to_be_visible()
    press(page, button)
    assert library.service(WorkflowService).show(LOCAL, sha1(NAME)).state == "described"
