"""Collections, folders, the map and subclips in a browser: one library and one page for all."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import dampipe
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, CollectionChange, NewCollection
from dampipe.features.collections.service import CollectionService
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.features.subclips.model import NewSubclip, SubclipQuery
from dampipe.features.subclips.service import SubclipService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.web.app import create_app
from tests.support.demo_clips import DemoClips
from tests.support.gathered_views import set_places
from tests.support.pages import drag, faults_of, until
from tests.support.serving import serving


class Here:
    """The library, its page, and short names."""

    def __init__(self, library: Any, page: Page, url: str) -> None:
        self.library, self.page, self.url = library, page, url
        self.collections: CollectionService = library.service(CollectionService)
        self.items: CollectionItemService = library.service(CollectionItemService)
        self.sha1s = [video.sha1 for video in library.videos()]

    def open(self, address: str) -> None:
        """Show an address anew."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/{address}")

    def item(self, name: str) -> Locator:
        """An item of a tree."""
        return self.page.get_by_role("treeitem", name=re.compile(f"^{name}\\b")).first

    def names(self) -> list[str]:
        """The collections, in the order of the tree."""
        return ["/".join(one.path) for one in self.collections.all(LOCAL)]


@pytest.fixture(scope="module")
def here(browser: Browser, tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[Here]:
    home = tmp_path_factory.mktemp("gather")
    demo_clips(home / "footage" / "day")
    with dampipe.open(home=home / "home", model="tiny", in_process=True, settle=0.0) as library:
        library.add(home / "footage")
        library.process()
        set_places(library)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        with serving(create_app(library.service(Services))) as url:
            page = context.new_page()
            faults = faults_of(page, url)
            yield Here(library, page, url)
            context.close()
        assert faults == []


def test_collections_are_made_moved_renamed_and_deleted_by_keyboard(here: Here) -> None:
    page = here.page
    for name in ("One", "Two", "Three"):
        here.collections.create(LOCAL, NewCollection(name=name))
    here.open("#/collections")
    here.item("One").focus()
    page.keyboard.press("ArrowDown")
    expect(here.item("Two")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".toast").last).to_contain_text("Moved Two")
    expect(here.item("Two")).to_be_focused()
    assert here.names() == ["Two", "One", "Three"]
    page.keyboard.press("F2")
    page.get_by_label("Name", exact=True).fill("Selects")
    page.keyboard.press("Enter")
    expect(here.item("Selects")).to_be_visible()
    page.keyboard.press("End")
    expect(here.item("Three")).to_be_focused()
    page.keyboard.press("ContextMenu")
    page.get_by_role("menuitem", name="Move to …").click()
    page.get_by_role("combobox", name="Collection").fill("one")
    page.keyboard.press("Enter")
    expect(here.item("One")).to_have_attribute("aria-expanded", "false")
    here.item("One").focus()
    page.keyboard.press("ArrowRight")
    expect(here.item("Three")).to_have_attribute("aria-level", "2")
    page.keyboard.press("ArrowRight")
    expect(here.item("Three")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(here.item("One")).to_be_focused()
    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".toast").last).to_contain_text("Deleted One with 1 collection in it")
    assert here.names() == ["Selects"]
    page.locator(".toast").last.get_by_role("button", name="Undo").click()
    expect(here.item("One")).to_be_visible()
    assert here.names() == ["Selects", "One", "One/Three"]


