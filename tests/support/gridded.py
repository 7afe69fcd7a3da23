"""The list of a library in a browser, as a person uses it."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from playwright.sync_api import Page, expect

POSTERS = "**/api/v1/assets/*/poster*"
FIRST_SEEN = ".card[aria-posinset='1']"
_IN_VIEW = """(sha1) => {
  const card = document.querySelector(`.card[data-sha1="${sha1}"]`);
  if (!card) return false;
  const [box, seen] = [card.getBoundingClientRect(), document.querySelector(".window").getBoundingClientRect()];
  return box.top < seen.bottom && box.bottom > seen.top && card.querySelector("canvas:not([hidden])") !== null;
}"""
_COLUMNS = """() => {
  const tops = [...document.querySelectorAll("dp-grid .card[data-sha1]")].map((one) => one.getBoundingClientRect().top);
  return tops.filter((one) => one === tops[0]).length;
}"""
_POSITIONS = """() => {
  const seen = document.querySelector(".window").getBoundingClientRect();
  const isSeen = ({ top, bottom }) => bottom > seen.top + 1 && top < seen.bottom;
  return [...document.querySelectorAll("dp-grid .card[data-sha1]")]
    .filter((card) => isSeen(card.getBoundingClientRect()))
    .map((card) => Number(card.getAttribute("aria-posinset")) - 1);
}"""


_HAS_PICTURES = """() => {
  const seen = document.querySelector(".window").getBoundingClientRect();
  const cards = [...document.querySelectorAll("dp-grid .card")].filter((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return top < seen.bottom && bottom > seen.top;
  });
  const hasPicture = (card) => {
    const [picture, canvas] = [card.querySelector(".picture"), card.querySelector("canvas:not([hidden])")];
    return canvas?.width === Math.round(picture.clientWidth * devicePixelRatio);
  };
  return cards.length > 0 && !document.querySelector("dp-grid .blank") && cards.every(hasPicture);
}"""
_MOST_CARDS = """() => {
  const box = document.querySelector("dp-grid .box");
  const row = parseFloat(box.style.getPropertyValue("--row"));
  return Math.ceil(document.querySelector("dp-grid .window").clientHeight / row) + 4;
}"""


class Gridded:
    """The page that shows a list."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def api(self, path: str, **parameters: Any) -> Any:
        """What the server says."""
        with urlopen(f"{self.url}/api/v1{path}?{urlencode(parameters)}", timeout=300) as answer:
            return json.load(answer)

    def sha1_at(self, position: int) -> str:
        """The asset at a position of the list by day."""
        found = self.api("/library/sha1s", position=position, limit=1, pending="false")
        return str(found["sha1s"][0])

    def open(self, at: str | None = None) -> None:
        """Open the list, at an asset or at its beginning, as one who comes from elsewhere."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/#/{'' if at is None else f'?at={at}'}")
        expect(self.page.locator("dp-grid .card[data-sha1] canvas").first).to_be_visible()

    def wait_for(self, is_so: Callable[[], bool], seconds: float = 90.0, pause: int = 100) -> None:
        """Ask again and again. pause: milliseconds between."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "timeout"
            self.page.wait_for_timeout(pause)

    def expect_seen(self, sha1: str) -> None:
        """Wait until the card of an asset is in view, with its picture."""
        self.wait_for(lambda: bool(self.page.evaluate(_IN_VIEW, sha1)))

    def positions(self) -> list[int]:
        """Positions of the assets in view, once there are some."""
        found: list[int] = []

        def are_there() -> bool:
            found[:] = self.page.evaluate(_POSITIONS)
            return bool(found)

        self.wait_for(are_there)
        return found

    def expect_pictures(self) -> None:
        """Wait until each card in view has its picture, in the pixels of the screen."""
        self.wait_for(lambda: bool(self.page.evaluate(_HAS_PICTURES)), 240)

    def most_cards(self) -> int:
        """How many cards there may be: of the rows in view, of two above and below them, and none beside."""
        return int(self.page.evaluate(_MOST_CARDS)) * self.columns()

    def drawn(self) -> set[str]:
        """The assets that have cards, in view or just out of it, by SHA-1."""
        return set(
            self.page.locator("dp-grid .card").evaluate_all("cards => cards.map((card) => card.dataset.sha1)")
        )

    def pixels_of_a_card(self) -> int:
        """Pixels of the screen of the picture of a card."""
        return int(
            self.page.locator("dp-grid .card .picture").first.evaluate(
                "one => Math.round(one.clientWidth * devicePixelRatio) * Math.ceil(one.clientHeight * devicePixelRatio)"
            )
        )

    def pixels_kept(self) -> int:
        """Pixels of all canvases that the page has, in its document or not, by the debugger of Chromium."""
        debugger = self.page.context.new_cdp_session(self.page)
        kind = debugger.send("Runtime.evaluate", {"expression": "HTMLCanvasElement.prototype"})
        debugger.send("HeapProfiler.collectGarbage")
        found = debugger.send("Runtime.queryObjects", {"prototypeObjectId": kind["result"]["objectId"]})
        total = "function () { return this.reduce((sum, one) => sum + one.width * one.height, 0); }"
        call = {"objectId": found["objects"]["objectId"], "functionDeclaration": total, "returnByValue": True}
        size = debugger.send("Runtime.callFunctionOn", call)
        debugger.detach()
        return int(size["result"]["value"])

    def settle(self) -> None:
        """Wait until the list does not move, and nothing is missing in it."""
        before: Any = None

        def is_still() -> bool:
            nonlocal before
            now = self.page.evaluate(
                "[document.querySelector('.window').scrollTop, document.querySelectorAll('.blank').length]"
            )
            is_same, before = now == before, now
            return bool(is_same and not now[1])

        self.wait_for(is_still)

    def columns(self) -> int:
        """How many cards stand beside each other."""
        return int(self.page.evaluate(_COLUMNS))

    def scrub_to(self, position: int) -> None:
        """Press the scrubber where the list has a position, about."""
        total = self.page.evaluate("document.querySelector('dp-grid').total")
        box = self.page.locator("dp-scrubber").bounding_box()
        assert box is not None
        share = position / max(1, total - 1)
        self.page.mouse.click(box["x"] + 10, box["y"] + min(share * box["height"], box["height"] - 0.5))
        self.settle()

    def wheel_to(self, position: int) -> None:
        """Turn the wheel until a position is in view: by screens while it is far, and then by less."""
        self.page.locator(".window").hover()

        def is_seen() -> bool:
            seen = self.positions()
            if min(seen) <= position <= max(seen):
                return True
            rows = (position - (max(seen) if position > max(seen) else min(seen))) / max(1, len(seen))
            self.page.mouse.wheel(0, max(-20_000.0, min(20_000.0, 500.0 * rows)))
            self.settle()
            return False

        self.wait_for(is_seen, 240)

    def expect_steps_of_pixels(self) -> None:
        """A turn of the wheel moves what is seen by exactly its pixels."""
        self.settle()
        self.page.locator(".window").hover()
        sha1 = self.page.locator("dp-grid .card[data-sha1]").nth(12).get_attribute("data-sha1") or ""
        for by in (120, 37, -61):
            before = self.top_of(sha1)
            self.page.mouse.wheel(0, by)
            self.wait_for(lambda before=before, by=by: abs(self.top_of(sha1) - (before - by)) < 1)  # type: ignore[misc]

    def top_of(self, sha1: str) -> float:
        """Where the card of an asset begins on the screen."""
        return float(
            self.page.evaluate(
                "(sha1) => document.querySelector(`.card[data-sha1='${sha1}']`)?.getBoundingClientRect().top ?? -1e9",
                sha1,
            )
        )

    def position_of(self, sha1: str) -> int:
        """Where the card of an asset says that it stands."""
        return int(self.page.locator(f".card[data-sha1='{sha1}']").get_attribute("aria-posinset") or 0) - 1

    def mark(self, sha1: str) -> None:
        """Mark a card, to recognize it."""
        self.page.locator(f".card[data-sha1='{sha1}']").evaluate("card => card.classList.add('marked')")

    def is_marked(self, sha1: str) -> bool:
        """Whether a card is the one that was marked."""
        return self.page.locator(f".card.marked[data-sha1='{sha1}']").count() == 1

    def focus(self) -> int:
        """The position of the card that has the focus, once one has it."""
        found = -1

        def is_there() -> bool:
            nonlocal found
            text = self.page.evaluate(
                "document.activeElement?.closest('article')?.getAttribute('aria-posinset') ?? '0'"
            )
            found = int(text) - 1
            return found >= 0

        self.wait_for(is_there)
        return found

    def expect_focus(self, position: int) -> None:
        """Wait until the card at a position has the focus."""
        self.wait_for(lambda: self.focus() == position)

    def first_line(self) -> tuple[int, float]:
        """The first position in view, and where its card begins on the screen."""
        self.settle()
        first = min(self.positions())
        card = self.page.locator(f".card[aria-posinset='{first + 1}']")
        return first, round(float(card.evaluate("card => card.getBoundingClientRect().top")))
