"""The page follows the server's events: one connection for all tabs of a browser, and no polling."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import dampipe
from dampipe.features.events.broadcast import Broadcaster
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.container import Services
from dampipe.web.app import create_app
from tests.support.serving import serving


class Served:
    """A library without footage, served by this process."""

    def __init__(self, library: Any, url: str) -> None:
        self.library = library
        self.url = url
        self.broadcaster: Broadcaster = library.service(Broadcaster)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with (
        dampipe.open(home=tmp_path / "home", model="tiny", in_process=True, settle=0.0) as library,
        serving(create_app(library.service(Services))) as url,
    ):
        yield Served(library, url)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


def open_tab(context: BrowserContext, served: Served) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(served.url)
    expect(page.locator("#status-line")).to_have_text("0 assets")
    return page


def wait_for(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_tabs_share_one_connection_and_leave_it(context: BrowserContext, served: Served) -> None:
    first = open_tab(context, served)
    second = open_tab(context, served)
    wait_for(lambda: served.broadcaster.clients == 1)
    for page in (first, second):
        page.evaluate("document.addEventListener('server-event', (e) => (document.title = e.detail.name))")
    time.sleep(1.0)
    assert served.broadcaster.clients == 1
    clip = Path(served.library.service(Services).settings.home) / "clip.mov"
    clip.write_bytes(b"no video")
    served.library.add(clip)
    served.library.process()
    for page in (first, second):
        expect(page).to_have_title("stage.failed")  # the file is not a video: hash is done, probe fails
        expect(page.locator(".areas .count")).to_have_text("1")
    first.close()
    second.goto("about:blank")
    wait_for(lambda: served.broadcaster.clients == 0)
    second.go_back()
    wait_for(lambda: served.broadcaster.clients == 1)


def test_the_page_does_not_poll_and_follows_what_workers_do(context: BrowserContext, served: Served) -> None:
    page = open_tab(context, served)
    page.goto(f"{served.url}#/scans")
    expect(page.locator("main")).to_contain_text("No worker is running.")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    served.library.service(WorkerRepository).report("here", ["io"], {}, 1.0)
    expect(page.locator("main")).to_contain_text("here", timeout=15_000)
    page.wait_for_timeout(6000)
    assert [url for url in asked if "/status" in url] == []


def test_without_shared_workers_each_visible_tab_follows(context: BrowserContext, served: Served) -> None:
    context.add_init_script("delete globalThis.SharedWorker")
    open_tab(context, served)
    open_tab(context, served)
    wait_for(lambda: served.broadcaster.clients == 2)


def test_a_server_that_stops_and_starts_again_is_followed_again(browser: Browser, tmp_path: Path) -> None:
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library:
        app = create_app(library.service(Services))
        context = browser.new_context()
        with serving(app) as url:
            page = context.new_page()
            page.goto(url)
            expect(page.locator("#status-line")).to_have_text("0 assets")
        expect(page.locator("#status-line")).to_have_text("The server does not answer.")
        with serving(app, port=int(url.rpartition(":")[2])):
            expect(page.locator("#status-line")).to_have_text("0 assets", timeout=20_000)
        context.close()
