"""Memory of the tab that shows a list of 2,000,000 assets after many turns of the wheel, and of tabs that show nothing.

GRID_ASSETS sets the length of the list, GRID_RATIOS how many pixels of the screen there are for each of the page. Each
asset has a poster of its own address, 1280 by 720 pixels as the default recipe makes them. In a first round every
picture is seen before the wheel is turned on, and memory is measured after each of GRID_TURNS; in a second one, of
GRID_FAST turns, the wheel is turned as fast as it goes.
"""

import os
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

import dampipe
from dampipe.features.library.service import LibraryService
from dampipe.features.originals.model import DerivativeDownload
from dampipe.features.originals.service import OriginalService
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Container, Services
from dampipe.media.outputs import Derivative
from dampipe.web.app import create_app
from tests.bench.chromium import Tab, open_tab
from tests.bench.grid import ASSETS, POSTER, MadeUp
from tests.bench.scan import temporary
from tests.support.serving import serving

SEEN = [int(one) for one in os.environ.get("GRID_TURNS", "60,500").split(",")]
FAST = int(os.environ.get("GRID_FAST", "2000"))
RATIOS = [int(one) for one in os.environ.get("GRID_RATIOS", "1,2").split(",")]
BY = 4000
"""Pixels of a turn of the wheel."""
_IS_SEEN = """(() => {
  const seen = document.querySelector("dp-grid .window").getBoundingClientRect();
  const cards = [...document.querySelectorAll("dp-grid .card")].filter((card) => {
    const box = card.getBoundingClientRect();
    return box.top < seen.bottom && box.bottom > seen.top;
  });
  const isThere = (card) => card.querySelector(".picture :is(canvas:not([hidden]), img)")
    && card.querySelector("img")?.complete !== false;
  return cards.length > 4 && !document.querySelector("dp-grid .blank") && cards.every(isThere);
})()"""
_COUNTS = """(() => {
  const count = (selector) => document.querySelectorAll(selector).length;
  return `${count("*")} elements, ${count("dp-grid .card")} cards, ${count("dp-grid canvas, dp-grid img")} pictures, `
    + `${Math.round(performance.memory.usedJSHeapSize / 2 ** 20)} MiB of scripts`;
})()"""


class MadeUpPictures:
    """A poster for each asset: all the same bytes, but each under its own address."""

    def __init__(self) -> None:
        noise = np.random.default_rng(1).integers(0, 255, (18, 32, 3), dtype=np.uint8)
        file = BytesIO()
        Image.fromarray(noise).resize((1280, 720), Image.Resampling.BICUBIC).save(file, "JPEG", quality=85)
        self.bytes = file.getvalue()
        self.asked = 0

    def derivative(self, actor: Actor, sha1: str, name: str) -> DerivativeDownload:
        """See OriginalService."""
        self.asked += 1
        poster = Derivative(**(POSTER.model_dump() | {"size": len(self.bytes)}))
        return DerivativeDownload(1, 1, sha1, poster, "poster.jpg", self._stream)

    def _stream(self) -> BinaryIO:
        return BytesIO(self.bytes)


def main() -> None:
    """Print all."""
    pictures = MadeUpPictures()
    with temporary("home") as home, dampipe.open(home=home, model="tiny", in_process=True) as library:
        services: Any = library.service(Services)
        assert isinstance(services, Container)
        services.provide(LibraryService, lambda: MadeUp(ASSETS))
        services.provide(OriginalService, lambda: pictures)
        with serving(create_app(services)) as url:
            print(f"\n{ASSETS:,} assets, posters of {len(pictures.bytes) // 1024} KiB", flush=True)
            for ratio in RATIOS:
                _measure(url, home / f"chromium{ratio}", ratio, pictures)


def _measure(url: str, home: Path, ratio: int, pictures: MadeUpPictures) -> None:
    with open_tab(home, ratio) as tab:
        say = f"  {ratio} pixels of the screen for each: "
        print(f"{say}about:blank: {tab.memory()}; all of Chromium {tab.memory_of_all()}", flush=True)
        tab.call("Page.navigate", url="data:text/html,<p>A page of one line")
        time.sleep(2)
        print(f"{say}a page of one line: {tab.memory()}", flush=True)
        tab.call("Page.navigate", url=f"{url}/#/")
        _turn(tab, 0, is_seen=True)
        done = _rounds(tab, say, pictures, SEEN, is_seen=True)
        _rounds(tab, say, pictures, [done + FAST], is_seen=False, done=done)
        tab.call("HeapProfiler.collectGarbage")
        time.sleep(2)
        print(f"{say}after a collection of garbage: {tab.memory()}", flush=True)


def _rounds(
    tab: Tab, say: str, pictures: MadeUpPictures, turns: Sequence[int], is_seen: bool, done: int = 0
) -> int:
    for wanted in (0, *turns) if is_seen else turns:
        began = time.monotonic()
        _turn(tab, wanted - done, is_seen)
        done = wanted
        time.sleep(2)
        how = "each picture seen" if is_seen else "the last ones as fast as it goes"
        print(
            f"{say}{done} turns, {how}, {pictures.asked} pictures asked for so far: {tab.memory()}; "
            f"all of Chromium {tab.memory_of_all()}; {tab.value(_COUNTS)}; {time.monotonic() - began:.0f} s",
            flush=True,
        )
    return done


def _turn(tab: Tab, turns: int, is_seen: bool) -> None:
    for _ in range(turns):
        tab.turn_wheel(BY)
        if is_seen:
            tab.wait_for(_IS_SEEN)
    tab.wait_for(f"!!document.querySelector('dp-grid .card') && {_IS_SEEN}")


if __name__ == "__main__":
    main()
