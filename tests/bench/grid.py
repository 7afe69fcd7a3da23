"""The page with a list of 2,000,000 assets: whether each is reached, and how soon the first pictures are there.

GRID_ASSETS sets the length of the list. The page, the web server and the API are the real ones; the list itself is made
up: a service that answers for a catalogue of that size, and one picture for all assets. So the run measures the page.
"""

import os
import random
import shutil
import time
from datetime import UTC, date, datetime, timedelta
from hashlib import sha1
from io import BytesIO
from statistics import median
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

import dampipe
from dampipe.features.library.errors import ASSET_NOT_LISTED
from dampipe.features.library.model import AssetPage, Bucket, Buckets, ListRequest, PageRequest, Sha1s
from dampipe.features.library.service import LibraryService
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Container, Services
from dampipe.kernel.errors import NotFound
from dampipe.media.outputs import Derivative
from dampipe.storage.video import Video
from dampipe.web.app import create_app
from tests.bench.scan import temporary
from tests.support.gridded import Gridded
from tests.support.searching import media
from tests.support.serving import serving

ASSETS = int(os.environ.get("GRID_ASSETS", "2000000"))
TRIES = 3
VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
_HAS_PICTURE = "document.querySelector('dp-grid .card canvas:not([hidden])') !== null"
POSTER = Derivative(kind="poster", key="a/b/c.jpg", recipe="made-up", media_type="image/jpeg", size=1)
_ADDED = datetime(2024, 1, 1, tzinfo=UTC)


class MadeUp:
    """A library of that many assets by day, of which some days have very many, newest first."""

    def __init__(self, total: int) -> None:
        chance = random.Random(3)
        self._total = total
        counts: list[int] = []
        rest = total
        while rest:
            counts.append(min(rest, int(chance.paretovariate(0.9) * 120)))
            rest -= counts[-1]
        last = date(2024, 12, 31)
        self._buckets = tuple(
            Bucket(key=day, label=day, count=count)
            for day, count in ((str(last - timedelta(days=at)), count) for at, count in enumerate(counts))
        )
        self._media = media(duration=32.0)

    def buckets(self, actor: Actor, request: ListRequest) -> Buckets:
        """See LibraryService."""
        return Buckets(stamp="1", total=self._total, buckets=self._buckets)

    def page(self, actor: Actor, request: PageRequest) -> AssetPage:
        """See LibraryService."""
        first = self._first(request)
        return AssetPage(
            stamp="1",
            total=self._total,
            first=first,
            assets=tuple(self._asset(at) for at in range(first, min(self._total, first + request.limit))),
        )

    def sha1s(self, actor: Actor, request: PageRequest, limit: int) -> Sha1s:
        """See LibraryService."""
        first = self._first(request)
        found = tuple(_sha1(at) for at in range(first, min(self._total, first + limit)))
        return Sha1s(stamp="1", total=self._total, first=first, sha1s=found)

    def _first(self, request: PageRequest) -> int:
        begin = 0
        if request.at is not None:
            begin = int(request.at[:8], 16)
            if begin >= self._total:
                raise NotFound(ASSET_NOT_LISTED, sha1=request.at)
        return max(0, begin + request.position)

    def _asset(self, position: int) -> Video:
        return Video(
            sha1=_sha1(position),
            size=1_000_000 + position,
            name=f"A{position:07}.mov",
            paths=(f"/mnt/footage/A{position:07}.mov",),
            media=self._media,
            derivatives=(POSTER,),
            added_at=_ADDED,
        )


def _sha1(position: int) -> str:
    """Its first eight digits are the position."""
    return f"{position:08x}{sha1(str(position).encode()).hexdigest()[:32]}"


def _picture() -> bytes:
    poster = Image.new("RGB", (640, 360), "#20476b")
    ImageDraw.Draw(poster).ellipse((200, 60, 440, 300), fill="#e8a33d")
    file = BytesIO()
    poster.save(file, "JPEG")
    return file.getvalue()


