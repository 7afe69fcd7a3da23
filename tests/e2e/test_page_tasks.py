"""Ten tasks of a person who uses the page for the first time: each takes five presses of mouse or finger at most.

Each begins at the library and ends with what the server knows then. Keys serve to type texts, and to send what was
typed by Enter; who comes for the first time knows no shortcut of the page. Presses are counted by the browser
(`tests/support/clicks.py`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import dampipe
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, NewCollection
from dampipe.features.collections.service import CollectionService
from dampipe.features.metadata.schema import default_schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.processing.service import ProcessingService
from dampipe.features.review.service import ReviewService
from dampipe.features.sharing.service import ShareService
from dampipe.features.subclips.model import SubclipQuery
from dampipe.features.subclips.service import SubclipService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.errors import NotFound
from dampipe.web.app import create_app
from tests.support.clicks import Clicks
from tests.support.demo_clips import DemoClips
from tests.support.pages import area_link, faults_of, view_link
from tests.support.serving import serving
from tests.support.views import SIZES

MOST = 5
"""Presses of one task."""
FILM = "A001_C003.mp4"
BROKEN = "A001_C099.mp4"


@dataclass
class Served:
    """A library of the demo's clips, with a workflow and a file that cannot be processed, and its page."""

    library: Any
    url: str

    def service(self, kind: type[Any]) -> Any:
        return self.library.service(kind)

    @property
    def film(self) -> str:
        return next(one.sha1 for one in self.library.videos() if one.name == FILM)

    def tagged(self, tag: str) -> int:
        """How many assets have a tag."""
        try:
            count: int = self.service(AssetSelection).count(LOCAL, Selected(filters={"tag": (tag,)}))
        except NotFound:
            return 0
        return count


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[Served]:
    footage = tmp_path_factory.mktemp("footage")
    demo_clips(footage)
    (footage / BROKEN).write_text("the card was pulled out too early\n" * 100)
    home = tmp_path_factory.mktemp("home")
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        library.add(footage)
        library.process()
        library.service(SchemaService).apply(LOCAL, default_schema())
        library.service(WorkflowService).apply(LOCAL, shipped_toml("review"))
        with serving(create_app(library.service(Services))) as url:
            yield Served(library, url)


@dataclass
class Task:
    """A browser at the library's first view, in which presses are counted."""

    page: Page
    is_phone: bool
    clicks: Clicks

    def card(self, name: str) -> Locator:
        return self.page.locator("article.card", has=self.page.get_by_role("heading", name=name, exact=True))

    def press(self, target: Locator) -> None:
        """Press something with the mouse, or with a finger."""
        target.tap() if self.is_phone else target.click()

    def open_card(self, name: str) -> None:
        """Press a card, and wait until the player shows its asset."""
        self.press(self.card(name).locator(".picture"))
        expect(self.page.locator("#player[open] h2")).to_have_text(name)
        expect(self.page.locator("#player video")).to_be_visible()

    def tab(self, name: str) -> None:
        self.press(self.page.get_by_role("tab", name=name))

    def choose(self, card: Locator) -> None:
        """Choose the first asset: its box appears under the mouse; a finger rests on it."""
        if self.is_phone:
            self.rest(card)
        else:
            card.hover()
            card.get_by_role("checkbox").click()

    def rest(self, card: Locator) -> None:
        """Rest a finger on a card, until it is chosen."""
        card.scroll_into_view_if_needed()
        box = card.locator(".picture").bounding_box()
        assert box is not None
        touch = self.page.context.new_cdp_session(self.page)
        # The upper part: the bar may cover the lower one.
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 16}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        expect(card.get_by_role("checkbox")).to_be_checked()
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    @property
    def bar(self) -> Locator:
        return self.page.get_by_role("region", name="Chosen assets")

    def area(self, name: str) -> None:
        self.press(area_link(self.page, name))

    def view(self, name: str) -> None:
        self.press(view_link(self.page, name))