def test_items_are_dragged_moved_by_keys_and_taken_out(here: Here) -> None:
    page = here.page
    made = here.collections.create(LOCAL, NewCollection(name="Cut"))
    other = here.collections.create(LOCAL, NewCollection(name="Spare"))
    here.items.add(LOCAL, made.id, Chosen(assets=tuple(here.sha1s[:4])))
    order = [one.asset for one in here.collections.items(LOCAL, made.id).items]
    here.open(f"#/collections?collection={made.id}")
    cards = page.locator(".items .card")
    expect(cards).to_have_count(4)

    def shown() -> list[str | None]:
        return [one.get_attribute("data-sha1") for one in cards.all()]

    cards.nth(0).locator("a.picture").focus()
    page.keyboard.press("]")
    expect(cards.nth(1)).to_have_attribute("data-sha1", order[0])
    expect(cards.nth(1).locator("a.picture")).to_be_focused()
    drag(cards.nth(3), cards.nth(0), {"x": 10, "y": 40})
    expect(cards.nth(0)).to_have_attribute("data-sha1", order[3])
    assert [one.asset for one in here.collections.items(LOCAL, made.id).items] == shown()
    drag(cards.nth(0), here.item("Spare"))
    expect(page.locator(".toast").last).to_contain_text("Added 1 item to Spare")
    assert [one.asset for one in here.collections.items(LOCAL, other.id).items] == [order[3]]
    cards.nth(0).locator("a.picture").focus()
    page.keyboard.press("Delete")
    expect(cards).to_have_count(3)
    expect(page.locator(".toast").last).to_contain_text(f"1 item from {made.name}")
    page.locator(".toast").last.get_by_role("button", name="Undo").click()
    expect(cards).to_have_count(4)
    here.items.remove(LOCAL, made.id, Chosen(assets=(order[1],)))  # by somebody else
    expect(cards).to_have_count(3)
    here.open("#/collections")
    cover = page.locator(".collection-card", has_text="Cut").locator("img")
    expect(cover).to_be_visible()
    until(page, lambda: cover.evaluate("one => one.naturalWidth"), "the cover")


DROPPED = """([from, to]) => {
  const box = to.getBoundingClientRect();
  const place = { clientX: box.left + 10, clientY: box.top + 40 };
  const at = { bubbles: true, cancelable: true, dataTransfer: new DataTransfer(), ...place };
  from.dispatchEvent(new DragEvent("dragstart", at));
  for (const name of ["dragover", "dragleave", "drop"]) to.dispatchEvent(new DragEvent(name, at));
  from.dispatchEvent(new DragEvent("dragend", at));
}"""
"""What a browser sends where a picture comes under the pointer just before something is dropped there."""


def test_what_is_dropped_goes_where_the_pointer_is(here: Here) -> None:
    made = here.collections.create(LOCAL, NewCollection(name="Dropped"))
    here.items.add(LOCAL, made.id, Chosen(assets=tuple(here.sha1s[:3])))
    order = [one.asset for one in here.collections.items(LOCAL, made.id).items]
    here.open(f"#/collections?collection={made.id}")
    cards = here.page.locator(".items .card")
    expect(cards).to_have_count(3)
    pair = here.page.evaluate_handle(
        "() => [2, 1].map((number) => document.querySelectorAll('.items .card')[number])"
    )
    here.page.evaluate(DROPPED, pair)
    expect(cards.nth(1)).to_have_attribute("data-sha1", order[2])
    assert [one.asset for one in here.collections.items(LOCAL, made.id).items] == [
        order[0],
        order[2],
        order[1],
    ]


def test_cards_of_a_search_and_of_a_collection_show_ratings(here: Here) -> None:
    metadata: MetadataService = here.library.service(MetadataService)
    sha1, others = here.sha1s[0], tuple(here.sha1s[1:3])
    made = here.collections.create(LOCAL, NewCollection(name="Rated"))
    here.items.add(LOCAL, made.id, Chosen(assets=(sha1, *others)))
    for number, address in enumerate(("#/search?kind=video", f"#/collections?collection={made.id}")):
        metadata.edit(LOCAL, sha1, AssetEdit(set={"rating": 3 + number}))
        here.open(address)
        card = here.page.locator(f"#main .card[data-sha1='{sha1}']")
        expect(card.get_by_role("img", name=f"Rating: {3 + number}")).to_be_visible()
        expect(here.page.locator("#main .stars")).to_have_count(1)
        metadata.edit(LOCAL, sha1, AssetEdit(set={"rating": 1}))  # by somebody else
        expect(card.get_by_role("img", name="Rating: 1")).to_be_visible()
        metadata.edit(LOCAL, sha1, AssetEdit(unset=("rating",)))
        expect(here.page.locator("#main .stars")).to_have_count(0)
    here.collections.delete(LOCAL, made.id)


