"""Two people at once: what one changes the other sees, in every view that shows it, and no edit of either is lost."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dampipe.features.collections.service import CollectionService
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL
from tests.support.page_edits import FILES, Together, edit_at_once, logged_in, together
from tests.support.pages import faults_of, view_link

SOON = 45_000
"""Milliseconds within which a loaded machine shows what a quiet one does within a second."""
EDITS = 100
"""Random edits at once; `python -m tests.bench together` makes a thousand."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    with together(tmp_path_factory.mktemp("together")) as made:
        yield made


@pytest.fixture
def anna(browser: Browser, here: Together) -> Iterator[Page]:
    with logged_in(browser, here, "anna") as page:
        yield page


@pytest.fixture
def bert(browser: Browser, here: Together) -> Iterator[Page]:
    """Of another person, who is an editor: events that only administrators get do not help."""
    with logged_in(browser, here, "bert") as page:
        yield page


class Seen:
    """What the other person sees, and after how many seconds."""

    def __init__(self, record_property: Any) -> None:
        self._record = record_property
        self.took: dict[str, float] = {}

    def by(self, what: str, since: float) -> None:
        """Something is seen now."""
        self.took[what] = round(time.monotonic() - since, 3)
        self._record(f"seconds until another sees {what}", self.took[what])
        print(f"seconds until another sees {what}: {self.took[what]}")


def tab(page: Page, here: Together, address: str, shown: str) -> Page:
    """Another tab of the same person, once it shows something."""
    made = page.context.new_page()
    made.goto(f"{here.url}/{address}")
    expect(made.locator(shown).first).to_be_visible()
    return made


def card(page: Page, name: str) -> Locator:
    return page.locator("article.card", has=page.get_by_role("heading", name=name, exact=True))


def row(page: Page, label: str) -> Locator:
    """The value of a field in the player."""
    return page.locator(".metadata dt", has_text=label).locator("xpath=following-sibling::dd[1]")


def test_ratings_appear_at_the_other_in_every_view(
    anna: Page, bert: Page, here: Together, record_property: Any
) -> None:
    faults = faults_of(bert, here.url)
    seen = Seen(record_property)
    name, sha1 = FILES[0], here.sha1s[0]
    anna.goto(f"{here.url}/#/?sort=name&group=none")
    expect(card(anna, name)).to_be_visible()
    player = tab(bert, here, f"#/asset/{sha1}", ".metadata dt")
    best = tab(bert, here, "#/?where=rating%3E%3D4", "main .notice")
    for stars in (4, 2, 5):
        card(anna, name).locator(".picture").focus()
        began = time.monotonic()
        anna.keyboard.press(str(stars))
        expect(row(player, "Rating").locator("span").first).to_have_text(str(stars), timeout=SOON)
        seen.by(f"{stars} stars in the player", began)
        mark = f"Rating: {stars}"
        own = card(anna, name).get_by_role("img", name=mark)
        expect(own).to_be_visible(timeout=SOON)  # though the card has the focus
        seen.by(f"{stars} stars on one's own card", began)
        expect(card(best, name)).to_have_count(1 if stars >= 4 else 0, timeout=SOON)
        seen.by(f"{stars} stars in a list", began)
        expect(card(best, name).get_by_role("img", name=mark)).to_have_count(1 if stars >= 4 else 0)
    best.get_by_role("button", name="Facets").click()
    facets = best.get_by_role("complementary", name="Facets")
    expect(facets.get_by_role("checkbox", name=re.compile("^5 "))).to_be_visible()
    card(anna, name).locator(".picture").focus()
    anna.keyboard.press("4")
    expect(facets.get_by_role("checkbox", name=re.compile("^4 "))).to_be_visible()
    expect(facets.get_by_role("checkbox", name=re.compile("^5 "))).to_have_count(0)
    assert faults == []


def test_results_of_a_search_stay_until_one_wants_those_of_now(
    anna: Page, bert: Page, here: Together, record_property: Any
) -> None:
    """What another changes does not move what one looks at."""
    name, sha1 = FILES[1], here.sha1s[1]
    found = tab(bert, here, "#/search?where=rating%3D1", "main .notice")
    news = found.locator(".news")
    anna.goto(f"{here.url}/#/?sort=name&group=none")
    expect(view_link(anna, "Collections")).to_be_visible()  # panels are loaded, and their keys
    card(anna, name).locator(".picture").focus()
    anna.keyboard.press("1")
    expect(news).to_contain_text("finds other files now", timeout=SOON)
    expect(found.locator(".card")).to_have_count(0)
    news.get_by_role("button", name="Show them").click()
    expect(found.locator(f".card[data-sha1='{sha1}']")).to_be_visible()
    expect(news).to_be_hidden()
    anna.keyboard.press("0")
    expect(news).to_be_visible(timeout=SOON)
    expect(found.locator(".card")).to_have_count(1)


