"""What tests of the page have in common."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Error, Locator, Page, Position, Request, Route, expect

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"


@cache
def documented() -> list[tuple[str, re.Pattern[str]]]:
    """The endpoints of the documented API: method and path."""
    return [
        (method.upper(), re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path))))
        for path, methods in json.loads(OPENAPI.read_text())["paths"].items()
        for method in methods
    ]


def is_documented(method: str, path: str) -> bool:
    """Whether a request goes to the documented API."""
    asked = "GET" if method == "HEAD" else method
    return any(asked == known and pattern.fullmatch(path) for known, pattern in documented())


def faults_of(page: Page, home: str) -> list[str]:
    """A list to which each fault of the page is added.

    Faults: an error of a script, what the security policy has blocked, a dialog of the browser, a request to another
    server, and one to the server that is neither for the documented API nor for a file of the page.
    """
    faults: list[str] = []

    def check(request: Request) -> None:
        address = urlsplit(request.url)
        if not request.url.startswith((home, "data:", "blob:")):
            faults.append(f"request to another server: {request.url}")
        is_file = address.path in ("/", "/s") or address.path.startswith("/page/")
        if request.url.startswith(home) and not is_file and not is_documented(request.method, address.path):
            faults.append(f"request that is not documented: {request.method} {address.path}")

    page.on("request", check)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: "Security Policy" in line.text and faults.append(line.text))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    return faults


def area_link(page: Page, area: str) -> Locator:
    """The link to one of the four areas."""
    return page.get_by_role("navigation", name="Areas").get_by_role("link", name=area)


def view_link(page: Page, view: str) -> Locator:
    """The link to a view of the area that is shown."""
    return page.get_by_role("navigation", name="Views").get_by_role("link", name=view)


def visit(page: Page, area: str, view: str) -> None:
    """Go to a view by the navigation, and wait until it is shown: until then the one before it stays."""
    for link in (area_link(page, area), view_link(page, view)):
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")


def drag(source: Locator, target: Locator, at: Position | None = None) -> None:
    """Drag something to the middle of something else, or to a place in it, as a hand does: in several moves.

    `Locator.drag_to` moves the mouse once, while a page sees what it is over by the second move only.
    """
    page = source.page
    source.hover()
    x, y = _middle(source)
    page.mouse.down()
    dragging = page.locator("body.dragging")
    for step in range(1, 100):
        page.mouse.move(x - 4 * (step % 8), y + 2)
        if dragging.count():
            break
        page.wait_for_timeout(50)
    expect(dragging).to_have_count(1)
    target.hover(position=at)
    target.hover(position=at)
    page.mouse.up()
    expect(dragging).to_have_count(0)


def _middle(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None, "it is not shown"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def go_back(page: Page) -> None:
    """Go back in the page's history, as the browser's button does, without leaving the document.

    `Page.go_back` waits for the browser to report a navigation, which Firefox sometimes omits where the document stays
    the same. What is shown afterwards is for the caller to expect.
    """
    page.evaluate("history.back()")


@contextmanager
def holding(page: Page, url: str | re.Pattern[str]) -> Iterator[list[Route]]:
    """The requests to `url` that are made meanwhile, which wait: for the caller to answer, or for the end.

    A route that is never answered fails a later test, when it is collected.
    """
    held: list[Route] = []
    page.route(url, lambda route: held.append(route))
    try:
        yield held
    finally:
        page.unroute(url)
        for route in held:
            with suppress(Error):  # it is answered already
                route.fallback()  # goes on, and ends where the page has given the request up


def until(page: Page, condition: Callable[[], object], what: str = "the condition") -> None:
    """Wait for a condition. Playwright's `wait_for_function` evaluates an expression in the page again and again, which
    the page's policy forbids: it fails unless the condition holds at once."""
    for _ in range(600):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{what} did not come to hold")
