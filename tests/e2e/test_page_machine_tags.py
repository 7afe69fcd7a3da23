"""The review queue of machine tags on the page, in a real browser and by the keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import dampipe
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.web.app import create_app
from tests.support.serving import serving
from tests.support.tagged_scenes import TaggedScenes


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TaggedScenes, str]]:
    """Clips that were never files, in which `tiny` has found two terms."""
    with dampipe.open(home=tmp_path_factory.mktemp("home"), model="tiny", in_process=True) as library:
        services = library.service(Services)
        tagged = TaggedScenes.served_from(services, clips=20)
        tagged.choose(["star", "circle"])
        tagged.tagger.run()
        with serving(create_app(services)) as url:
            yield tagged, url


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["wide", "narrow"])
def page(
    request: pytest.FixtureRequest, browser: Browser, served: tuple[TaggedScenes, str]
) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: "Security Policy" in line.text and problems.append(line.text))
    page.goto(f"{served[1]}#/machine-tags")
    yield page
    context.close()
    assert problems == []


def key_of(entry: Locator) -> str:
    return str(entry.get_attribute("data-key"))


def test_tags_are_accepted_rejected_skipped_and_taken_back_by_keyboard(
    page: Page, served: tuple[TaggedScenes, str]
) -> None:
    tagged, _ = served
    before = len(tagged.found(["accepted"])), len(tagged.found(["rejected"]))
    main = page.locator("main")
    queue, status = main.locator("li.entry"), main.get_by_role("status").first
    expect(queue.first).to_be_visible()
    count = queue.count()
    assert count > 4
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    keys = [key_of(queue.nth(at)) for at in range(count)]

    queue.first.focus()
    page.keyboard.press("a")
    expect(status).to_contain_text("is accepted for")
    expect(queue).to_have_count(count - 1)
    assert len(tagged.found(["accepted"])) == before[0] + 1
    focused = page.locator("li.entry:focus")
    expect(focused).to_have_attribute("data-key", keys[1])

    page.keyboard.press("r")
    expect(status).to_contain_text("is rejected for")
    expect(queue).to_have_count(count - 2)
    assert len(tagged.found(["rejected"])) == before[1] + 1
    assert not {keys[0], keys[1]} & {key_of(queue.nth(at)) for at in range(count - 2)}
    expect(focused).to_have_attribute("data-key", keys[2])  # and is not moved any more

    queue.first.focus()
    skipped, here, below = (key_of(queue.nth(at)) for at in range(3))
    page.keyboard.press("s")
    expect(queue.last).to_have_attribute("data-key", skipped)
    expect(focused).to_have_attribute("data-key", here)
    page.keyboard.press("ArrowDown")
    expect(focused).to_have_attribute("data-key", below)
    page.keyboard.press("ArrowUp")
    expect(focused).to_have_attribute("data-key", here)

    page.keyboard.press("u")
    expect(status).to_contain_text("is no longer rejected")
    expect(queue).to_have_count(count - 1)
    expect(focused).to_have_attribute("data-key", here)  # which is drawn again, and is still in the list
    assert len(tagged.found(["rejected"])) == before[1], "the verdict was taken back"
    terms, vocabularies = main.get_by_role("table").nth(0), main.get_by_role("table").nth(1)
    expect(terms.get_by_role("row")).to_have_count(3)
    expect(vocabularies.get_by_role("row")).to_have_count(2)


def test_an_asset_shows_tags_and_machine_tags_apart(page: Page, served: tuple[TaggedScenes, str]) -> None:
    tagged, url = served
    _, key = sorted(tagged.found())[0]
    [tag, *_] = [one for one in tagged.service.review(LOCAL, limit=100) if one.term == key]
    page.goto(f"{url}#/asset/{tag.sha1}")
    row = page.locator("dt", has_text="Machine tags")
    expect(row).to_be_visible()
    chip = page.locator(".chip", has_text=tag.label).first
    expect(chip).to_have_attribute("title", re.compile("^proposed by a model, at 0:0"))