@pytest.fixture(params=list(SIZES))
def task(
    request: pytest.FixtureRequest, browser: Browser, served: Served, record_property: Any
) -> Iterator[Task]:
    """At the library, with a mouse on a wide screen and a finger on a phone; checks how often one has pressed."""
    is_phone = request.param == "phone"
    width, height = SIZES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=is_phone, is_mobile=is_phone
    )
    context.set_default_timeout(60_000)
    Clicks.count_in(context)
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    faults = faults_of(page, served.url)
    page.goto(f"{served.url}/#/")
    expect(page.locator("article.card").first).to_be_visible()
    expect(view_link(page, "Collections")).to_be_visible()  # panels are loaded
    made = Task(page, is_phone, Clicks(page))
    yield made
    count = made.clicks.count
    record_property("presses", count)
    print(f"{request.node.name}: {count} presses")
    context.close()
    assert faults == []
    assert 1 <= count <= MOST


def test_a_shot_is_found_by_words(task: Task, served: Served) -> None:
    task.press(task.page.get_by_role("searchbox"))
    task.page.keyboard.type("a red circle")
    task.page.keyboard.press("Enter")
    first = task.page.locator(".results article.card").first
    expect(first).to_be_visible()
    task.press(first.locator(".picture"))
    expect(task.page.locator("#player video")).to_be_visible()
    best = served.library.search("a red circle").hits[0]
    assert f"#/asset/{best.asset}" in task.page.url
    expect(task.page.locator("#player[open] h2")).to_have_text(best.name)


def test_in_and_out_are_marked(task: Task, served: Served) -> None:
    task.open_card(FILM)
    task.press(task.page.get_by_role("button", name="Mark in"))
    line = task.page.locator(".timeline .strip").first
    expect(line).to_be_visible()
    line.evaluate("strip => strip.scrollIntoView({ block: 'center' })")
    box = line.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2
    task.page.touchscreen.tap(x, y) if task.is_phone else task.page.mouse.click(x, y)
    task.press(task.page.get_by_role("button", name="Mark out"))
    task.press(task.page.get_by_role("button", name="Save subclip …"))
    name = f"The best part {task.is_phone}"
    task.page.get_by_label("Name", exact=True).fill(name)
    task.page.keyboard.press("Enter")
    expect(task.page.get_by_role("dialog", name="Save as a subclip")).to_have_count(0)
    found = served.service(SubclipService).page(LOCAL, SubclipQuery()).subclips
    [made] = [one for one in found if one.name == name]
    assert made.duration > 0.5


def test_five_are_collected(task: Task, served: Served) -> None:
    cards = task.page.locator("article.card")
    task.choose(cards.nth(0))
    if task.is_phone:  # as the bar says
        expect(task.bar).to_contain_text("Hold another to choose all between.")
        task.rest(cards.nth(4))
    else:
        expect(task.bar).to_contain_text("Click another with Shift to choose all between.")
        cards.nth(4).locator(".picture").click(modifiers=["Shift"])
    expect(task.bar).to_contain_text("5 assets")
    task.press(task.bar.get_by_role("button", name="Add to collection …"))
    name = f"Selects {task.is_phone}"
    expect(task.page.get_by_role("combobox", name="Collection")).to_be_focused()
    task.page.keyboard.type(name)
    task.press(task.page.get_by_role("option", name=f"New collection “{name}”"))
    expect(task.page.locator(".toast", has_text=f"Added 5 items to {name}.")).to_be_visible()
    [made] = [one for one in served.service(CollectionService).all(LOCAL) if one.name == name]
    assert made.items == 5


def test_a_frame_is_commented_on(task: Task, served: Served) -> None:
    task.open_card(FILM)
    task.tab("Comments")
    text = f"The circle could be redder {task.is_phone}"
    task.press(task.page.get_by_label("Your comment"))
    task.page.keyboard.type(text)
    task.press(task.page.get_by_role("button", name="Comment", exact=True))
    expect(task.page.locator(".thread", has_text=text)).to_be_visible()
    [made] = [
        one for one in served.service(ReviewService).of_asset(LOCAL, served.film).comments if one.text == text
    ]
    assert made.start is not None and made.start.frame is not None


