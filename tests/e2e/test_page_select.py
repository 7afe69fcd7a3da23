"""Choosing assets in the page, acting on them and taking it back: one library of some thousand assets, in order."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import dampipe
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.metadata.schema import default_schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.web.app import create_app
from tests.support.pages import faults_of, holding, until, view_link
from tests.support.serving import serving
from tests.support.version_rows import insert_many_versions

COUNT = 3000
"""Assets of the library."""
LIST = "#/?sort=-name&group=none"
"""The address of the library with the highest number first."""


def name_of(number: int) -> str:
    """The SHA-1 of an asset; the highest number is the newest, and comes first."""
    return hashlib.sha1(f"chosen {number}".encode()).hexdigest()


@dataclass(frozen=True)
class Served:
    """A library whose web server runs in this process."""

    library: Any
    url: str

    def matching(self, **filters: str) -> int:
        """How many assets pass filters; none, where no asset has the tag."""
        given = {name: (value,) for name, value in filters.items()}
        try:
            count: int = self.library.service(AssetSelection).count(LOCAL, Selected(filters=given))
        except NotFound:
            return 0
        return count


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Assets without files, with the default schema."""
    home = tmp_path_factory.mktemp("home")
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        with library.service(Database).write() as connection:
            insert_many_versions(
                connection, [(n, name_of(n), 1, f"clip {n:04}.mov", 1.0) for n in range(1, COUNT + 1)]
            )
        library.service(SchemaService).apply(LOCAL, default_schema())
        with serving(create_app(library.service(Services))) as url:
            yield Served(library, url)


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A fresh browser at the library; fails on what no page may do."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    faults = faults_of(page, served.url)
    page.goto(f"{served.url}/{LIST}")
    expect(card(page, COUNT)).to_be_visible(timeout=60_000)
    expect(view_link(page, "Collections")).to_be_visible(timeout=60_000)  # panels are loaded, and their keys
    yield page
    context.close()
    assert not faults


def card(page: Page, number: int) -> Locator:
    """The card of an asset."""
    return page.locator(f'[data-sha1="{name_of(number)}"]')


def bar(page: Page) -> Locator:
    """What is at the bottom while something is chosen."""
    return page.get_by_role("region", name="Chosen assets")


def expect_chosen(page: Page, *numbers: int) -> None:
    """These assets are chosen, and no others that are in view."""
    expect(bar(page)).to_contain_text(f"{len(numbers)} asset{'s' if len(numbers) != 1 else ''}")
    expect(page.locator(".card.chosen")).to_have_count(len(numbers))
    for number in numbers:
        expect(card(page, number).get_by_role("checkbox")).to_be_checked()


