"""The page in a real browser, over a real deployment."""

import re
import wave
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.demo_clips import DemoClips
from tests.support.deployment import Deployment
from tests.support.pages import holding, until, visit

MARKUP = "<img src=x onerror=alert(1)>.mp4"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    clips = demo_clips(folder)
    (folder / MARKUP).write_bytes(clips[1].read_bytes() + b"\0" * 8)
    (folder / "text.mp4").write_text("this is no film\n" * 100)
    with wave.open(str(folder / "tone.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 16000, "NONE", ""))
        sound.writeframes(b"\x00\x10\x00\xf0" * 8000)
    return folder


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path_factory.mktemp("home"), model="tiny")
    made.combine_workers("embed")
    try:
        made.up()
        made.run("enqueue", "--wait", folder, code=3)
        yield made
    finally:
        made.kill_all()


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    """The page, opened; fails on a script error, a dialog, or a request to another server."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems: list[str] = []
    home = deployment.url()

    def check_server(request: Any) -> None:
        if not request.url.startswith((home, "data:", "blob:")):
            problems.append(f"request to another server: {request.url}")

    page.set_default_timeout(60_000)
    page.on("request", check_server)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
    page.goto(home)
    expect(page.locator(".card")).to_have_count(8)
    yield page
    page.unroute_all(behavior="wait")
    page.close()
    assert problems == []


def time_of(video: Locator) -> float:
    return float(video.evaluate("player => player.currentTime"))


def test_a_search_opens_the_player_at_the_moment(page: Page) -> None:
    page.get_by_role("searchbox").fill("a red circle")
    page.get_by_role("searchbox").press("Enter")
    first = page.locator(".card").first
    expect(first.get_by_role("heading")).to_have_text("A001_C001.mp4")
    first.locator(".picture").click()
    video = page.locator("#player video")
    expect(video).to_be_visible()
    until(page, lambda: video.evaluate("player => player.played.length"))
    video.evaluate("player => player.pause()")  # so that the time does not depend on when it is read
    assert 3 <= float(video.evaluate("player => player.played.start(0)")) < 6, "it starts within the scene"
    page.get_by_role("slider", name="Time").click(position={"x": 1, "y": 10})
    until(page, lambda: time_of(video) < 0.2)
    page.keyboard.press("Escape")
    expect(page.locator("#player")).not_to_be_visible()
    expect(page).to_have_url(re.compile(r"#/search\?q=a\+red\+circle$"))  # the view behind the player


def scrub(picture: Locator, x: float, time: str) -> None:
    """Move the pointer over a card until its clock shows the time: one that is drawn again sees it at its next move."""
    for _ in range(50):
        picture.hover(position={"x": x, "y": 40})
        with suppress(AssertionError):
            expect(picture.locator(".clock")).to_have_text(time, timeout=2_000)
            return
        picture.page.mouse.move(0, 0)
    raise AssertionError(f"the clock shows {picture.locator('.clock').text_content()}, not {time}")


def test_the_pointer_scrubs_through_a_card(page: Page) -> None:
    picture = page.get_by_role("link", name="Play A001_C003.mp4")
    clock, strip = picture.locator(".clock"), picture.locator(".strip")
    expect(clock).to_have_text("0:12")
    box = picture.bounding_box()
    assert box is not None
    scrub(picture, box["width"] * 0.76, "0:09.1")
    expect(strip).to_be_visible()
    late = strip.evaluate("strip => strip.style.backgroundPosition")
    scrub(picture, 4, "0:00.1")
    assert strip.evaluate("strip => strip.style.backgroundPosition") != late, "a different tile"
    page.mouse.move(0, 0)
    expect(strip).not_to_be_visible()


def test_a_name_stays_a_name(page: Page) -> None:
    expect(page.get_by_role("heading", name=MARKUP)).to_be_visible()
    assert page.locator("main img[src=x]").count() == 0


def test_scans_and_a_wrong_path(page: Page, folder: Path) -> None:
    visit(page, "Work", "Scans")
    expect(page.locator(".scan").first).to_contain_text("7 done, 1 failed")
    path = page.get_by_role("textbox")
    for wrong, message in (
        ("/nowhere/at/all", "not below a source or a folder of the setting scan_roots: /nowhere/at/all"),
        (f"{folder}/nowhere", f"no such file or folder: {folder}/nowhere"),
    ):
        path.fill(wrong)
        page.get_by_role("button", name="Scan").click()
        expect(page.locator("main [role=status]")).to_contain_text(message)
    path.fill(str(folder))
    page.get_by_role("button", name="Scan").click()
    expect(page.locator("main [role=status]")).to_contain_text("is submitted")
    expect(page.locator(".scan")).to_have_count(2)
    expect(page.locator(".scan").first).to_contain_text("finished: 8 files, 0 new")


def test_failures_show_their_reason_and_can_be_retried(page: Page, deployment: Deployment) -> None:
    visit(page, "Work", "Failures")
    cause = page.locator(".cause", has_text="text.mp4")
    expect(cause).to_contain_text("not a media file, but a text file")
    expect(cause).to_contain_text("What helps: The file is damaged")
    cause.get_by_role("button", name="Retry").click()
    expect(page.locator("main [role=status]")).to_contain_text("1 stage will run again")
    expect(cause).to_be_visible()  # it has failed again: the view follows
    expect(page.locator(".areas .count")).to_have_text("1")
    cause.get_by_role("link", name="text.mp4").click()
    expect(page.locator("#player .notice")).to_contain_text(
        "could not be processed: not a media file, but a text file"
    )


@pytest.mark.parametrize("view", ["#/", "#/search?q=a+red+circle", "#/failures", "#/scans", "#/duplicates"])
def test_a_view_fits_a_phone(page: Page, deployment: Deployment, folder: Path, view: str) -> None:
    def name_without_spaces(route: Route) -> None:
        failures = route.fetch().json()
        for failure in failures:
            failure["reason"] = f"cannot open {folder / ('a_long_name_' * 9)}.mp4"
        route.fulfill(json=failures)

    page.route("**/failures?*", name_without_spaces)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(deployment.url() + view)
    expect(page.locator("main").locator(".card, table, .cause, .alike, .same").first).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_a_path_is_copied_or_selected(page: Page, folder: Path, has_clipboard: bool) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not has_clipboard:  # as in a page without HTTPS
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.locator(".card", has_text="A001_C001.mp4").locator(".picture").click()
    button = page.locator("#player button.small", has_text="Copy path")
    button.click()
    expect(page.locator("#player button.small").first).to_have_text("Copied")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press("Control+v")
    expect(page.get_by_role("searchbox")).to_have_value(str(folder / "A001_C001.mp4"))


def test_a_search_is_answered_that_was_sent_before_the_page_was_ready(
    page: Page, deployment: Deployment
) -> None:
    with holding(page, "**/api/v1/filters"):
        page.goto(deployment.url())
        page.get_by_role("searchbox").fill("a red circle & more")
        page.get_by_role("searchbox").press("Enter")
    expect(page.locator("main")).to_contain_text("for “a red circle & more”")
    expect(page.get_by_role("searchbox")).to_have_value("a red circle & more")
    assert page.url == f"{deployment.url()}#/search?q=a+red+circle+%26+more"


def test_words_typed_before_the_page_was_ready_are_kept(page: Page, deployment: Deployment) -> None:
    with holding(page, "**/api/v1/filters"):
        page.goto(deployment.url())
        page.get_by_role("searchbox").fill("red")
    expect(page.locator(".card")).to_have_count(8)
    expect(page.get_by_role("searchbox")).to_have_value("red")


def test_weak_results_are_shown_on_request(page: Page) -> None:
    page.get_by_role("searchbox").fill("blargh vogon")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("main")).to_contain_text("No strong matches for “blargh vogon”.")
    page.get_by_text("weaker hits").click()
    expect(page.locator(".weaker .card").nth(4)).to_be_visible()
    expect(page.locator(".weaker .why").first).to_contain_text("no closer than meaningless words")


def names_of(page: Page) -> list[str]:
    return page.locator(".card h3").all_inner_texts()


def test_filters_narrow_a_search_and_stand_alone(page: Page) -> None:
    filters = page.locator("#filters")
    page.get_by_role("button", name="Filters").click()
    filters.get_by_label("Length").fill("10+")
    filters.get_by_label("Length").press("Enter")
    expect(page.locator(".card h3")).to_have_text(["A001_C003.mp4"])
    filters.get_by_label("Length").fill("")
    filters.get_by_label("Kind").select_option("audio")
    expect(page.locator(".card h3")).to_have_text(["tone.wav"])
    page.get_by_role("searchbox").fill("a red circle")
    filters.get_by_label("Kind").select_option("video")
    expect(page.locator(".card h3").first).to_have_text("A001_C001.mp4")
    expect(page).to_have_url(re.compile(r"#/search\?q=a\+red\+circle&kind=video$"))
    page.reload()
    page.get_by_role("link", name="Remove kind video").click()
    expect(page).to_have_url(re.compile(r"#/search\?q=a\+red\+circle$"))
    page.get_by_role("button", name="Filters").click()
    assert filters.get_by_label("Kind").input_value() == "", "the fields show the filters of the address"
    filters.get_by_label("Recorded since").fill("soon")
    filters.get_by_label("Recorded since").press("Enter")
    expect(page.locator(".notice")).to_contain_text("invalid date 'soon'")
    expect(page.locator(".notice")).to_contain_text("Give 2024, 2024-05")


def test_a_picture_and_a_moment_find_similar_footage(
    page: Page, deployment: Deployment, tmp_path: Path
) -> None:
    clip = next(one for one in deployment.query("assets") if one["name"] == "A001_C002.mp4")
    poster = httpx.get(deployment.api(f"/assets/{clip['sha1']}/poster")).content
    (tmp_path / "still.jpg").write_bytes(poster)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Picture").click()
    chooser.value.set_files(tmp_path / "still.jpg")
    expect(page.get_by_role("img", name="your picture")).to_be_visible()
    expect(page.locator(".card").first).to_be_visible()
    assert clip["name"] in names_of(page)[:2], "the clip, or the copy of it with markup in its name"
    page.reload()
    expect(page.locator(".notice")).to_contain_text("Drop it on the page again.")
    drop(page, poster)
    expect(page.get_by_role("img", name="your picture")).to_be_visible()
    page.locator(".card .picture").first.click()
    page.get_by_role("button", name="More like this").click()
    expect(page.locator("#player")).not_to_be_visible()
    expect(page.locator(".query .chip")).to_contain_text("like the moment at ")
    expect(page).to_have_url(re.compile(r"#/search\?like=[0-9a-f]{40}%40[\d.]+$"))
    expect(page.locator(".card").first).to_be_visible()


def drop(page: Page, picture: bytes) -> None:
    page.evaluate(
        """bytes => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "still.jpg", { type: "image/jpeg" }));
            document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        list(picture),
    )