def test_what_was_changed_meanwhile_is_shown_with_both_values(here: Here) -> None:
    page = here.page
    made = here.collections.create(LOCAL, NewCollection(name="Draft"))
    here.open(f"#/collections?collection={made.id}")
    page.locator(".collection-head").get_by_role("button", name="What can be done with Draft").click()
    page.get_by_role("menuitem", name="Rename …").click()
    page.get_by_label("Name", exact=True).fill("Mine")
    here.collections.change(LOCAL, made.id, CollectionChange(name="Theirs"))
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Changed meanwhile")
    expect(dialog.locator("dd")).to_have_text(["Mine", "Theirs"])
    dialog.get_by_role("button", name="Use mine").click()
    expect(page.locator(".collection-head h2")).to_have_text("Mine")
    assert here.collections.show(LOCAL, made.id).name == "Mine"


def test_what_others_changed_is_kept_where_it_is_something_else(here: Here) -> None:
    """No question is asked where only the description, or the place, was changed meanwhile."""
    page = here.page
    made = here.collections.create(LOCAL, NewCollection(name="Mixed"))
    here.open(f"#/collections?collection={made.id}")
    page.locator(".collection-head").get_by_role("button", name="What can be done with Mixed").click()
    page.get_by_role("menuitem", name="Rename …").click()
    page.get_by_label("Name", exact=True).fill("Renamed")
    here.collections.change(LOCAL, made.id, CollectionChange(description="theirs"))
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.locator(".collection-head h2")).to_have_text("Renamed")
    expect(page.get_by_role("dialog")).to_have_count(0)
    now = here.collections.show(LOCAL, made.id)
    assert (now.name, now.description) == ("Renamed", "theirs")


def test_a_saved_search_pins_and_excludes(here: Here) -> None:
    page = here.page
    here.open("#/collections")
    page.get_by_role("button", name="New saved search").click()
    page.get_by_label("Name", exact=True).fill("All films")
    page.get_by_role("dialog").get_by_label("Query").fill("kind=video")
    page.get_by_role("button", name="Make it").click()
    cards = page.locator(".items .card")
    expect(cards).to_have_count(len(here.sha1s))
    last = cards.last.get_attribute("data-sha1")
    cards.last.hover()
    cards.last.get_by_role("button", name="What can be done").click()
    page.get_by_role("menuitem", name="Pin: always in it, first").click()
    expect(cards.first).to_have_attribute("data-sha1", str(last))
    expect(cards.first.locator(".badge")).to_contain_text("pinned")
    cards.nth(1).hover()
    cards.nth(1).get_by_role("button", name="What can be done").click()
    page.get_by_role("menuitem", name="Exclude: never in it").click()
    expect(cards).to_have_count(len(here.sha1s) - 1)
    page.get_by_text("Excluded assets").click()
    page.get_by_role("button", name=re.compile("Exclude .* no more")).click()
    expect(cards).to_have_count(len(here.sha1s))


def test_cards_of_the_library_are_dropped_on_a_collection_beside_it(here: Here) -> None:
    page = here.page
    made = here.collections.create(LOCAL, NewCollection(name="Basket"))
    here.open("#/")
    page.get_by_role("button", name="Trees").click()
    expect(here.item("Basket")).to_be_visible()
    card = page.locator("main .card").first
    sha1 = card.get_attribute("data-sha1")
    drag(card.locator("a.picture"), here.item("Basket"))
    expect(page.locator(".toast").last).to_contain_text("Added 1 item to Basket")
    assert [one.asset for one in here.collections.items(LOCAL, made.id).items] == [sha1]
    page.get_by_role("button", name="Trees").click()