def test_a_clip_is_shared_with_a_guest(task: Task, served: Served, browser: Browser) -> None:
    task.open_card(FILM)
    task.press(task.page.get_by_role("button", name="Share …"))
    task.press(task.page.get_by_role("button", name="Make a link"))
    address = task.page.get_by_role("dialog", name=f"The link “{FILM}”").locator("code").inner_text()
    guest = browser.new_context()
    page = guest.new_page()
    page.goto(address)
    page.get_by_label("Your name").fill("Maria")
    page.keyboard.press("Enter")
    expect(page.locator("video")).to_be_visible()
    guest.close()
    assert any(
        one.opened == 1 for one in served.service(ShareService).links(LOCAL) if one.asset == served.film
    )


def test_a_clip_is_approved(task: Task, served: Served) -> None:
    name = "B002_C001.mov" if task.is_phone else "A001_C002.mp4"
    task.open_card(name)
    task.tab("Workflow")
    region = task.page.get_by_role("region", name="Workflow")
    task.press(region.get_by_role("button", name="Submit for review"))
    task.press(region.get_by_role("button", name="Approve"))
    expect(region.get_by_text("It is Approved now.")).to_be_visible()
    sha1 = next(one.sha1 for one in served.library.videos() if one.name == name)
    assert served.service(WorkflowService).show(LOCAL, sha1).state == "approved"


def test_a_collection_is_exported_to_otio(task: Task, served: Served) -> None:
    collections, name = served.service(CollectionService), f"Trailer {task.is_phone}"
    made = collections.create(LOCAL, NewCollection(name=name))
    served.service(CollectionItemService).add(LOCAL, made.id, Chosen(assets=(served.film,)))
    task.view("Collections")
    task.press(task.page.locator(".collection-card", has_text=name))
    task.press(task.page.get_by_role("button", name="Save as a timeline"))
    with task.page.expect_download() as started:
        task.press(task.page.get_by_role("menuitem", name="OpenTimelineIO (.otio)"))
    timeline = json.loads(Path(started.value.path()).read_text())
    [track, *_] = [one for one in timeline["tracks"]["children"] if one["kind"] == "Video"]
    assert [one["name"] for one in track["children"] if one["OTIO_SCHEMA"].startswith("Clip")] == [FILM]


def test_it_is_found_where_the_original_is(task: Task, served: Served) -> None:
    task.open_card(FILM)
    task.tab("Copies")
    [copy] = json.loads(
        task.page.evaluate(
            "sha1 => fetch(`/api/v1/assets/${sha1}/copies`).then(answer => answer.text())", served.film
        )
    )
    entry = task.page.get_by_role("region", name="Copies").get_by_role("listitem")
    expect(entry).to_contain_text(copy["place"])
    expect(entry).to_contain_text("can be read")
    assert Path(copy["place"]).name == FILM and Path(copy["place"]).is_file()


def test_a_failed_file_is_understood_and_retried(task: Task, served: Served) -> None:
    processing = served.service(ProcessingService)
    [failure] = processing.failures(LOCAL)
    task.area("Work")
    cause = task.page.locator(".cause")
    expect(cause).to_contain_text(failure.reason)
    expect(cause).to_contain_text("What helps:")
    expect(cause).to_contain_text(BROKEN)
    task.press(cause.get_by_role("button", name="Retry"))
    expect(task.page.locator("main")).to_contain_text("Nothing failed.")
    assert processing.failures(LOCAL) == []
    served.library.process()
    [again] = processing.failures(LOCAL)
    assert again.path == failure.path


def test_a_bulk_edit_is_undone(task: Task, served: Served) -> None:
    task.choose(task.page.locator("article.card").first)
    task.press(task.bar.get_by_role("button", name="Choose all that match"))
    task.press(task.bar.get_by_role("button", name="Tags …"))
    expect(task.page.get_by_label("Tags", exact=True)).to_be_focused()
    task.page.keyboard.type("trailer")
    task.press(task.page.get_by_role("button", name="Apply"))
    toast = task.page.locator(".toast", has_text="Tagged trailer")
    expect(toast).to_be_visible()
    assert served.tagged("trailer") >= 5
    task.press(toast.get_by_role("button", name="Undo"))
    expect(task.page.locator(".toast", has_text="Undone:")).to_be_visible()
    assert served.tagged("trailer") == 0