def test_tags_are_added_searched_by_and_removed(page: Page) -> None:
    page.get_by_role("link", name="Play A001_C001.mp4").click()
    field = page.get_by_label("Another tag")
    for tag in ("best, of all", "<b>"):
        field.fill(tag)
        field.press("Enter")
        expect(page.get_by_role("link", name=tag)).to_be_visible()
    page.get_by_role("button", name="Take the tag <b> away").click()
    expect(page.get_by_role("link", name="<b>")).to_have_count(0)
    page.get_by_role("link", name="best, of all").click()
    expect(page.locator("#player")).not_to_be_visible()
    expect(page.locator("main h2")).to_have_text("1 file")
    assert names_of(page) == ["A001_C001.mp4"]
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_url(
        re.compile(r"#/search\?tag=best%2C\+of\+all$")
    )  # one tag, although its name has a comma


def test_a_timeline_is_saved_from_the_page(page: Page) -> None:
    page.get_by_role("searchbox").fill("a red circle")
    page.get_by_role("searchbox").press("Enter")
    with page.expect_download() as saved:
        page.get_by_label("Save as a timeline").select_option("csv")
    assert "A001_C001.mp4" in Path(saved.value.path()).read_text()


def test_duplicates_are_shown_side_by_side(page: Page) -> None:
    visit(page, "Library", "Duplicates")
    pair = page.locator(".pair").first
    expect(pair).to_contain_text("100 % similar")
    assert sorted(pair.locator("h3").all_inner_texts()) == sorted(["A001_C002.mp4", MARKUP])
    pair.get_by_role("link", name="Play A001_C002.mp4").click()
    expect(page.locator("#player video")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"#/duplicates$"))