def test_folders_and_the_map_lead_to_lists(here: Here) -> None:
    page = here.page
    here.open("#/folders")
    day = here.item("day")
    expect(day).to_contain_text(str(len(here.sha1s)))
    day.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#/\\?folder="))
    expect(page.locator("main .card").first).to_be_visible()
    here.open("#/map")
    bubbles = page.locator(".bubble")
    expect(bubbles.nth(2)).to_be_visible()
    before = bubbles.count()
    page.locator(".map").focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("#/map\\?at="))
    page.keyboard.press("0")
    expect(bubbles).to_have_count(before)
    some = page.get_by_role("link", name=re.compile("near 41"))
    count = int(re.findall("\\d+", str(some.first.get_attribute("aria-label")))[0])
    some.first.click()
    expect(page).to_have_url(re.compile("#/\\?where=latitude"))
    expect(page.locator("main .card")).to_have_count(count)


def test_subclips_are_made_of_in_and_out_and_play_alone(here: Here) -> None:
    page = here.page
    film = here.sha1s[-1]
    here.open(f"#/asset/{film}?t=1&in=1&out=2&tab=Subclips")
    expect(page.get_by_role("button", name="Save in to out as a subclip")).to_be_enabled()
    page.keyboard.press("s")
    page.get_by_label("Name", exact=True).fill("The middle")
    page.keyboard.press("Enter")
    entry = page.locator(".subclip")
    expect(entry).to_contain_text("The middle")
    [made] = here.library.service(SubclipService).page(LOCAL, SubclipQuery()).subclips
    assert (made.name, made.start.seconds) == ("The middle", pytest.approx(1, abs=0.05))
    assert made.duration == pytest.approx(1, abs=0.1)
    here.open(f"#/asset/{film}?subclip={made.id}&tab=Subclips")
    video = page.locator("#player video")
    expect(entry).to_be_visible()
    page.wait_for_function(
        "() => { const v = document.querySelector('#player video'); return v.paused && v.currentTime > 1.5; }"
    )
    assert made.end.seconds - 0.2 < video.evaluate("v => v.currentTime") < made.end.seconds + 0.05
    entry.get_by_role("button", name="What can be done with The middle").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(entry).to_have_count(0)
    page.locator(".toast").last.get_by_role("button", name="Undo").click()
    expect(entry).to_contain_text("The middle")


def test_subclips_are_exported_all_or_those_that_are_chosen(here: Here) -> None:
    page = here.page
    film = here.sha1s[0]
    service = here.library.service(SubclipService)
    numbers = {
        name: service.create(LOCAL, NewSubclip(asset=film, start=start, end=end, name=name)).id
        for name, start, end in (("opening", "0", "0.5"), ("turn", "1", "1.5"), ("close", "2", "2.5"))
    }
    here.open(f"#/asset/{film}?tab=Subclips")
    page.locator("#player").get_by_role("button", name="Export …").click()
    dialog = page.get_by_role("dialog", name="Export subclips")
    for name in numbers:
        expect(dialog.get_by_label(name)).to_be_checked()
    dialog.get_by_label("turn").uncheck()
    dialog.get_by_label("Title of the timeline").fill("Selects")
    dialog.get_by_label("Format").select_option("otio")
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Export").click()
    timeline = json.loads(Path(started.value.path()).read_text())
    assert timeline["name"] == "Selects"
    [track, *_] = [one for one in timeline["tracks"]["children"] if one["kind"] == "Video"]
    assert [one["name"] for one in track["children"] if one["OTIO_SCHEMA"].startswith("Clip")] == [
        "opening",
        "close",
    ]
    expect(page.locator(".toast").last).to_contain_text("The timeline is saved.")
    page.locator(".subclip", has_text="turn").get_by_role("button", name="What can be done with turn").click()
    page.get_by_role("menuitem", name="Export …").click()
    expect(dialog.get_by_label("turn")).to_be_checked()
    expect(dialog.get_by_label("opening")).not_to_be_checked()
    dialog.get_by_label("Format").select_option("csv")
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Export").click()
    table = Path(started.value.path()).read_text()
    assert "turn" in table and "opening" not in table
