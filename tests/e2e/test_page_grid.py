"""The library as a list of 50,000 assets in a real browser: each is reached by wheel, scrubber, keys and address."""

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, expect

import dampipe
from dampipe.features.facets.index import FacetIndex
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.storage.blobs.base import BlobStore
from dampipe.web.app import create_app
from tests.support.gridded import FIRST_SEEN, POSTERS, Gridded
from tests.support.large_library import fill_large, put_pictures
from tests.support.pages import faults_of, go_back, holding
from tests.support.serving import serving

ASSETS = 50_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """The library, and where its page is."""
    with dampipe.open(home=tmp_path_factory.mktemp("home"), model="tiny", in_process=True) as library:
        database = library.service(Database)
        fill_large(database, ASSETS, put_pictures(library.service(BlobStore)))
        FacetIndex(database).refresh()
        with serving(create_app(library.service(Services))) as url:
            yield library, url


def in_browser(browser: Browser, url: str, **options: Any) -> Iterator[Gridded]:
    """The list in a browser of its own; what no page may do fails the test."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", **options
    )
    context.set_default_timeout(90_000)
    page = context.new_page()
    faults = faults_of(page, url)
    yield Gridded(page, url)
    context.close()
    assert faults == []


@pytest.fixture
def grid(browser: Browser, served: tuple[Any, str]) -> Iterator[Gridded]:
    yield from in_browser(browser, served[1])


@pytest.fixture(params=[1, 2], ids=["dpr1", "dpr2"])
def sharp(browser: Browser, served: tuple[Any, str], request: pytest.FixtureRequest) -> Iterator[Gridded]:
    """On screens of one and of two pixels for each pixel of the page."""
    yield from in_browser(browser, served[1], device_scale_factor=request.param)


def some(count: int) -> list[int]:
    """Positions anywhere in the list, and its ends."""
    chance = random.Random(8)
    return [0, ASSETS - 1, *(chance.randrange(ASSETS) for _ in range(count))]


def test_each_asset_is_reached_by_its_address(sharp: Gridded) -> None:
    for position in some(2):
        sha1 = sharp.sha1_at(position)
        sharp.open(at=sha1)
        sharp.expect_seen(sha1)
        assert sharp.page.evaluate("document.querySelector('.box').offsetHeight * devicePixelRatio") <= 2**23


def test_each_asset_is_reached_by_the_scrubber_and_the_wheel(sharp: Gridded) -> None:
    sharp.open()
    for position in some(2):
        sha1 = sharp.sha1_at(position)
        sharp.scrub_to(position)
        sharp.wheel_to(position)
        sharp.expect_seen(sha1)


def test_a_step_of_the_wheel_moves_by_its_pixels(grid: Gridded) -> None:
    for at in (None, grid.sha1_at(ASSETS // 2)):
        grid.open(at=at)
        grid.expect_steps_of_pixels()


def test_keys_lead_to_neighbours_screens_ends_and_dates(grid: Gridded) -> None:
    grid.open()
    page = grid.page
    columns = grid.columns()
    page.keyboard.press("ArrowRight")  # from nowhere: the first
    grid.expect_focus(0)
    page.keyboard.press("ArrowRight")
    grid.expect_focus(1)
    page.keyboard.press("ArrowDown")
    grid.expect_focus(1 + columns)
    page.keyboard.press("ArrowUp")
    grid.expect_focus(1)
    page.keyboard.press("End")
    grid.expect_focus(ASSETS - 1)
    page.keyboard.press("ArrowLeft")
    grid.expect_focus(ASSETS - 2)
    page.keyboard.press("PageUp")
    grid.wait_for(lambda: grid.focus() < ASSETS - 2)
    page.keyboard.press("Home")
    grid.expect_focus(0)
    page.keyboard.press("PageDown")
    grid.wait_for(lambda: grid.focus() > columns)
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_label("Go to a date")).to_be_focused()
    page.get_by_label("Go to a date").fill("2018-06-15")
    expect(page.locator("h2.group", has_text="June 2018").first).to_be_in_viewport()
    expect(page).to_have_url(re.compile("at="))


def test_back_and_reload_return_to_the_place_and_the_focus(grid: Gridded) -> None:
    sha1 = grid.sha1_at(31_234)
    grid.open(at=sha1)
    grid.expect_seen(sha1)
    page = grid.page
    page.locator(".window").hover()
    page.mouse.wheel(0, 777)
    grid.settle()
    grid.page.keyboard.press("ArrowDown")
    focused = grid.focus()
    before = grid.first_line()
    page.evaluate("location.hash = '#/scans'")
    expect(page.get_by_role("heading", level=1)).to_have_text("Scans")
    go_back(page)
    grid.expect_focus(focused)
    assert grid.first_line() == before
    page.reload()
    grid.expect_focus(focused)
    assert grid.first_line() == before


def test_back_returns_to_where_one_was_in_the_moment_in_which_one_left(grid: Gridded) -> None:
    """The address follows a little after the list has come to rest."""
    sha1 = grid.sha1_at(30_000)
    grid.open(at=sha1)
    grid.expect_seen(sha1)
    first, top = grid.first_line()
    grid.page.evaluate("""() => {
      window.addEventListener("scroll", () => (location.hash = "#/scans"), { once: true, capture: true });
      document.querySelector(".window").scrollTop += 21;
    }""")
    expect(grid.page.get_by_role("heading", level=1)).to_have_text("Scans")
    go_back(grid.page)
    grid.expect_seen(sha1)
    assert grid.first_line() == (first, top - 21)


def test_the_player_opens_over_the_list_and_leads_back(grid: Gridded) -> None:
    sha1 = grid.sha1_at(20_000)
    grid.open(at=sha1)
    grid.expect_seen(sha1)
    page = grid.page
    before, address = grid.first_line(), page.url
    assert "at=" in address
    page.locator(f".card[data-sha1='{sha1}'] a").click()
    expect(page.locator("#player[open] h2").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#player")).not_to_be_visible()
    assert grid.first_line() == before
    expect(page).to_have_url(address)


def test_arrangements_are_chosen_and_kept_in_the_address(grid: Gridded) -> None:
    grid.open()
    page = grid.page
    page.get_by_label("Groups").select_option("folder")
    expect(page.locator("h2.group").first).to_contain_text("/mnt/footage/half/card 00001")
    page.get_by_label("Order").select_option("name")
    expect(page).to_have_url(re.compile("group=folder.*sort=name|sort=name.*group=folder"))
    expect(page.locator(".card h3").first).to_have_text("A102_C0000102.mov")
    page.get_by_role("button", name="List").click()
    expect(page.locator(".box[data-view=list] .card .in").first).to_have_text("/mnt/footage/half/card 00001")
    page.get_by_label("Size of pictures").select_option("small")
    expect(page.locator(".box[data-density=small] .card").first).to_be_visible()
    page.reload()
    expect(page.locator(".box[data-density=small][data-view=list] .card h3").first).to_have_text(
        "A102_C0000102.mov"
    )
    page.goto(f"{grid.url}/#/?group=camera&where=rating%3D4&at=zzz")
    expect(page.locator(".arrange")).to_contain_text("matches")
    expect(page.locator("h2.group").first).to_contain_text("ARRI Alexa Mini")
    page.get_by_role("link", name="Remove Rating 4").click()
    expect(page).not_to_have_url(re.compile("where="))
    expect(page.locator("#chosen .chip")).to_have_count(0)


def test_news_come_in_without_a_jump(grid: Gridded, served: tuple[Any, str]) -> None:
    """An asset that moves to the front of the list is there at its top; elsewhere what is seen stays where it is."""
    metadata: MetadataService = served[0].service(MetadataService)
    sha1 = grid.sha1_at(40_000)
    grid.open(at=sha1)
    grid.expect_seen(sha1)
    grid.mark(sha1)
    before = grid.top_of(sha1)
    moved = grid.sha1_at(45_000)
    metadata.edit(LOCAL, moved, AssetEdit(set={"shot_on": "2031-01-01"}))
    grid.wait_for(lambda: grid.position_of(sha1) == 40_001)
    assert abs(grid.top_of(sha1) - before) < 1
    assert grid.is_marked(sha1), "its card was not drawn anew"
    grid.page.keyboard.press("Home")
    expect(grid.page.locator(FIRST_SEEN)).to_have_attribute("data-sha1", moved)
    grid.page.evaluate("document.activeElement.blur()")
    metadata.edit(LOCAL, moved, AssetEdit(unset=("shot_on",)))
    expect(grid.page.locator(FIRST_SEEN)).not_to_have_attribute("data-sha1", moved)


def test_what_is_kept_does_not_grow_however_far_one_scrolls(sharp: Gridded) -> None:
    """Cards, pictures and their pixels are those of what is seen, and of a row or two around it."""
    sharp.open()
    page = sharp.page
    most_cards = sharp.most_cards()
    page.locator(".window").hover()
    for turn in range(40):
        page.mouse.wheel(0, 4000)
        if turn % 8 == 0:
            sharp.expect_pictures()
        assert page.locator("dp-grid .box > *:not(h2)").count() <= most_cards
        assert page.locator("dp-grid .picture > :is(canvas, img)").count() <= most_cards
    sharp.expect_pictures()
    pixels, seen = sharp.pixels_kept(), sharp.pixels_of_a_card()
    assert pixels >= 6 * seen, "the pictures in view are drawn"
    assert pixels <= most_cards * seen, "and none of those that were scrolled past"
    assert page.locator("dp-grid img").count() == 0, "what images show is kept decoded by browsers"


def test_pictures_of_cards_that_were_scrolled_past_are_no_longer_asked_for(grid: Gridded) -> None:
    page = grid.page
    asked: set[Request] = set()
    grid.open()
    grid.expect_pictures()
    page.on("request", lambda one: "/poster" in one.url and asked.add(one))
    page.on("requestfailed", lambda one: asked.discard(one))
    page.on("requestfinished", lambda one: asked.discard(one))
    with holding(page, POSTERS):  # no picture is answered for
        page.locator(".window").hover()
        for _ in range(30):
            page.mouse.wheel(0, 4000)
        grid.settle()
        grid.wait_for(lambda: 0 < len(asked) <= 4)
        drawn = grid.drawn()
        grid.wait_for(lambda: all(any(sha1 in one.url for sha1 in drawn) for one in asked))
    grid.expect_pictures()


def test_pictures_follow_the_size_of_cards_and_say_when_they_are_missing(sharp: Gridded) -> None:
    sharp.open()
    page = sharp.page
    sharp.expect_pictures()
    before = sharp.pixels_of_a_card()
    page.get_by_label("Size of pictures").select_option("large")
    expect(page.locator(".box[data-density=large]")).to_have_count(1)
    sharp.expect_pictures()
    assert sharp.pixels_of_a_card() > 1.5 * before
    page.route(POSTERS, lambda route: route.fulfill(status=404, body="{}"))
    page.keyboard.press("End")
    expect(page.locator(f".card[aria-posinset='{ASSETS}'] .picture.bare")).to_be_visible()
    page.unroute(POSTERS)
    page.keyboard.press("Home")
    sharp.expect_pictures()


def test_others_ask_the_list_for_assets_by_position(grid: Gridded) -> None:
    grid.open()
    found = grid.page.evaluate("document.querySelector('dp-grid').sha1s(30_005, 29_998)")
    assert found == [grid.sha1_at(position) for position in range(30_005, 29_997, -1)]
    assert grid.page.evaluate("(sha1) => document.querySelector('dp-grid').indexOf(sha1)", found[0]) == 30_005
    assert grid.page.evaluate("() => document.querySelector('dp-grid').indexOf('0'.repeat(40))") is None
