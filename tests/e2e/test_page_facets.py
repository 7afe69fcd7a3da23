"""The facet panel, used in a browser by mouse and keyboard: it writes the query that one could type."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.features.metadata.model import BulkEdit
from dampipe.features.metadata.schema import FieldDeclaration, Schema, default_schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.metadata.service import MetadataService
from dampipe.features.vocabularies.model import NewTerm, NewVocabulary
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.field import FieldType
from dampipe.web.app import create_app
from tests.support.described import name_of
from tests.support.pages import holding
from tests.support.serving import serving
from tests.support.version_rows import insert_many_versions

CITIES = ("Rome", "Oslo", "New York", 'a "b", c')


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    home: Path = tmp_path_factory.mktemp("home")
    made = Container(load_settings(home=home, transport="tests.support.null_transport:NullTransport"))
    made.set_up()
    with made.get(Database).write() as connection:
        insert_many_versions(connection, [(n, name_of(n), 1, f"{n}.mov", 1.0) for n in range(1, 13)])
    city = FieldDeclaration(key="city", label="City", facet=True, sortable=True)
    shot_on = FieldDeclaration(key="shot_on", label="Shot on", type=FieldType.DATE, facet=True)
    scene = FieldDeclaration(key="scene_name", label="Scene name", facet=True, multiple=True)
    place = FieldDeclaration(key="place", label="Place", type=FieldType.TERM, vocabulary="places", facet=True)
    own = (city, shot_on, scene, place)
    others = [one for one in default_schema().field if one.key not in {mine.key for mine in own}]
    terms = made.get(VocabularyService)
    terms.create(LOCAL, NewVocabulary(key="places", label="Places", open=True))
    terms.add(LOCAL, "places", NewTerm(label="Europe"))
    terms.add(LOCAL, "places", NewTerm(label="Malta", parent="Europe"))
    made.get(SchemaService).apply(LOCAL, Schema(field=(*own, *others)))
    metadata = made.get(MetadataService)
    for number in range(1, 13):
        metadata.bulk(LOCAL, BulkEdit(assets=(name_of(number),),
                                      set={"city": CITIES[number % 4], "rating": number % 6,
                                           "shot_on": f"2024-{1 + number // 3:02}-11"}))  # fmt: skip
    for number in range(1, 13):
        scenes = tuple(f"Scene {one:02}" for one in range(number * 4, number * 4 + 4))
        found = {"scene_name": scenes, "place": "Malta" if number % 3 else "Europe"}
        metadata.bulk(LOCAL, BulkEdit(assets=(name_of(number),), set=found))
    yield made
    made.close()


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser: Browser, container: Container) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: "Security Policy" in line.text and problems.append(line.text))
    with serving(create_app(container)) as url:
        page.goto(f"{url}/#/search")
        yield page
        context.close()
    assert problems == []


def where(page: Page) -> Any:
    """The query of the address."""
    return page.evaluate("new URLSearchParams(location.hash.split('?')[1] ?? '').get('where')")


def test_picking_values_writes_the_query_that_one_may_type(
    page: Page, request: pytest.FixtureRequest
) -> None:
    cards = page.locator("main .card")
    expect(cards).to_have_count(12)
    page.get_by_role("button", name="Facets").click()
    panel = page.get_by_role("complementary", name="Facets")
    expect(panel.get_by_text("12 assets", exact=True)).to_be_visible()
    panel.get_by_role("checkbox", name="Rome").check()
    expect(cards).to_have_count(3)
    assert where(page) == "city=Rome"
    expect(panel.get_by_role("checkbox", name="Oslo")).to_be_visible()  # one may pick more
    panel.get_by_role("checkbox", name="New York").focus()
    page.keyboard.press("Space")
    expect(cards).to_have_count(6)
    assert where(page) == 'city in (Rome, "New York")'
    expect(panel.get_by_role("checkbox", name="New York")).to_be_focused()
    panel.get_by_role("button", name="Rating: not 0").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="Rating: not 0")).to_have_attribute("aria-pressed", "true")
    assert where(page) == 'city in (Rome, "New York") and rating!=0'
    if shots := os.environ.get("DAMPIPE_SCREENSHOTS"):
        page.screenshot(path=f"{shots}/facets-{request.node.callspec.id}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it does not scroll sideways"
    panel.get_by_role("checkbox", name='a "b", c').check()
    expect(panel.get_by_text("3 picked")).to_be_visible()
    assert where(page) == 'city in (Rome, "New York", "a \\"b\\", c") and rating!=0'
    page.go_back()
    expect(panel.get_by_text("2 picked")).to_be_visible()
    page.get_by_role("button", name="Filters").click()
    query = page.get_by_label("Query", exact=True)
    expect(query).to_have_value('city in (Rome, "New York") and rating!=0')
    query.fill("has:rating and city:o and city=Oslo")
    query.press("Enter")
    expect(panel.get_by_role("checkbox", name="Oslo")).to_be_checked()
    panel.get_by_role("checkbox", name="Oslo").uncheck()
    expect(page).to_have_url(re.compile(r"city%3Ao$"))
    assert where(page) == "has:rating and city:o", "what is not about a facet stays as it was typed"
    query.fill("rating=1 or city=Oslo")
    query.press("Enter")
    expect(panel.get_by_text("4 assets", exact=True)).to_be_visible()
    panel.get_by_role("checkbox", name="Oslo").check()
    expect(page).to_have_url(re.compile(r"%28rating"))
    assert where(page) == "(rating=1 or city=Oslo) and city=Oslo"
    panel.get_by_label("Sort by").select_option("-rating")
    expect(page).to_have_url(re.compile(r"sort=-rating"))
    panel.get_by_role("button", name="Pick none").click()
    expect(page).not_to_have_url(re.compile(r"and"))
    assert where(page) == "(rating=1 or city=Oslo)"


def test_dates_are_bars_numbers_have_ends_terms_are_a_tree_and_values_are_found(
    page: Page, request: pytest.FixtureRequest
) -> None:
    cards = page.locator("main .card")
    expect(cards).to_have_count(12)
    page.get_by_role("button", name="Facets").click()
    panel = page.get_by_role("complementary", name="Facets")
    bars = panel.get_by_role("group", name="Shot on over time").get_by_role("button")
    expect(bars).to_have_count(5)
    with holding(page, "**/api/v1/facets?*"):  # the panel is drawn again later than the list
        bars.nth(1).click()  # February
        expect(cards).to_have_count(3)
        assert where(page) == "shot_on>=2024-02 and shot_on<=2024-02"
        expect(bars).to_have_count(5)  # one may pick another
        bars.nth(2).click(modifiers=["Shift"])
        expect(cards).to_have_count(6)
    assert where(page) == "shot_on>=2024-02 and shot_on<=2024-03"
    expect(bars.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(bars.nth(3)).to_have_attribute("aria-pressed", "false")
    if shots := os.environ.get("DAMPIPE_SCREENSHOTS"):
        page.screenshot(path=f"{shots}/facets-dates-{request.node.callspec.id}.png")
    panel.get_by_label("Rating from").fill("4")
    panel.get_by_label("Rating from").press("Tab")
    expect(panel.get_by_text("2 assets", exact=True)).to_be_visible()
    assert where(page) == "shot_on>=2024-02 and shot_on<=2024-03 and rating>=4"
    chips = page.get_by_role("group", name="Chosen")
    expect(chips.get_by_role("link")).to_have_count(3)  # and one that clears all
    panel.get_by_role("button", name="Pick none").click()
    expect(panel.get_by_text("12 assets", exact=True)).to_be_visible()
    expect(chips).to_be_hidden()
    europe = panel.locator(".tree > li").filter(has_text="Europe")
    expect(europe.locator("small").first).to_have_text("12")
    below = europe.locator("ul").get_by_role("checkbox", name="Malta")
    below.check()
    expect(panel.get_by_text("8 assets", exact=True)).to_be_visible()
    expect(europe.locator("small").first).to_have_text("12")  # counted as if it were not picked
    below.uncheck()
    find = panel.get_by_label("Find in Scene name")
    expect(find).to_have_attribute("placeholder", "Find in 48 values")
    find.focus()
    page.keyboard.type("e 3")
    scenes = panel.get_by_role("checkbox", name=re.compile("^Scene"))
    expect(scenes).to_have_count(10)  # 30 to 39
    expect(find).to_be_focused()
    panel.get_by_role("checkbox", name="Scene 31").check()
    expect(page).to_have_url(re.compile("scene_name%3D%22Scene"))
    expect(panel.get_by_text("1 asset", exact=True)).to_be_visible()
    chips.get_by_role("link", name="Remove Scene name Scene 31").press("Enter")
    expect(panel.get_by_text("12 assets", exact=True)).to_be_visible()
    panel.get_by_role("button", name="Close the facets").click()
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name="Facets")).to_be_focused()


def test_the_query_is_read_as_the_server_reads_it(page: Page) -> None:
    """A query comes back as it was, or as one that means the same."""
    expect(page.locator("main .card")).to_have_count(12)
    script = """async (text) => {
        const { parse, write } = await import("/page/where.js");
        const query = parse(text, new Map([["city", "text"], ["rating", "rating"]]));
        return [write(query), [...query.picked.keys()], query.rest];
    }"""
    for text, written, rest in (
        ("", "", []),
        ("city=Rome AND rating>=3 and rating>4", "rating>4 and city=Rome and rating>=3", ["rating>4"]),
        ("city = 'it\\'s' and not city=Rome", "not city=Rome and city=\"it's\"", ["not city=Rome"]),
        ("city in (a, 'b c') and city not in (d)", 'city in (a, "b c") and city!=d', []),
        ('city="x and y" and city:part', 'city:part and city="x and y"', ["city:part"]),
        ("city=a and city=b", "city=b and city=a", ["city=b"]),
        ("city=band and title=\"or\"", 'title="or" and city=band', ['title="or"']),
        ("city=a or rating=1", "(city=a or rating=1)", ["(city=a or rating=1)"]),
        ("(city=a or rating=1) and rating:3", "(city=a or rating=1) and rating=3", ["(city=a or rating=1)"]),
        ('city="not closed', 'city="not closed', ['city="not closed']),
        ("rating=5 kg", "rating=5 kg", ["rating=5 kg"]),
    ):  # fmt: skip
        assert page.evaluate(script, text)[0] == written, text
        assert page.evaluate(script, text)[2] == rest, text
