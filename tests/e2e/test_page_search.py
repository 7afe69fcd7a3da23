"""The search view in a browser: as one types, why a hit is one, parts of pictures, saved searches, the query string."""

import re
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect

import dampipe
from dampipe.features.collections.service import CollectionService
from dampipe.features.metadata.model import BulkEdit
from dampipe.features.metadata.schema import FieldDeclaration, Schema, default_schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.metadata.service import MetadataService
from dampipe.features.review.model import CommentRequest
from dampipe.features.review.service import ReviewService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.web.app import create_app
from tests.support.pages import faults_of, go_back, holding, until
from tests.support.serving import serving
from tests.support.split_scene import BOTH, CIRCLE, CUT, SQUARE, make_split_scenes
from tests.support.views import context_of, sha1_of


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    footage: Path = tmp_path_factory.mktemp("scenes")
    make_split_scenes(footage)
    with closing(
        dampipe.open(home=tmp_path_factory.mktemp("home"), model="tiny", in_process=True, settle=0.0)
    ) as opened:
        opened.footage = footage  # type: ignore[attr-defined]
        opened.add(footage)
        opened.process()
        city = FieldDeclaration(key="city", label="City", facet=True, sortable=True)
        others = [one for one in default_schema().field if one.key != "city"]
        opened.service(SchemaService).apply(LOCAL, Schema(field=(city, *others)))
        for name, value in ((BOTH, "Rome"), (CIRCLE, "New York"), (SQUARE, "Rome"), (CUT, "Oslo")):
            edit = BulkEdit(assets=(sha1_of(opened, name),), set={"city": value})
            opened.service(MetadataService).bulk(LOCAL, edit)
        said = CommentRequest(asset=sha1_of(opened, CUT), text="The tram is out of focus.", start="3")
        opened.service(ReviewService).add(LOCAL, said)
        yield opened


@pytest.fixture(scope="module")
def url(library: Any) -> Iterator[str]:
    with serving(create_app(library.service(Services))) as address:
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    context = context_of(browser)
    made = context.new_page()
    faults = faults_of(made, url)
    made.goto(f"{url}/#/")
    expect(made.locator("main .card")).to_have_count(4)
    yield made
    context.close()
    assert faults == []


def box(page: Page) -> Any:
    """The input of the search."""
    return page.get_by_role("searchbox", name="Search in plain words")


def names(page: Page) -> Any:
    """The names of the hits that are shown unfolded."""
    return page.locator(".results > .grid .card h3")


def test_what_is_typed_is_found_and_an_older_answer_never_replaces_a_newer_one(page: Page) -> None:
    before = page.evaluate("history.length")
    with holding(page, re.compile(r"/api/v1/search\?.*q=circ(&|$)")) as held:
        box(page).focus()
        page.keyboard.type("circ")
        expect(page).to_have_url(re.compile(r"#/search\?q=circ$"))
        until(page, lambda: held, "that the first question is on its way")
        page.keyboard.type("le ")
        expect(names(page).first).to_have_text(CIRCLE)
        page.keyboard.type("and")
        page.keyboard.press("Backspace")
        expect(page).to_have_url(re.compile(r"#/search\?q=circle\+an$"))
        for route in held:
            with suppress(Error):  # the page has given the question up
                route.fulfill(json={"hits": [], "more": False, "warnings": ["an older answer"]})
    page.wait_for_timeout(500)
    expect(page.get_by_text("an older answer")).to_have_count(0)
    expect(box(page)).to_have_value("circle an")
    expect(box(page)).to_be_focused()
    assert page.evaluate("history.length") == before + 1, "what is typed is one step of the history"
    page.keyboard.press("Enter")
    box(page).fill("square")
    expect(names(page).first).to_have_text(SQUARE)
    go_back(page)
    expect(box(page)).to_have_value("circle an")
    go_back(page)
    expect(page).to_have_url(re.compile(r"#/$"))
    box(page).fill("")
    box(page).blur()
    box(page).focus()
    expect(page.get_by_role("option").first).to_have_text("square")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("circle an")
    expect(names(page).first).to_have_text(CIRCLE)


def test_each_hit_says_why_and_weak_ones_are_folded(page: Page, url: str) -> None:
    page.goto(f"{url}/#/search?q=tram")
    hit = page.locator(".results > .grid .card")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark")).to_have_text("tram")
    expect(hit.locator(".why")).to_contain_text("Comment 0:03.0 The tram is out of focus.")
    image = hit.locator(".picture img")
    page.wait_for_function(
        "image => image.naturalHeight === 360 && image.currentSrc.includes('/frame?')",
        arg=image.element_handle(),
    )
    fold = page.locator("details.weaker")
    expect(fold.locator("summary")).to_have_text("3 weaker hits")
    expect(fold.locator(".card")).to_have_count(0)
    fold.locator("summary").click()
    expect(fold.locator(".card")).to_have_count(3)
    expect(fold.locator(".why").first).to_contain_text("no closer than meaningless words")
    page.goto(f"{url}/#/search?q=circle")
    expect(names(page).first).to_have_text(CIRCLE)
    expect(page.locator(".why").first).to_contain_text("File name circle")
    expect(page.locator(".why mark").first).to_have_text("circle")


def draw(page: Page, over: Any, left: float, right: float) -> None:
    """Draw a box over a picture, from one part of its width to another."""
    place = over.bounding_box()
    y = place["y"] + place["height"]
    page.mouse.move(place["x"] + place["width"] * left, y - place["height"] * 0.98)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * right, y - place["height"] * 0.5, steps=4)
    page.mouse.move(place["x"] + place["width"] * right, y - place["height"] * 0.02, steps=4)
    page.mouse.up()


