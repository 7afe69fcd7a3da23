"""Every view of the page: in Chromium with axe, in all sizes and both colour schemes, and in Firefox."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.demo_clips import DemoClips
from tests.support.pages import area_link, faults_of, go_back, holding, is_documented, until, visit
from tests.support.views import SCHEMES, SIZES, VIEWS, ShownLibrary, View, context_of, shown_library

AXE = Path(__file__).parents[2] / "scripts" / "page" / "node_modules" / "axe-core" / "axe.min.js"
TOUCH = 44
"""CSS pixels of what is touched, in each direction."""
HEADER = 64
"""CSS pixels of the header on a phone."""
OF_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules of axe that depend on the colour scheme; the others need no second run."""
VIOLATIONS = """async (options) => (await axe.run(options)).violations.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`).join(" | ")}`)"""
# Links within a sentence, and rows of a table that hold them, are read before they are touched: WCAG 2.5.8 excepts them.
SMALL = """(least) => [...(document.querySelector("dialog:modal") ?? document).querySelectorAll(
        "button, input:not([type=hidden]), select, textarea, summary, nav a, a.button, a.chip, [role=button]")]
    .filter((one) => one.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }))
    .map((one) => ({ one, boxes: [one, one.closest("label") ?? one].map((each) => each.getBoundingClientRect()) }))
    .map(({ one, boxes: [own, label] }) => ({ one, box: label.height > own.height ? label : own }))
    .filter(({ box }) => box.width > 1 && box.height > 1)  // not what screen readers alone see
    .filter(({ box }) => box.height < least - 0.5 || box.width < least - 0.5)
    .map(({ one, box }) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${one.outerHTML.slice(0, 160)}`)"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[ShownLibrary]:
    home, footage = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("views") / "footage"
    with shown_library(home, footage, demo_clips) as library:
        yield library


@pytest.fixture
def page(browser: Browser, shown: ShownLibrary) -> Iterator[Page]:
    context = context_of(browser)
    page = context.new_page()
    faults = faults_of(page, shown.url)
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def knowing(any_browser: Browser, shown: ShownLibrary) -> Iterator[BrowserContext]:
    """Each browser, which has kept the files of the page since the first view."""
    context = context_of(any_browser)
    yield context
    context.close()


@pytest.fixture
def tab(knowing: BrowserContext, shown: ShownLibrary) -> Iterator[Page]:
    """A new one, which finds nothing that others have stored."""
    page = knowing.new_page()
    faults = faults_of(page, shown.url)
    yield page
    page.evaluate("localStorage.clear()")
    page.close()
    knowing.clear_cookies()
    assert faults == []


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
@pytest.mark.parametrize("any_browser", ["chromium"], indirect=True)
def test_a_view_is_accessible_in_all_sizes_and_colours(tab: Page, shown: ShownLibrary, view: View) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make test`, which installs it")
    page = tab
    page.add_init_script(path=AXE)  # not a script of the document, which the page's policy would refuse
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        shown.open(page, view)
        if size == "phone":
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
            assert page.evaluate(SMALL, TOUCH) == []
            header = page.locator("header").first.bounding_box()
            assert view.name == "guest" or header is None or header["height"] <= HEADER
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            rules = {} if scheme == SCHEMES[0] else OF_COLOURS
            assert page.evaluate(VIOLATIONS, rules) == [], f"{view.name}, {size}, {scheme}"
        if size != list(SIZES)[-1]:
            page.context.clear_cookies()  # so that what guests see is entered again
            page.goto("about:blank")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
@pytest.mark.parametrize("any_browser", ["firefox"], indirect=True)
def test_a_view_opens_in_firefox(tab: Page, shown: ShownLibrary, view: View) -> None:
    shown.open(tab, view)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


@pytest.fixture
def any_page(any_browser: Browser, shown: ShownLibrary) -> Iterator[Page]:
    """The library in each browser."""
    context = context_of(any_browser)
    page = context.new_page()
    faults = faults_of(page, shown.url)
    page.goto(shown.url)
    expect(page.locator(".card").first).to_be_visible()
    yield page
    context.close()
    assert faults == []


def test_the_areas_lead_to_their_views(any_page: Page) -> None:
    for area, title in (("Search", "Results"), ("Work", "Overview"), ("Settings", "People")):
        area_link(any_page, area).click()
        expect(area_link(any_page, area)).to_have_attribute("aria-current", "page")
        expect(any_page.get_by_role("heading", level=1)).to_have_text(title)
    area_link(any_page, "Library").click()
    expect(any_page.locator(".card").first).to_be_visible()


def test_back_returns_to_where_one_was(any_page: Page) -> None:
    """The position and the focus; a list that loads its pages as one scrolls is loaded as far as it was."""
    any_page.set_viewport_size({"width": 390, "height": 600})
    card = any_page.get_by_role("link", name="Play A001_C001.mp4")
    any_page.wait_for_timeout(1000)  # the page is laid out for the other size
    any_page.locator("dp-grid .window").evaluate("one => (one.scrollTop = one.scrollHeight)")
    expect(card).to_be_visible()  # drawn since it is in view
    card.focus()
    any_page.wait_for_timeout(500)
    before = place(any_page)
    assert before > 0
    any_page.evaluate("location.hash = '#/scans'")
    expect(any_page.locator(".scan").first).to_be_visible()
    go_back(any_page)
    expect(card).to_be_focused()
    expect_position(any_page, before)
    any_page.evaluate("document.activeElement.blur()")
    any_page.reload()
    expect(card).to_be_visible()
    expect_position(any_page, before)
    area_link(any_page, "Library").click()  # a link leads to the beginning; it asks again
    visit(any_page, "Work", "Failures")
    expect(any_page.locator(".cause").first).to_be_visible()
    assert any_page.evaluate("scrollY") == 0


def place(page: Page) -> float:
    """How far the list of the library is scrolled, or, in another view, the page."""
    return float(
        page.evaluate("(document.querySelector('dp-grid .window') ?? document.scrollingElement).scrollTop")
    )


def expect_position(page: Page, wanted: float) -> None:
    for _ in range(450):
        if abs(place(page) - wanted) < 3:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the page is at {place(page)}, not at {wanted}")


def test_keys_go_to_areas_and_are_listed(any_page: Page) -> None:
    any_page.locator("body").click(position={"x": 700, "y": 5})
    any_page.evaluate("document.activeElement.blur()")
    any_page.keyboard.press("g")
    any_page.keyboard.press("w")
    expect(any_page.get_by_role("heading", level=1)).to_have_text("Overview")
    any_page.keyboard.press("?")
    overlay = any_page.get_by_role("dialog", name="Keys")
    expect(overlay).to_be_visible()
    wanted = {
        "Everywhere": "Go to Library",
        "Machine tags": "Accept the tag",
        "Vocabularies": "Approve the proposed term",
    }
    for heading, does in wanted.items():
        section = overlay.locator("section").filter(has=any_page.get_by_role("heading", name=heading))
        expect(section).to_contain_text(does)
    any_page.keyboard.press("g")  # keys of the page rest while a dialog is open over it
    any_page.keyboard.press("s")
    expect(overlay).to_be_visible()
    any_page.keyboard.press("?")
    expect(overlay).to_be_hidden()
    expect(any_page.get_by_role("heading", level=1)).to_have_text("Overview")
    any_page.keyboard.press("/")
    expect(any_page.get_by_role("searchbox")).to_be_focused()
    any_page.keyboard.type("g?f")  # a field takes what is typed
    expect(any_page.get_by_role("searchbox")).to_have_value("g?f")
    expect(overlay).to_be_hidden()


def test_what_is_not_documented_is_noticed() -> None:
    assert is_documented("GET", "/api/v1/assets/0123/metadata") and is_documented("HEAD", "/api/v1/status")
    for method, path in (("PUT", "/api/v1/status"), ("GET", "/api/v1/secret"), ("GET", "/docs")):
        assert not is_documented(method, path)


def test_lists_load_as_one_scrolls_back_to_where_one_was(page: Page, shown: ShownLibrary) -> None:
    """The server answers with six pages of results, of which the first alone is there at first."""
    found: dict[str, Any] = page.request.get(f"{shown.url}/api/v1/search?q=a+red+circle").json()
    many = [{**found["hits"][0], "asset": f"{at:040x}", "name": f"asset {at}"} for at in range(360)]

    def answer(route: Any) -> None:
        query = dict(pair.split("=") for pair in route.request.url.split("?")[1].split("&"))
        first = int(query["offset"])
        more = first + 60 < len(many)
        route.fulfill(json={**found, "hits": many[first : first + 60], "more": more, "weaker": False})

    page.route("**/api/v1/search?*", answer)
    page.goto(f"{shown.url}/#/search?q=a+red+circle")
    for last in (59, 119, 179, 239):
        page.locator(f"[data-key=play-{last:040x}]").scroll_into_view_if_needed()
    page.locator(f"[data-key=play-{239:040x}]").focus()
    before = place(page)
    visit(page, "Work", "Scans")
    expect(page.locator(".scan").first).to_be_visible()
    go_back(page)
    until(page, lambda: page.evaluate("location.hash") == "#/work")
    go_back(page)
    expect(page.locator(f"[data-key=play-{239:040x}]")).to_be_attached()
    expect_position(page, before)


def test_the_navigation_is_drawn_again_without_scrolling_the_page(any_page: Page) -> None:
    """After a change of the counts; on a phone the strip of views is scrolled to the present one."""
    any_page.set_viewport_size({"width": 390, "height": 600})
    any_page.evaluate("location.hash = '#/search?q=a+red+circle&strong=false'")
    expect(any_page.get_by_role("heading", level=1)).to_have_text("Results")
    expect(any_page.locator(".results .card a").nth(3)).to_be_visible()
    any_page.locator(".card a").last.focus()
    any_page.wait_for_timeout(1000)
    before = any_page.evaluate("scrollY")
    assert before > 100, "the strip is out of sight"
    any_page.evaluate("""async () => {
        const own = document.querySelector("script[type=module]").src; // which has a version
        const { page } = await import(own.replace("page.js", "state.js"));
        page.set({ counts: "others" });
        await document.querySelector("dp-views").updateComplete;
        await new Promise(requestAnimationFrame);
    }""")
    assert any_page.evaluate("scrollY") == before

    any_page.set_viewport_size({"width": 240, "height": 600})
    area_link(any_page, "Settings").click()
    views = any_page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="Webhooks")).to_be_attached()  # those of the area are there
    last = views.get_by_role("link").last
    any_page.evaluate("(address) => { location.hash = address; }", last.get_attribute("href"))
    expect(last).to_have_attribute("aria-current", "page")
    strip = any_page.locator("dp-views")
    assert strip.evaluate("(one) => one.scrollWidth > one.clientWidth"), "there is something to scroll"
    expect(last).to_be_in_viewport(ratio=0.9)


def test_a_position_outlasts_a_view_that_is_left_before_it_is_there(any_page: Page) -> None:
    """Back to a list that is still loading, on to another view, and back: the list is where it was at first."""
    any_page.set_viewport_size({"width": 390, "height": 600})
    card = any_page.get_by_role("link", name="Play A001_C001.mp4")
    any_page.locator("dp-grid .window").evaluate("one => (one.scrollTop = one.scrollHeight)")
    expect(card).to_be_visible()
    card.focus()
    any_page.wait_for_timeout(1000)
    before = place(any_page)
    any_page.evaluate("location.hash = '#/scans'")
    expect(any_page.locator(".scan").first).to_be_visible()

    with holding(any_page, "**/api/v1/library/*") as held:
        go_back(any_page)
        until(any_page, lambda: held)  # the library asks for its assets, and has none yet
        any_page.evaluate("history.forward()")
        until(any_page, lambda: any_page.evaluate("location.hash") == "#/scans")
        expect(any_page.get_by_role("heading", level=1)).to_have_text("Scans")
    go_back(any_page)
    expect(card).to_be_focused()
    expect_position(any_page, before)
