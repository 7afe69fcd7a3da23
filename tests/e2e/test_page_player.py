"""The player: exact frames at several rates, J K L, in and out, time code, neighbours, stills and sound."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

import dampipe
from dampipe.kernel.container import Services
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.probe.helper import probe
from dampipe.web.app import create_app
from tests.support.counted_clips import READ, counted, picture
from tests.support.pages import faults_of, until
from tests.support.serving import serving
from tests.support.views import context_of

DROP, PAL, VARIABLE, FAST = "drop.mov", "pal.mov", "phone.mov", "fast.mov"
LARGE = "large.png"
SCAN = "scan.tif"
"""Which browsers do not show."""
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
    for name in (LARGE, SCAN):
        Image.fromarray(picture(77)).resize((2560, 1440), Image.Resampling.NEAREST).save(footage / name)
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
    ("name", "first", "after_twenty"),
    [
        (PAL, [0, 1, 2, 3, 4, 5], 20),
        (DROP, [0, 1, 2, 3, 4, 5], 20),
        (VARIABLE, [0, 1, 2, 3, 4, 5], 20),
        (FAST, [0, 2, 3, 5, 7, 8], 33),  # of a hundred frames a second the proxy has sixty
    ],
)
def test_each_step_shows_the_next_frame(
    page: Page, served: Served, name: str, first: list[int], after_twenty: int
) -> None:
    show(page, served, name)
    for number in first:
        expect_frame(page, number)
        press(page, "ArrowRight")
    for number in reversed(first):
        press(page, "ArrowLeft")
        expect_frame(page, number)
    press(page, *["ArrowRight"] * 20)  # faster than frames come
    expect_frame(page, after_twenty)


def test_time_code_runs_by_drop_frame_counting_and_leads_to_its_frame(page: Page, served: Served) -> None:
    show(page, served, DROP)
    assert code(page) == "00:00:59;20"
    press(page, *["ArrowRight"] * 10)
    expect_frame(page, 10)
    assert code(page) == "00:01:00;02", "drop-frame code leaves out two numbers at the start of a minute"
    field = page.get_by_label("Time code; type one to go there")
    for typed, frame, label in (
        ("00:01:01;00", 38, "00:01:01;00"),
        ("106", 44, "00:01:01;06"),
        ("+12", 56, "00:01:01;18"),
        ("-6", 50, "00:01:01;12"),
        ("#7", 7, "00:00:59;27"),
        ("1.5", 44, "00:01:01;06"),
    ):
        press(page, "t")
        expect(field).to_be_focused()
        field.fill(typed)
        press(page, "Enter")
        expect_frame(page, frame)
        expect(field).to_have_value(label)
    press(page, "t")
    field.fill("00:01:00;00")
    press(page, "Enter")
    expect(page.locator(".said")).to_have_text("00:01:00;00 is no time of this file.")
    press(page, "Escape")
    expect(page.locator("#player")).to_be_visible()  # Escape leaves the field alone
    expect(field).to_have_value("00:01:01;06")
    press(page, "Shift+t")
    expect(page.locator(".said")).to_have_text("Copied 00:01:01;06")
    assert page.evaluate("navigator.clipboard.readText()") == "00:01:01;06"


def rate(page: Page) -> float:
    return float(page.locator("#player video").evaluate("(one) => (one.paused ? 0 : one.playbackRate)"))


def test_j_k_and_l_play_on_and_back_each_time_twice_as_fast(page: Page, served: Served) -> None:
    show(page, served, PAL)
    for wanted in (1, 2, 4, 8, 8):
        press(page, "l")
        assert rate(page) == wanted
    until(page, lambda: said(page) > 60, "the frame")
    press(page, "k")
    assert rate(page) == 0
    stopped = said(page)
    press(page, "j", "j")
    expect(page.locator(".backwards")).to_have_text("-2 ×")
    until(page, lambda: said(page) < stopped - 25, "the frame")
    press(page, "l")
    assert rate(page) == 1, "on again, from the slowest"
    press(page, "Space")
    assert rate(page) == 0
    at = said(page)
    expect_frame(page, at)
    page.keyboard.down("k")
    press(page, "l", "l")  # with K held: frame by frame
    page.keyboard.up("k")
    expect_frame(page, at + 2)


def test_a_range_is_marked_dragged_looped_and_kept_in_the_address(page: Page, served: Served) -> None:
    show(page, served, PAL, "?t=2")
    expect_frame(page, 50)
    press(page, "i", *["ArrowRight"] * 9, "o")
    expect(page.locator(".controls .total")).to_have_text("10 frames marked")
    press(page, "Home")
    expect_frame(page, 0)
    press(page, "Shift+i")
    expect_frame(page, 50)
    press(page, "Shift+o")
    expect_frame(page, 59)
    until(page, lambda: "in=2.000&out=2.400" in page.url, "the address")
    page.reload()
    expect(page.locator(".controls .total")).to_have_text("10 frames marked")
    expect_frame(page, 59)

    press(page, "Shift+l", "Shift+i")
    expect_frame(page, 50)
    press(page, "l")
    frames = {seen(page) for _ in range(60) if page.wait_for_timeout(25) is None}
    press(page, "k")
    assert frames <= set(range(50, 61)) and len(frames) > 3, f"it stays within the range: {sorted(frames)}"

    out = page.get_by_role("slider", name="Out")
    box, lane = out.bounding_box(), page.locator(".timeline .inner").bounding_box()
    assert box is not None and lane is not None
    page.mouse.move(box["x"] + 4, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(lane["x"] + lane["width"] / 2 + 1, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.locator(".controls .total")).to_have_text("25 frames marked")
    press(page, "ArrowRight")  # of the handle, which has the focus
    expect(page.locator(".controls .total")).to_have_text("26 frames marked")
    page.locator("#player video").focus()
    press(page, "x")
    expect(page.locator(".controls .total")).to_have_text("/ 150")


def test_the_range_of_the_original_is_downloaded_with_handles(page: Page, served: Served) -> None:
    button = page.locator("#player").get_by_role("button", name="Download the range …")
    show(page, served, PAL, "?t=2")
    expect_frame(page, 50)
    expect(button).to_be_hidden()
    press(page, "i", *["ArrowRight"] * 9, "o")
    button.click()
    dialog = page.get_by_role("dialog", name="Download the range of the original")
    expect(dialog).to_contain_text("From 10:00:02:00 to 10:00:02:09: 10 frames, 0.40 s.")
    expect(dialog).to_contain_text("key frame")
    dialog.get_by_label("Handles").select_option("12f")
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Download").click()
    expect(page.locator(".toast")).to_contain_text("The range is saved.")
    expect(dialog).to_have_count(0)
    first = re.fullmatch(r"pal_10-00-(\d\d)-(\d\d)\.mov", started.value.suggested_filename)
    assert first is not None
    begin = 25 * int(first[1]) + int(first[2])
    media = probe(str(started.value.path()))["media"]
    assert begin <= 50 - 12 and begin + round(25 * media["duration"]) >= 60 + 12
    if begin < 50 - 12:  # no key frame is there
        expect(page.locator(".toast")).to_contain_text(f"It begins {50 - 12 - begin} frame")


def test_the_timeline_shows_picture_and_sound_and_is_a_slider(page: Page, served: Served) -> None:
    show(page, served, PAL)
    ink = """(one) => one.getContext("2d").getImageData(0, 0, one.width, one.height).data
        .filter((value, at) => at % 4 === 3 && value).length"""
    for kind in ("strip", "wave"):
        drawn = page.locator(f".timeline .{kind}")
        expect(drawn).to_be_visible()
        until(page, lambda one=drawn: one.evaluate(ink) > 1000, kind)  # type: ignore[misc]
    time = page.get_by_role("slider", name="Time")
    expect(time).to_have_attribute("aria-valuemax", "149")
    time.focus()
    press(page, "ArrowRight", "ArrowRight")
    expect(time).to_have_attribute("aria-valuenow", "2")
    expect(time).to_have_attribute("aria-valuetext", "10:00:00:02")
    box = time.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + 10)
    expect(page.locator(".timeline .preview")).to_have_text("10:00:03:00")
    page.mouse.click(box["x"] + box["width"] / 2 + 2, box["y"] + 10)
    expect_frame(page, 75)
    press(page, "z", "z")
    wide = page.locator(".timeline .inner")
    assert wide.evaluate("(one) => Math.round(one.clientWidth / one.parentElement.clientWidth)") == 4
    strip = page.locator(".timeline .strip")
    assert strip.evaluate("(one) => one.clientWidth === one.closest('.scroller').clientWidth"), (
        "no more is drawn than is seen"
    )
    head = page.locator(".timeline .head").bounding_box()
    assert head is not None and abs(head["x"] - box["x"] - box["width"] / 2) < box["width"] / 8, (
        "the playhead stays"
    )


def test_the_next_of_the_list_is_a_key_away_and_back_leads_to_the_list(page: Page, served: Served) -> None:
    page.goto(served.url)
    cards = page.locator(".card")
    expect(cards).to_have_count(len(served.sha1s))
    names = cards.locator("h3").all_inner_texts()
    cards.nth(1).get_by_role("link").first.click()
    title = page.locator("#player-name")
    expect(title).to_have_text(names[1])
    button = page.get_by_role("button", name="The next of the list")
    expect(button).to_be_enabled()
    press(page, "n")
    expect(title).to_have_text(names[2])
    expect(button).to_be_enabled()
    press(page, "p")
    expect(title).to_have_text(names[1])
    expect(button).to_be_enabled()
    press(page, "p")
    expect(title).to_have_text(names[0])
    expect(page.get_by_role("button", name="The one before in the list")).to_be_disabled()
    page.go_back()
    expect(page.locator("#player")).not_to_be_visible()
    expect(cards.first).to_be_visible()


def test_an_address_has_its_list(page: Page, served: Served) -> None:
    page.goto(served.address(PAL, "?list=/duplicates"))
    expect(page.locator("#player video")).to_be_visible()
    press(page, "Escape")
    expect(page).to_have_url(f"{served.url}/#/duplicates")


@pytest.mark.parametrize(
    ("name", "button", "said"),
    [(LARGE, "Show the original", "original"), (SCAN, "Show the full size", "full size")],
)
def test_a_still_is_enlarged_to_its_pixels_and_moved(
    page: Page, served: Served, name: str, button: str, said: str
) -> None:
    page.goto(served.address(name))
    image = page.locator("#player .sheet img")
    expect(image).to_be_focused()
    until(page, lambda: bool(image.evaluate("(one) => one.complete && one.naturalWidth")), "the preview")
    sheet = page.locator("#player .sheet")
    width = "(one) => Math.round(one.getBoundingClientRect().width)"
    fitted = sheet.evaluate(width)
    press(page, "1")
    assert sheet.evaluate(width) == 2560, "one pixel of it for one of the screen"
    expect(page.locator(".stage .size")).to_contain_text("100 %, preview of 1280×720")
    page.get_by_role("button", name=button).click()
    expect(page.locator(".stage .size")).to_contain_text(f"100 %, {said}")
    assert image.evaluate("(one) => one.naturalWidth") == 2560
    assert image.evaluate(READ) == 77
    left = "(one) => one.getBoundingClientRect().left"
    before = sheet.evaluate(left)
    press(page, "ArrowRight")
    assert sheet.evaluate(left) < before
    press(page, "0")
    assert sheet.evaluate(width) == fitted
    stage = page.locator(".stage").bounding_box()
    assert stage is not None
    x, y = stage["x"] + stage["width"] * 0.25, stage["y"] + stage["height"] / 2
    point = "(one, [x]) => (x - one.getBoundingClientRect().left) / one.getBoundingClientRect().width"
    under = sheet.evaluate(point, [x])
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    until(page, lambda: sheet.evaluate(width) > fitted * 1.5, "the picture")
    assert sheet.evaluate(point, [x]) == pytest.approx(under, abs=0.005), (
        "what is under the pointer stays there"
    )
    page.mouse.dblclick(x, y)
    until(page, lambda: sheet.evaluate(width) == fitted, "the picture")


def test_two_are_compared_on_one_clock(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/#/compare?v={served.sha1s[PAL]}&v={served.sha1s[DROP]}&t=1.2")
    first, second = (page.locator(".compared video").nth(at) for at in range(2))

    def frames() -> tuple[int, int]:
        return int(first.evaluate(READ)), int(second.evaluate(READ))

    until(page, lambda: frames() == (30, 35), "the frames")
    press(page, "ArrowRight")
    until(page, lambda: frames() == (31, 37), "the frames")
    press(page, "]")
    expect(page.locator(".offset")).to_have_text("Aligned by their beginnings, +1 frames")
    until(page, lambda: frames() == (31, 38), "the frames")
    assert "offset=0.04" in page.url
    page.get_by_role("button", name="Difference").click()
    assert "mode=difference" in page.url
    assert second.evaluate("(one) => getComputedStyle(one.parentElement).mixBlendMode") == "difference"
    press(page, "w")
    divider = page.get_by_role("slider", name="Wipe")
    divider.focus()
    press(page, "ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "48")


def test_a_marker_is_offered_to_panels_and_tracks_scroll_with_the_timeline(
    page: Page, served: Served
) -> None:
    """What panels may do: taken from the registry of panels, which this test adds one to."""
    source = """
        export const sections = (asset, { player }) => {
          const track = document.createElement("div");
          track.textContent = "a track";
          player.addTrack(track, { label: "Test" });
          player.events.addEventListener("marker", (event) => {
            event.preventDefault();
            track.textContent = `marker at ${event.detail.frame}, ${player.exact(player.time())}`;
          });
          const section = document.createElement("section");
          section.dataset.tab = "Tests";
          section.textContent = "a section";
          return [section];
        };"""
    page.route("**/api/v1/panels", lambda route: route.fulfill(json=["/page/test-panel.js"]))
    page.route(
        "**/page/**/test-panel.js", lambda route: route.fulfill(body=source, content_type="text/javascript")
    )
    show(page, served, DROP)
    press(page, *["ArrowRight"] * 3)
    expect_frame(page, 3)
    press(page, "m")
    expect(page.locator(".track")).to_have_text("marker at 3, 3@1001/30000")
    page.get_by_role("tab", name="Tests").click()
    expect(page.get_by_role("tabpanel", name="Tests")).to_have_text("a section")
    until(page, lambda: "tab=Tests" in page.url, "the address")
    page.get_by_role("tab", name="Tests").focus()
    press(page, "ArrowLeft")
    expect(page.get_by_role("tab", name="Info")).to_be_focused()


def test_overlay_lies_exactly_over_the_picture(page: Page, served: Served) -> None:
    show(page, served, PAL)
    for size in ((1440, 900), (900, 1200), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_timeout(100)
        overlay, video = (page.locator(f"#player {one}").bounding_box() for one in (".overlay", "video"))
        assert overlay == video and overlay is not None
        assert overlay["width"] / overlay["height"] == pytest.approx(16 / 9, rel=0.01)
        assert overlay["width"] > 380
