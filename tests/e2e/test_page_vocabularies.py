"""The view of vocabularies, used by keyboard in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.features.vocabularies.model import NewTerm, NewVocabulary, TermState
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.web.app import create_app
from tests.support.serving import serving

EDITOR = Actor(ActorKind.USER, "anna", role=Role.EDITOR)


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    made = Container(load_settings(home=tmp_path, transport="tests.support.null_transport:NullTransport"))
    made.set_up()
    yield made
    made.close()


@pytest.fixture
def page(browser: Browser, container: Container) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: "Security Policy" in line.text and problems.append(line.text))
    with serving(create_app(container)) as url:
        page.goto(f"{url}/#/vocabularies")
        yield page
        context.close()
    assert problems == []


def test_proposals_are_approved_merged_and_retired_by_keyboard(page: Page, container: Container) -> None:
    service = container.get(VocabularyService)
    service.create(LOCAL, NewVocabulary(key="places", label="Places", open=True))
    service.add(LOCAL, "places", NewTerm(label="Europe"))
    service.add(LOCAL, "places", NewTerm(label="Malta", parent="Europe"))
    for label in ("Asia", "Malte", "nonsense", "مالطا"):
        service.add(EDITOR, "places", NewTerm(label=label))
    page.reload()
    page.get_by_role("link", name="Places", exact=True).click()
    main = page.locator("main")
    proposals = main.locator("li.entry")
    expect(proposals).to_have_count(4)
    expect(proposals.last.locator("bdi").first).to_have_text("مالطا")
    proposals.first.focus()
    page.keyboard.press("a")
    expect(main.get_by_role("status").first).to_have_text("approved Asia.")
    expect(proposals).to_have_count(3)
    expect(proposals.first).to_be_focused()
    page.keyboard.press("m")
    page.get_by_label("Into the term").fill("malta")
    page.keyboard.press("Enter")
    expect(main.get_by_role("status").first).to_have_text("merged Malte into Malta.")
    proposals.last.focus()
    page.keyboard.press("ArrowUp")
    expect(proposals.first).to_be_focused()
    page.keyboard.press("r")
    expect(main.get_by_role("status").first).to_have_text("retired nonsense.")
    expect(proposals).to_have_count(1)
    branch = main.get_by_role("treeitem", name="Europe")
    branch.focus()
    page.keyboard.press("ArrowRight")
    expect(main.get_by_role("treeitem", name="Malta")).to_have_attribute("aria-level", "2")
    page.get_by_role("button", name="Undo …").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(main.get_by_role("status").first).to_have_text("Undone: retired nonsense.")
    assert service.term(LOCAL, "places", "asia").state is TermState.ACTIVE
    assert service.term(LOCAL, "places", "malte").merged_into == "malta"


def test_who_uses_the_tree_is_not_disturbed_by_others(page: Page, container: Container) -> None:
    service = container.get(VocabularyService)
    service.create(LOCAL, NewVocabulary(key="places", label="Places", open=True))
    for label, parent in (("Europe", None), ("Malta", "Europe"), ("Gozo", "Malta")):
        service.add(LOCAL, "places", NewTerm(label=label, parent=parent))
    slow: list[str] = []

    def late(route: Route) -> None:
        """Levels are answered after what is read beside them has been drawn."""
        slow.append(route.request.url)
        page.wait_for_timeout(300)
        route.continue_()

    page.reload()
    page.get_by_role("link", name="Places", exact=True).click()
    main = page.locator("main")
    europe, malta = (main.get_by_role("treeitem", name=name) for name in ("Europe", "Malta"))
    for term in (europe, malta):
        term.focus()
        page.keyboard.press("ArrowRight")
    expect(main.get_by_text("Gozo", exact=True)).to_be_visible()
    page.route("**/vocabularies/places/terms*", late)
    service.add(LOCAL, "places", NewTerm(label="Comino", parent="Malta"))
    expect(main.get_by_text("Comino", exact=True)).to_be_visible()
    expect(malta).to_contain_text("2 terms")
    expect(malta).to_be_focused()
    service.add(LOCAL, "places", NewTerm(label="Asia"))
    expect(main.get_by_text("Asia", exact=True)).to_be_visible()
    expect(malta).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(main.get_by_text("Gozo", exact=True)).to_be_hidden()
    assert slow