def test_a_pair_is_dismissed_and_listed_again(page: Page) -> None:
    visit(page, "Library", "Duplicates")
    pair = page.locator(".pair").first
    pair.get_by_role("button", name="Dismiss").click()
    expect(pair).to_have_class(re.compile("dismissed"))
    pair.get_by_role("button", name="List").click()
    expect(pair).not_to_have_class(re.compile("dismissed"))
    pair.get_by_role("button", name="Dismiss").click()
    expect(pair).to_have_class(re.compile("dismissed"))
    page.reload()
    expect(page.locator("main").get_by_text("No duplicates were found")).to_be_visible()
    page.get_by_role("link", name="Show dismissed pairs").click()
    expect(page.get_by_role("heading", name="Dismissed pairs: 1")).to_be_visible()
    page.locator(".pair").get_by_role("button", name="List").click()
    expect(page.locator(".pair")).not_to_have_class(re.compile("dismissed"))
    page.get_by_role("link", name="Show open pairs").click()
    expect(page.locator(".pair")).to_have_count(1)


def test_sound_alone_plays(page: Page) -> None:
    page.get_by_role("link", name="Play tone.wav").click()
    video = page.locator("#player video")
    expect(video).to_be_visible()
    until(page, lambda: video.evaluate("player => player.duration > 1.5"))
