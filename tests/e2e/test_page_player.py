"""The player: exact frames at several rates, J K L, in and out, time code, neighbours, stills and sound."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

import dampipe
from dampipe.kernel.container import Services
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.web.app import create_app
from tests.support.counted_clips import READ, counted, picture
from tests.support.pages import faults_of
from tests.support.serving import serving
from tests.support.views import context_of

DROP, PAL, VARIABLE, FAST = "drop.mov", "pal.mov", "phone.mov", "fast.mov"
LARGE = "large.png"
VARYING = (1000, 1500, 500, 2000)
"""Distances between frames of the clip of variable rate, in thousandths of a frame."""


@dataclass(frozen=True)
class Served:
    """A library of clips whose frames show their number, and where its page is."""

    url: str
    sha1s: dict[str, str]

    def address(self, name: str, query: str = "") -> str:
        return f"{self.url}/#/asset/{self.sha1s[name]}{query}"


def times_of_variable(count: int) -> list[int]:
    return [sum(VARYING[at % 4] for at in range(number)) for number in range(count)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    ffmpeg, footage = find_ffmpeg(), tmp_path_factory.mktemp("footage")
    counted(
        ffmpeg,
        footage / PAL,
        Fraction(25),
        [1000 * n for n in range(150)],
        timecode="10:00:00:00",
        sound=True,
    )
    counted(
        ffmpeg, footage / DROP, Fraction(30000, 1001), [1000 * n for n in range(120)], timecode="00:00:59;20"
    )
    counted(ffmpeg, footage / VARIABLE, Fraction(30), times_of_variable(100))
    counted(ffmpeg, footage / FAST, Fraction(100), [1000 * n for n in range(100)])
    Image.fromarray(picture(77)).resize((2560, 1440), Image.Resampling.NEAREST).save(footage / LARGE)
    home = tmp_path_factory.mktemp("home")
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        library.add(footage)
        library.process()
        with serving(create_app(library.service(Services))) as url:
            yield Served(url, {one.name: one.sha1 for one in library.videos()})


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Nothing plays by itself where little motion is wanted: so that times do not depend on how fast the machine is."""
    made = context_of(browser)
    made.grant_permissions(["clipboard-read", "clipboard-write"])
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, served: Served) -> Iterator[Page]:
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    faults = faults_of(page, served.url)
    yield page
    page.close()
    assert faults == []


def until(page: Page, is_so: Callable[[], bool], what: str = "it") -> None:
    for _ in range(900):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{what} did not become so")


def show(page: Page, served: Served, name: str, query: str = "") -> None:
    """Open an asset, and wait until its first picture is seen."""
    page.goto(served.address(name, query))
    video = page.locator("#player video")
    expect(video).to_be_focused()
    until(page, lambda: bool(video.evaluate("(one) => one.readyState >= 2 && !one.seeking")), "the film")


def seen(page: Page) -> int:
    """The number of the frame that the picture shows."""
    return int(page.locator("#player video").evaluate(READ))


def said(page: Page) -> int:
    """The number of the frame as the player says it."""
    return int((page.locator(".controls .frame").text_content() or "#-1")[1:])


def expect_frame(page: Page, number: int) -> None:
    """The picture shows a frame, and the player says so."""
    until(
        page,
        lambda: (seen(page), said(page)) == (number, number),
        f"frame {number}, not {seen(page)}, called {said(page)},",
    )


def code(page: Page) -> str:
    return page.get_by_label("Time code; type one to go there").input_value()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.parametrize(
    ("name", "first", "on"),
    [
        (PAL, [0, 1, 2, 3, 4, 5], 1.0),
        (DROP, [0, 1, 2, 3, 4, 5], 1.0),
        (VARIABLE, [0, 1, 2, 3, 4, 5], 1.0),
        (FAST, [0, 2, 3, 5, 7, 8], 1.0),  # of a hundred frames a second the proxy has sixty
    ],
)
def test_each_step_shows_the_next_frame(
    page: Page, served: Served, name: str, first: list[int], on: float
) -> None:
    show(page, served, name)
    for number in first:
        expect_frame(page, number)
        press(page, "ArrowRight")
    for number in reversed(first):
        press(page, "ArrowLeft")
        expect_frame(page, number)
    press(page, *["ArrowRight"] * 20)  # faster than frames come
    expected = first[1] * 0 + {FAST: 33}.get(name, 20)
    expect_frame(page, expected)
