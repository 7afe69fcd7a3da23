"""The page while it is open: it follows the library and keeps its position."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.demo_clips import DemoClips
from tests.support.deployment import Deployment
from tests.support.pages import view_link, visit


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One for all tests, which are in the order in which its library grows."""
    made = Deployment(tmp_path_factory.mktemp("home"), model="tiny")
    made.combine_workers()
    try:
        made.up()
        yield made
    finally:
        made.kill_all()


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> list[Path]:
    """The same files for all tests: what is encoded twice has other bytes, and is another asset."""
    return demo_clips(tmp_path_factory.mktemp("footage"))


def copied(clips: list[Path], folder: Path, more: int = 0) -> Path:
    """A folder with copies of the clips, and as many variants of each, which are contents of their own."""
    folder.mkdir()
    for clip in clips:
        for number in range(more + 1):
            name = clip.stem + (f"-{number}" if number else "")
            (folder / name).with_suffix(clip.suffix).write_bytes(clip.read_bytes() + bytes(8 * number))
    return folder


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(deployment.url())
    yield page
    page.close()
    assert problems == []


def test_the_view_is_shown_once_the_server_is_back(page: Page, deployment: Deployment) -> None:
    page.route("**/api/**", lambda route: route.abort())
    for address in ("#/scans", "#/failures", "#/search?q=red"):
        page.goto(deployment.url() + address)
        expect(page.locator("main .notice")).to_contain_text("The server does not answer.")
    page.unroute("**/api/**")
    expect(page.locator("main .notice")).to_contain_text("No results")
    expect(page).to_have_url(deployment.url() + "#/search?q=red")


def test_the_same_search_and_the_same_link_ask_again(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("searchbox").fill("red")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("main")).to_contain_text("No results")
    with page.expect_request("**/api/v1/search*"):
        page.get_by_role("searchbox").press("Enter")
    visit(page, "Work", "Failures")
    expect(page.locator("main")).to_contain_text("No failures.")
    with page.expect_request("**/api/v1/failures*"):
        view_link(page, "Failures").click()


def test_new_assets_appear_and_back_returns_to_the_same_position(
    page: Page, deployment: Deployment, clips: list[Path], tmp_path: Path
) -> None:
    expect(page.locator("main")).to_contain_text("The library is empty.")
    deployment.run("enqueue", "--wait", copied(clips, tmp_path / "footage"))
    expect(page.locator(".card canvas:not([hidden])")).to_have_count(5)
    expect(page.locator(".card", has_text="Not processed")).to_have_count(0)

    first = page.locator(".card").first
    first.evaluate("card => card.classList.add('seen')")
    first.locator(".picture").click()
    expect(page.locator("#player video")).to_be_focused()  # so that the space bar plays and pauses
    page.go_back()
    expect(page.locator("#player")).not_to_be_visible()
    expect(page.locator(".card.seen")).to_have_count(1)
    expect(page.get_by_role("link", name="Library")).to_have_attribute("aria-current", "page")

    page.get_by_role("searchbox").fill("a red circle")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#announcement")).to_contain_text("for “a red circle”")


def test_files_appear_in_the_library_when_they_can_be_looked_at(
    page: Page, deployment: Deployment, clips: list[Path], tmp_path: Path
) -> None:
    deployment.run("enqueue", copied(clips, tmp_path / "footage", more=4))
    expect(page.locator("main")).to_contain_text("will appear here when processed")
    expect(page.locator(".card").first).to_be_visible()
    for _ in range(20):
        assert page.locator(".card .bare").count() == 0, "no card without a picture"
        page.wait_for_timeout(250)
    deployment.wait_for(lambda: len(deployment.query("assets?pending=false")) == 25, seconds=240)
    expect(page.locator(".card").first).to_have_attribute("aria-setsize", "25")


def test_a_scan_is_paused_resumed_and_cancelled(
    page: Page, deployment: Deployment, clips: list[Path], tmp_path: Path
) -> None:
    footage = copied(clips, tmp_path / "footage", more=19)  # more than is processed before the scan is paused
    number = deployment.json("enqueue", footage)["scan"]
    deployment.run("scan", "pause", str(number))
    visit(page, "Work", "Scans")
    [message, scan] = page.locator("main [role=status]"), page.locator(".scan").first
    expect(scan).to_contain_text("paused")
    page.get_by_role("button", name="resume scan").click()
    expect(message).to_have_text(f"Scan {number} is resumed.")
    page.get_by_role("button", name="pause scan").click()
    expect(message).to_have_text(f"Scan {number} is paused.")
    page.get_by_role("button", name="cancel scan").click()
    expect(message).to_have_text(f"Scan {number} is cancelled.")
    expect(scan.get_by_role("button")).to_have_count(0)
