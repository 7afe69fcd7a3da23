"""The page in a real browser: what a person sees, over a real deployment."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from dampipe.deployment.demo import make_footage
from dampipe.media.ffmpeg import find_ffmpeg
from tests.e2e.deployment import Deployment

expect.set_options(timeout=60_000)  # the first search loads the model
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MARKUP = "<img src=x onerror=alert(1)>.mp4"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    clips = make_footage(find_ffmpeg(), folder)
    (folder / MARKUP).write_bytes(clips[1].read_bytes() + b"\0" * 8)
    (folder / "text.mp4").write_text("this is no film\n" * 100)
    return folder


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path_factory.mktemp("home"), model="tiny")
    made.together("embed")
    try:
        made.up()
        made.run("enqueue", "--wait", folder, code=3)
        yield made
    finally:
        made.kill_all()


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    """The page, opened; fails when anything went wrong in it or anything was asked of another server."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems: list[str] = []
    home = f"http://127.0.0.1:{deployment.port}/"

    def asked(request: Any) -> None:
        if not request.url.startswith((home, "data:", "blob:")):
            problems.append(f"asked elsewhere: {request.url}")

    page.set_default_timeout(60_000)
    page.on("request", asked)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
    page.goto(home)
    expect(page.locator(".card")).to_have_count(7)
    yield page
    page.close()
    assert problems == []


def time_of(video: Locator) -> float:
    return float(video.evaluate("player => player.currentTime"))


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Playwright's own waiting would evaluate a text, which the page's policy forbids."""
    for _ in range(600):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("waited in vain")


def test_a_search_opens_the_player_at_the_moment(page: Page) -> None:
    page.get_by_role("searchbox").fill("a red circle")
    page.get_by_role("searchbox").press("Enter")
    first = page.locator(".card").first
    expect(first.get_by_role("heading")).to_have_text("A001_C001.mp4")
    first.locator(".picture").click()
    video = page.locator("dialog video")
    expect(video).to_be_visible()
    until(page, lambda: video.evaluate("player => player.played.length"))
    video.evaluate("player => player.pause()")  # so that it is where it was sent, however late one looks
    assert 3 <= float(video.evaluate("player => player.played.start(0)")) < 6, "it begins with the scene"
    page.get_by_role("button", name="Go to 0:00.0").click()
    until(page, lambda: time_of(video) == 0)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).not_to_be_visible()
    expect(page).to_have_url(re.compile(r"#/search\?q=a\+red\+circle$"))  # where one came from


def test_the_pointer_scrubs_through_a_card(page: Page) -> None:
    picture = page.get_by_role("link", name="Play A001_C003.mp4")
    clock, strip = picture.locator(".clock"), picture.locator(".strip")
    expect(clock).to_have_text("0:12")
    box = picture.bounding_box()
    assert box is not None
    picture.hover(position={"x": box["width"] * 0.76, "y": 40})
    expect(strip).to_be_visible()
    expect(clock).to_have_text("0:09.1")
    late = strip.evaluate("strip => strip.style.backgroundPosition")
    picture.hover(position={"x": 4, "y": 40})
    expect(clock).to_have_text("0:00.1")
    assert strip.evaluate("strip => strip.style.backgroundPosition") != late, "another tile"
    page.mouse.move(0, 0)
    expect(strip).not_to_be_visible()


def test_a_name_stays_a_name(page: Page) -> None:
    expect(page.get_by_role("heading", name=MARKUP)).to_be_visible()
    assert page.locator("main img[src=x]").count() == 0


def test_scans_and_a_wrong_path(page: Page, folder: Path) -> None:
    page.get_by_role("link", name="Scans").click()
    expect(page.locator(".scan").first).to_contain_text("6 done, 1 failed")
    path = page.get_by_role("textbox")
    path.fill("/nowhere/at/all")
    page.get_by_role("button", name="Scan").click()
    expect(page.locator("main [role=status]")).to_contain_text("no such file or folder: /nowhere/at/all")
    path.fill(str(folder))
    page.get_by_role("button", name="Scan").click()
    expect(page.locator("main [role=status]")).to_contain_text("is submitted")
    expect(page.locator(".scan")).to_have_count(2)
    expect(page.locator(".scan").first).to_contain_text("finished: 7 files, 0 new")


def test_failures_say_why_and_can_be_tried_again(page: Page, deployment: Deployment) -> None:
    page.get_by_role("link", name="Failures").click()
    row = page.get_by_role("row", name="text.mp4")
    expect(row).to_contain_text("is no media file, or is damaged (the file's fault)")
    row.get_by_role("button", name="Retry").click()
    expect(page.locator("main [role=status]")).to_have_text("1 stage will run again.")
    deployment.wait_for(lambda: deployment.asked("failures"))
    page.reload()
    expect(page.get_by_role("row", name="text.mp4")).to_be_visible()