def test_tags_appear_at_the_other(anna: Page, bert: Page, here: Together, record_property: Any) -> None:
    seen = Seen(record_property)
    anna.goto(f"{here.url}/#/asset/{here.sha1s[1]}")
    player = tab(bert, here, f"#/asset/{here.sha1s[1]}", ".metadata dt")
    anna.get_by_label("Another tag").fill("harbour")
    began = time.monotonic()
    anna.get_by_role("button", name="Add tag").click()
    expect(player.locator(".tags .chip", has_text="harbour")).to_be_visible(timeout=SOON)
    seen.by("a tag", began)


def test_moves_of_the_workflow_appear_at_the_other(
    anna: Page, bert: Page, here: Together, record_property: Any
) -> None:
    seen = Seen(record_property)
    name, sha1 = FILES[2], here.sha1s[2]
    anna.goto(f"{here.url}/#/asset/{sha1}?tab=Workflow")
    player = tab(bert, here, f"#/asset/{sha1}?tab=Workflow", ".workflow .chip")
    listed = tab(bert, here, "#/?state=in_review", "main .notice")
    tasks = tab(bert, here, "#/tasks", "main .notice")
    tasks.get_by_label("Of everybody").check()
    region = anna.get_by_role("region", name="Workflow")
    region.get_by_role("button", name="Assign …").click()
    anna.get_by_label("User").fill("bert")
    began = time.monotonic()
    anna.keyboard.press("Enter")
    expect(tasks.locator("main").get_by_role("link", name=name)).to_be_visible(timeout=SOON)
    seen.by("what is assigned", began)
    expect(player.get_by_text("Assigned to bert.")).to_be_visible(timeout=SOON)
    began = time.monotonic()
    region.get_by_role("button", name="Submit for review").click()
    expect(player.locator(".workflow .chip", has_text="In review")).to_be_visible(timeout=SOON)
    seen.by("a move of the workflow", began)
    expect(card(listed, name)).to_be_visible(timeout=SOON)
    seen.by("a move of the workflow in a list", began)
    expect(tasks.get_by_role("cell", name="In review")).to_be_visible(timeout=SOON)
    assert here.service(WorkflowService).show(LOCAL, sha1).state == "in_review"


def test_moves_in_a_collection_appear_at_the_other(
    anna: Page, bert: Page, here: Together, record_property: Any
) -> None:
    seen = Seen(record_property)
    address = f"#/collections?collection={here.collection}"
    anna.goto(f"{here.url}/{address}")
    other = tab(bert, here, address, ".items .card")
    player = tab(bert, here, f"#/asset/{here.sha1s[0]}", ".metadata dt")
    names = other.locator(".items .card h3")
    expect(names).to_have_text(list(FILES[:4]))
    card(anna, FILES[0]).locator(".picture").focus()
    began = time.monotonic()
    anna.keyboard.press("]")
    expect(names).to_have_text([FILES[1], FILES[0], *FILES[2:4]], timeout=SOON)
    seen.by("a move in a collection", began)
    card(anna, FILES[0]).locator(".picture").focus()
    expect(player.get_by_role("link", name="Trailer")).to_be_visible()
    began = time.monotonic()
    anna.keyboard.press("Delete")
    expect(names).to_have_count(3, timeout=SOON)
    seen.by("what was taken out of a collection", began)
    expect(player.get_by_role("link", name="Trailer")).to_have_count(0, timeout=SOON)
    assert here.service(CollectionService).show(LOCAL, here.collection).items == 3


def test_a_field_that_another_has_edited_meanwhile_shows_both_and_keeps_what_was_typed(
    anna: Page, here: Together
) -> None:
    metadata: MetadataService = here.service(MetadataService)
    sha1 = here.sha1s[3]
    anna.goto(f"{here.url}/#/asset/{sha1}")
    anna.get_by_role("button", name="Edit City").click()
    city = anna.locator(".metadata").get_by_label("City", exact=True)
    city.fill("Oslo")
    metadata.edit(here.actor("bert"), sha1, AssetEdit(set={"city": "Rome", "country": "Italy"}))
    expect(row(anna, "Country")).to_contain_text("Italy", timeout=SOON)  # beside what is being written
    expect(city).to_have_value("Oslo")
    expect(city).to_be_focused()
    anna.keyboard.press("Enter")
    message = anna.locator(".metadata [role=status]")
    expect(message).to_contain_text("Yours: Oslo. The other: Rome.")
    expect(city).to_have_value("Oslo")
    anna.get_by_role("button", name="Save City").click()
    expect(message).to_have_text("Saved.")
    entries = metadata.history(LOCAL, sha1, "city")
    assert [(one.actor, *one.after) for one in entries] == [("user:anna", "Oslo"), ("user:bert", "Rome")]


def test_no_edit_of_people_at_once_is_lost(browser: Browser, here: Together, record_property: Any) -> None:
    found = edit_at_once(browser, here, EDITS, seed=1)
    record_property("edits", {f"{kind} {became}": count for (kind, became), count in found.counts.items()})
    print(dict(found.counts), found.seconds, *found.lost, sep="\n")
    assert found.lost == []
    assert found.number() == EDITS
    assert found.number("done") > EDITS / 2 and found.number("conflict") > 0
