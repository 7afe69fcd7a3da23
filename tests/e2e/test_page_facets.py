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
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.web.app import create_app
from tests.support.described import name_of
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
    others = [one for one in default_schema().field if one.key != "city"]
    made.get(SchemaService).apply(LOCAL, Schema(field=(city, *others)))
    metadata = made.get(MetadataService)
    for number in range(1, 13):
        metadata.bulk(LOCAL, BulkEdit(assets=(name_of(number),),
                                      set={"city": CITIES[number % 4], "rating": number % 6}))  # fmt: skip
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
        page.goto(f"{url}/#/")
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
    expect(panel.get_by_text("12 assets")).to_be_visible()
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
        ("city=Rome AND rating>=3", "rating>=3 and city=Rome", ["rating>=3"]),
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