def main() -> None:
    """Print all."""
    picture = _picture()
    with temporary("home") as home, dampipe.open(home=home, model="tiny", in_process=True) as library:
        services: Any = library.service(Services)
        assert isinstance(services, Container)
        services.provide(LibraryService, lambda: MadeUp(ASSETS))
        app = create_app(services)
        app.add_middleware(Posters, picture=picture)
        with serving(app) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            print(f"\n{ASSETS:,} assets", flush=True)
            for ratio in (1, 2):
                _measure(browser, url, ratio)
            browser.close()


class Posters:
    """ASGI middleware that answers with one picture for each poster. A route of the browser's would cost more than the
    server does, and keep the browser from caching."""

    def __init__(self, app: ASGIApp, picture: bytes) -> None:
        self._app = app
        self._poster = Response(picture, media_type="image/jpeg")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_poster = scope["type"] == "http" and scope["path"].endswith("/poster")
        await (self._poster if is_poster else self._app)(scope, receive, send)


_WATCH = f"""
(() => {{
  const look = () => {{
    if ({_HAS_PICTURE}) window.firstPicture = performance.now();
    else requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}})();
"""
"""Notes when the first picture is seen, in milliseconds after the page was asked for."""


def _first_picture(page: Page, url: str) -> float:
    """Seconds from the request of a page until a picture of the list is seen."""
    page.goto("about:blank")
    page.goto(f"{url}/#/", wait_until="commit")
    while (found := page.evaluate("window.firstPicture")) is None:
        time.sleep(0.2)
    return float(found) / 1000


def _first_of_all(browser: Browser, url: str, ratio: int) -> float:
    """The same in a browser that has never seen the page."""
    context = browser.new_context(viewport=VIEWPORT, device_scale_factor=ratio)
    try:
        context.add_init_script(_WATCH)
        return _first_picture(context.new_page(), url)
    finally:
        context.close()


def _measure(browser: Browser, url: str, ratio: int) -> None:
    context = browser.new_context(viewport=VIEWPORT, device_scale_factor=ratio)
    context.set_default_timeout(120_000)
    context.add_init_script(_WATCH)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    grid = Gridded(page, url)
    say = f"  {ratio} pixels of the screen for each: "
    for name, taken in (
        ("in a new browser", [_first_of_all(browser, url, ratio) for _ in range(5)]),
        ("in one that knows the page", [_first_picture(page, url) for _ in range(6)][1:]),
    ):
        print(
            f"{say}first picture {name} after {median(taken):.2f} s ({min(taken):.2f}-{max(taken):.2f})",
            flush=True,
        )
    height = page.evaluate("document.querySelector('.box').offsetHeight")
    print(
        f"  {ratio} pixels: the box is {height:,} px high, {height * ratio / 2**24:.2f} of what browsers allow",
        flush=True,
    )
    chance = random.Random(ratio)
    for position in [0, ASSETS - 1, *(chance.randrange(ASSETS) for _ in range(TRIES))]:
        grid.open(at=_sha1(position))
        grid.expect_seen(_sha1(position))
    print(f"{say}reached by address: {TRIES + 2} of {TRIES + 2}", flush=True)
    grid.open()
    for position in [ASSETS - 1, 0, *(chance.randrange(ASSETS) for _ in range(TRIES))]:
        grid.scrub_to(position)
        grid.wheel_to(position)
        grid.expect_seen(_sha1(position))
    print(f"{say}reached by scrubber and wheel: {TRIES + 2} of {TRIES + 2}", flush=True)
    for key, position in (("End", ASSETS - 1), ("ArrowLeft", ASSETS - 2), ("Home", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        grid.expect_focus(position)
        grid.expect_seen(_sha1(position))
    print(f"{say}reached by keys: both ends and their neighbours", flush=True)
    print(f"{say}faults: {faults or 'none'}", flush=True)
    context.close()


if __name__ == "__main__":
    main()