def middle(locator: Locator) -> tuple[float, float]:
    """The middle of an element in the window."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_click_with_shift_chooses_a_range_and_one_with_ctrl_another_asset(page: Page) -> None:
    expect(bar(page)).to_be_hidden()
    card(page, COUNT - 1).hover()
    card(page, COUNT - 1).get_by_role("checkbox").check()
    expect_chosen(page, COUNT - 1)
    card(page, COUNT - 4).locator(".picture").click(modifiers=["Shift"])
    expect_chosen(page, *range(COUNT - 4, COUNT))
    card(page, COUNT - 2).locator(".picture").click(modifiers=["Shift"])
    expect_chosen(page, COUNT - 2, COUNT - 1)
    card(page, COUNT - 6).locator(".picture").click(modifiers=["Control"])
    expect_chosen(page, COUNT - 6, COUNT - 2, COUNT - 1)
    card(page, COUNT - 2).get_by_role("checkbox").uncheck()
    expect_chosen(page, COUNT - 6, COUNT - 1)
    expect(page.locator("#player[open]")).to_have_count(0)
    expect(page.locator("#announcement")).to_have_text("2 assets chosen")
    page.keyboard.press("Escape")
    expect(bar(page)).to_be_hidden()


def test_the_lasso_chooses_what_it_touches_and_scrolls_at_the_edge(page: Page) -> None:
    first, second = card(page, COUNT).bounding_box(), card(page, COUNT - 1).bounding_box()
    assert first is not None and second is not None
    page.mouse.move(first["x"] - 8, first["y"] - 8)
    page.mouse.down()
    page.mouse.move(second["x"] + 20, second["y"] + 20, steps=4)
    expect(page.locator(".lasso")).to_be_visible()
    expect_chosen(page, COUNT, COUNT - 1)
    page.mouse.move(first["x"] + 20, second["y"] + 20, steps=4)
    expect_chosen(page, COUNT)
    page.mouse.move(second["x"] + 20, 898, steps=4)
    chosen = page.locator(".card.chosen")
    expect(card(page, COUNT)).to_have_count(
        0, timeout=60_000
    )  # scrolled out of view, and forgotten by the grid
    page.mouse.up()
    expect(page.locator(".lasso")).to_have_count(0)
    names = chosen.locator("h3").all_inner_texts()
    places = sorted(COUNT - int(name.removeprefix("clip ").removesuffix(".mov")) for name in names)
    columns = places[2] - places[0]
    assert columns > 2 and {place % columns for place in places} == {0, 1}
    expect(bar(page)).to_contain_text(f"{2 * (places[-1] // columns + 1)} assets")
    # A click on the background chooses nothing; one with the lasso opened nothing.
    expect(page.locator("#player[open]")).to_have_count(0)
    page.mouse.click(6, 400)
    expect(bar(page)).to_be_hidden()


def test_all_that_match_are_tagged_except_some_and_that_is_undone_by_one_click(
    page: Page, served: Served
) -> None:
    card(page, COUNT).hover()
    card(page, COUNT).get_by_role("checkbox").check()
    bar(page).get_by_role("button", name="Choose all that match").click()
    expect(bar(page)).to_contain_text("3,000 assets", timeout=60_000)
    card(page, COUNT - 1).get_by_role("checkbox").uncheck()
    card(page, COUNT - 2).get_by_role("checkbox").uncheck()
    expect(bar(page)).to_contain_text("2,998 assets")
    bar(page).get_by_role("button", name="Tags …").click()
    page.get_by_label("Tags", exact=True).fill("spring, outdoor")
    page.get_by_role("button", name="Apply").click()
    toast = page.locator(".toast", has_text="Tagged spring, outdoor: 2,998 assets.")
    expect(toast).to_be_visible(timeout=120_000)
    assert served.matching(tag="spring") == served.matching(tag="outdoor") == COUNT - 2
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text="Undone:")).to_be_visible(timeout=120_000)
    assert served.matching(tag="spring") == served.matching(tag="outdoor") == 0


def test_an_act_waits_until_all_are_chosen(page: Page, served: Served) -> None:
    card(page, COUNT).hover()
    card(page, COUNT).get_by_role("checkbox").check()
    with holding(page, "**/api/v1/assets/count") as held:
        bar(page).get_by_role("button", name="Choose all that match").click()
        until(page, lambda: held)
        bar(page).get_by_role("button", name="Tags …").click()
        expect(bar(page).get_by_role("progressbar", name="Tags …")).to_be_visible()
        expect(page.get_by_label("Tags", exact=True)).to_have_count(0)
    page.get_by_label("Tags", exact=True).fill("autumn")
    page.get_by_role("button", name="Apply").click()
    toast = page.locator(".toast", has_text="Tagged autumn: 3,000 assets.")
    expect(toast).to_be_visible(timeout=120_000)
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text="Undone:")).to_be_visible(timeout=120_000)
    assert served.matching(tag="autumn") == 0


def test_with_keys_alone_assets_are_chosen_rated_and_the_last_edit_is_undone(
    page: Page, served: Served
) -> None:
    card(page, COUNT).locator(".picture").focus()
    page.keyboard.press("3")  # without a choice, it is the asset with the focus
    expect(page.locator(".toast", has_text="Rated 3 stars: 1 asset.")).to_be_visible(timeout=60_000)
    page.keyboard.press("x")
    expect_chosen(page, COUNT)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect_chosen(page, COUNT, COUNT - 1, COUNT - 2)
    page.keyboard.press("Shift+ArrowLeft")
    expect_chosen(page, COUNT, COUNT - 1)
    expect(card(page, COUNT - 1).locator(".picture")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".card.chosen")).not_to_have_count(2)
    chosen = page.locator(".card.chosen").count()
    page.keyboard.press("5")
    expect(page.locator(".toast", has_text=f"Rated 5 stars: {chosen} assets.")).to_be_visible(timeout=60_000)
    assert served.matching(field="rating=5") == chosen
    page.keyboard.press("Control+z")
    expect(page.locator(".toast", has_text="Undone:")).to_be_visible(timeout=60_000)
    assert served.matching(field="rating=5") == 0
    assert served.matching(field="rating=3") == 1  # as it was before
    page.keyboard.press("Escape")
    expect(bar(page)).to_be_hidden()
    page.keyboard.press("Control+a")
    expect(bar(page)).to_contain_text("3,000 assets", timeout=60_000)


def test_any_field_is_edited_after_a_preview_and_the_list_of_edits_takes_it_back(
    page: Page, served: Served
) -> None:
    card(page, COUNT).locator(".picture").click(modifiers=["Control"])
    card(page, COUNT - 1).locator(".picture").click(modifiers=["Control"])
    bar(page).get_by_role("button", name="Edit fields …").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("select[name=field]").select_option("city")
    dialog.get_by_label("City", exact=True).fill("Oslo")
    expect(dialog).to_contain_text("City changes for 2 of 2 assets.", timeout=60_000)
    expect(dialog.get_by_role("row", name=f"clip {COUNT}.mov – Oslo")).to_be_visible()
    assert served.matching(field="city=Oslo") == 0
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".toast", has_text="City edited: 2 assets.")).to_be_visible(timeout=60_000)
    bar(page).get_by_role("button", name="Add to collection …").click()
    page.get_by_role("combobox", name="Collection").fill("Selects")
    page.get_by_role("option", name="New collection “Selects”").click()
    expect(page.locator(".toast", has_text="Added 2 items to Selects.")).to_be_visible(timeout=60_000)
    page.goto(f"{served.url}/#/edits")
    entry = page.locator(".entry", has=page.get_by_role("heading", name="set City: Oslo", exact=True))
    entry.get_by_role("button", name="Undo").click(timeout=60_000)
    expect(entry).to_contain_text("undone", timeout=60_000)
    assert served.matching(field="city=Oslo") == 0
    added = page.locator(".entry", has=page.get_by_role("heading", name="add 2 items to Selects", exact=True))
    added.get_by_role("button", name="Undo").click()
    expect(added).to_contain_text("undone", timeout=60_000)


def test_a_table_of_chosen_assets_is_saved_edited_and_imported(
    page: Page, served: Served, tmp_path: Path
) -> None:
    for number in (COUNT, COUNT - 1, COUNT - 2):
        card(page, number).locator(".picture").click(modifiers=["Control"])
    bar(page).get_by_role("button", name="Table (CSV) …").click()
    dialog = page.get_by_role("dialog", name="Table of 3 assets")
    dialog.get_by_role("button", name="None").click()
    dialog.get_by_label("City", exact=True).check()
    dialog.get_by_label("Rating", exact=True).check()
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Save").click()
    file = tmp_path / "edited.csv"
    with open(started.value.path(), encoding="utf-8-sig", newline="") as saved:
        rows = list(csv.DictReader(saved))
    assert list(rows[0]) == ["asset.sha1", "asset.path", "asset.version", "rating", "city"]
    assert {row["asset.sha1"] for row in rows} == {name_of(COUNT - n) for n in range(3)}
    by_name = {row["asset.sha1"]: row for row in rows}
    by_name[name_of(COUNT)]["city"] = "Bergen"
    by_name[name_of(COUNT - 1)]["city"] = "Bergen"
    by_name[name_of(COUNT - 2)]["rating"] = "many"
    with file.open("w", encoding="utf-8", newline="") as edited:
        writer = csv.DictWriter(edited, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    page.goto(f"{served.url}/#/edits")
    page.get_by_role("button", name="Import a table …").click()
    dialog = page.get_by_role("dialog", name="Import a table")
    dialog.get_by_label("A CSV file").set_input_files(file)
    expect(dialog.get_by_role("status")).to_contain_text(
        "3 rows: 2 values of 2 assets would change; 1 error, 0 cells left alone."
    )
    row = rows.index(by_name[name_of(COUNT - 2)]) + 2
    expect(
        dialog.get_by_role("region", name="Problems").get_by_role("row", name=f"{row} rating")
    ).to_contain_text("wrong")
    expect(dialog.get_by_role("region", name="What changes").get_by_role("row", name="Bergen")).to_have_count(
        2
    )
    dialog.get_by_role("button", name="Import").click()
    expect(dialog.get_by_role("alert")).to_contain_text("nothing was imported: 1 error")
    assert served.matching(field="city=Bergen") == 0
    dialog.get_by_label("Import what is right although there are errors").check()
    dialog.get_by_role("button", name="Import").click()
    toast = page.locator(".toast", has_text="Imported: 2 values of 2 assets changed; 1 error left out.")
    expect(toast).to_be_visible(timeout=60_000)
    assert served.matching(field="city=Bergen") == 2
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text="Undone:")).to_be_visible(timeout=60_000)
    assert served.matching(field="city=Bergen") == 0


def test_a_finger_that_rests_chooses_and_then_each_tap_does(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{served.url}/{LIST}")
    expect(card(page, COUNT)).to_be_visible()
    x, y = middle(card(page, COUNT).locator(".picture"))
    touch = context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(card(page, COUNT).get_by_role("checkbox")).to_be_checked()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect_chosen(page, COUNT)
    card(page, COUNT - 1).locator(".picture").tap()
    expect_chosen(page, COUNT, COUNT - 1)
    card(page, COUNT).locator(".picture").tap()
    expect_chosen(page, COUNT - 1)
    expect(page.locator("#player[open]")).to_have_count(0)
    for button in bar(page).get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None and min(box["height"], box["width"]) >= 44
    context.close()
