"""Fixtures of the end-to-end tests."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

expect.set_options(timeout=60_000)  # on a machine that runs other tests
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOX = ("firefox-esr", "firefox")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers. It runs an event loop in this thread, so that a module has its own."""
    with sync_playwright() as driver:
        yield driver


def installed(names: tuple[str, ...]) -> str:
    """The path of a browser of this machine."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip(f"no {names[0]} is installed")
    return path


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The Chromium that is installed on this machine."""
    made = playwright.chromium.launch(executable_path=installed(CHROMIUM), args=["--no-sandbox"])
    yield made
    made.close()


@pytest.fixture(scope="module")
def firefox(playwright: Playwright) -> Iterator[Browser]:
    """The Firefox that is installed on this machine, driven by WebDriver BiDi, which Debian's build speaks."""
    made = playwright.firefox.launch(channel="moz-firefox", executable_path=installed(FIREFOX))
    yield made
    made.close()


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def any_browser(request: pytest.FixtureRequest) -> Browser:
    """Both browsers, one after the other."""
    found: Browser = request.getfixturevalue("browser" if request.param == "chromium" else "firefox")
    return found