def test_a_part_of_a_frame_finds_the_clip_that_shows_it(page: Page, url: str, library: Any) -> None:
    page.goto(f"{url}/#/asset/{sha1_of(library, BOTH)}?t=1")
    page.get_by_role("button", name="Search a part").click()
    layer = page.locator("#player .region")
    expect(layer).to_be_visible()
    draw(page, layer, 0.52, 0.98)
    page.get_by_role("button", name="Search this part").click()
    expect(page.locator(".results .card").first).to_be_visible()
    expect(names(page).first).to_have_text(re.compile(f"{SQUARE}|{CUT}"))
    shown = names(page).all_inner_texts()
    assert BOTH not in shown and shown.index(SQUARE) < shown.index(CIRCLE)
    expect(page.get_by_role("link", name="Remove like a part of the frame")).to_be_visible()
    page.reload()
    expect(names(page).first).to_have_text(re.compile(f"{SQUARE}|{CUT}"))


def test_a_part_of_a_dropped_picture_is_cut_out_in_the_browser(page: Page, url: str, library: Any) -> None:
    still = library.footage / "both.png"
    from PIL import Image

    frame = Image.new("RGB", (1280, 640), (128, 128, 128))
    for left, colour in ((0, (225, 25, 30)), (640, (20, 165, 45))):
        if left:
            frame.paste(colour, (790, 150, 1130, 490))
        else:
            frame.paste(Image.new("RGB", (340, 340), colour), (150, 150))
    frame.save(still)
    page.locator("#picture-file").set_input_files(still)
    expect(page.locator(".results .card").first).to_be_visible()
    page.get_by_role("button", name="Search by a part of it").click()
    box_ = page.get_by_role("group", name="The part to search by")
    expect(box_).to_be_focused()
    for _ in range(13):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("dialog.part-of-picture")).to_have_count(0)
    expect(names(page).first).to_have_text(re.compile(f"{SQUARE}|{CUT}"))
    still.unlink()


def test_the_query_is_completed_by_the_keyboard_and_its_faults_are_underlined(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    query = page.get_by_role("combobox", name="Query", exact=True)
    options = page.get_by_role("listbox", name="Completions").get_by_role("option")
    query.focus()
    page.keyboard.type("cit")
    expect(options.first).to_have_text("cityCity")
    page.keyboard.press("Tab")
    expect(query).to_have_value("city")
    page.keyboard.type("=")
    expect(options).to_have_text(["Rome2", "New York1", "Oslo1"])
    page.keyboard.type("ne")
    expect(options).to_have_text(["New York1"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(query).to_have_value('city="New York" ')
    page.keyboard.type("or ")
    page.keyboard.type("city=Oslo")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("dp-grid .card")).to_have_count(2)
    query.fill("city=Oslo and ratng>=3")
    expect(page.locator(".query-faults u")).to_have_text("ratng")
    expect(page.locator("#query-problem")).to_contain_text("There is no field “ratng”")
    query.fill("city=Oslo and (rating>=3")
    query.blur()
    expect(page.locator(".query-faults u")).to_have_text("(")
    expect(query).to_have_attribute("aria-invalid", "true")


def test_a_search_is_kept_as_a_smart_collection_and_its_hits_as_another(
    page: Page, url: str, library: Any
) -> None:
    page.goto(f"{url}/#/search?where=city%3DRome")
    expect(page.locator(".results .card")).to_have_count(2)
    page.get_by_role("button", name="Save …").click()
    page.get_by_label("Name").fill("In Rome")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as the smart collection “In Rome”.").first).to_be_visible()
    page.goto(f"{url}/#/search?q=tram")
    expect(page.locator(".results > .grid .card")).to_have_count(1)
    page.get_by_role("button", name="Save …").click()
    expect(page.get_by_label("Name")).to_have_value("tram")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as the collection “tram”.").first).to_be_visible()
    page.goto(f"{url}/#/?where=city%3DRome&sort=-size")
    expect(page.locator("dp-grid .card")).to_have_count(2)
    page.get_by_role("button", name="Save …").click()
    page.get_by_label("Name").fill("Large in Rome")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as the smart collection “Large in Rome”.").first).to_be_visible()
    made = {one.name: one for one in library.service(CollectionService).all(LOCAL)}
    assert made["In Rome"].filters == {"where": ("city=Rome",)}
    assert made["tram"].filters is None
    assert (made["Large in Rome"].filters, made["Large in Rome"].sort) == (
        {"where": ("city=Rome",)},
        "-file_size",
    )
    page.goto(f"{url}/#/search?where=in_collection%3D%22In+Rome%22")
    expect(page.locator(".results .card")).to_have_count(2)
    page.goto(f"{url}/#/search?where=in_collection%3Dtram")
    expect(names(page)).to_have_text([CUT])


def test_filters_and_facets_narrow_the_library_in_place(page: Page, url: str) -> None:
    page.goto(f"{url}/#/?density=small")
    expect(page.locator("main .card")).to_have_count(4)
    page.get_by_role("button", name="Facets").click()
    panel = page.get_by_role("complementary", name="Facets")
    panel.get_by_role("checkbox", name="Rome").check()
    expect(page).to_have_url(re.compile(r"#/\?density=small&where=city%3DRome$"))
    expect(page.locator("main .card")).to_have_count(2)
    chip = page.get_by_role("link", name="Remove City Rome")
    chip.click()
    expect(page.locator("main .card")).to_have_count(4)
    box(page).fill("circle")
    expect(page).to_have_url(re.compile(r"#/search\?q=circle$"))
