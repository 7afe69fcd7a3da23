"""The page's login, and its views of versions, webhooks and people in a real browser: one library for all, in order.

It begins without users, as the actor `local`; the first user is added by the page, and the tests after that log in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import dampipe
from dampipe.features.access.model import UserRequest
from dampipe.features.access.service import AccessService
from dampipe.features.events.delivery import Delivery
from dampipe.features.rights.model import NewLicence
from dampipe.features.rights.service import RightsService
from dampipe.features.tagging.model import TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.features.versions.service import VersionService
from dampipe.features.webhooks.subscriber import WebhookSubscribers
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.container import Services
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.web.app import create_app
from tests.support.pages import area_link, view_link, visit
from tests.support.receiver import Receiver, Reply
from tests.support.serving import serving
from tests.support.versions import encoded, scene_clip

PASSWORD = "correct horse"
SCENES = [("square", "blue", "beige"), ("circle", "red", "beige"), ("triangle", "yellow", "grey")]
SMALLER = ("-vf", "scale=320:-2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "30")
NAMELESS = """() => [...document.querySelectorAll("main, header, dialog[open]")]
    .flatMap((part) => [...part.querySelectorAll("a, button, input, select, textarea, summary")])
    .filter((one) => one.checkVisibility())
    .filter((one) => !(one.getAttribute("aria-label") || one.labels?.[0]?.textContent.trim() || one.textContent.trim()))
    .map((one) => one.outerHTML)"""
"""Controls that are seen and have no name for screen readers."""


@dataclass(frozen=True)
class Served:
    """A library whose web server runs in this process."""

    library: Any
    url: str
    footage: Path
    old: str
    """SHA-1 of what was in `scene.mp4` before, and of what is there now."""
    new: str

    def get(self, kind: type) -> Any:
        """A service of the library."""
        return self.library.service(kind)

    def deliver(self) -> None:
        """Do what the relay does: deliver new events to webhooks."""
        self.get(Sequencer).number()
        for subscription in self.get(WebhookSubscribers)():
            self.get(Delivery).deliver(subscription, self.get(EventLog).last())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two clips: one whose file was exported again at its path, and one without a second version."""
    ffmpeg, rng = find_ffmpeg(None), np.random.default_rng(0)
    footage = tmp_path_factory.mktemp("footage")
    scene, kept = footage / "day" / "scene.mp4", tmp_path_factory.mktemp("kept") / "scene.mp4"
    for path, scenes in ((scene, SCENES), (footage / "night" / "other.mp4", SCENES[::-1])):
        path.parent.mkdir()
        scene_clip(ffmpeg, path, scenes, [3.0] * len(scenes), rng)
    kept.write_bytes(scene.read_bytes())
    settings: dict[str, Any] = {"model": "tiny", "settle": 0.0, "webhook_networks": ["127.0.0.0/8"]}
    with dampipe.open(home=tmp_path_factory.mktemp("home"), in_process=True, **settings) as library:
        library.add(footage)
        library.process()
        old = next(video.sha1 for video in library.videos() if video.name == "scene.mp4")
        library.service(TagService).add(LOCAL, TagRequest(tag="best", assets=(old,)))
        encoded(ffmpeg, kept, scene, ("-y", *SMALLER))
        library.add(footage)
        library.process()
        new = next(video.sha1 for video in library.videos() if video.name == "scene.mp4")
        assert new != old
        with serving(create_app(library.service(Services))) as url:
            yield Served(library, url, footage, old, new)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A fresh browser at the page; fails on a script error and on what the security policy has blocked."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: "Security Policy" in line.text and problems.append(line.text))
    page.goto(served.url)
    yield page
    context.close()
    assert problems == []


def try_log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    dialog = page.locator("#login")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Log in").click()


def log_in(page: Page, name: str) -> None:
    try_log_in(page, name)
    expect(page.locator("#login")).to_be_hidden()


def focused(page: Page) -> str:
    """The name of the control that has the focus."""
    return str(page.evaluate("() => document.activeElement.ariaLabel ?? document.activeElement.textContent"))


def press(page: Page, control: Locator) -> None:
    """Use a control by the keyboard."""
    control.focus()
    page.keyboard.press("Enter")


def check_fits(page: Page) -> None:
    """Check the present view at the width of a phone: nothing is wider, and each control has a name."""
    assert page.evaluate(NAMELESS) == []
    size = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(100)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    wide = "dialogs => dialogs.filter((one) => one.scrollWidth > one.clientWidth).length"
    assert page.locator("dialog[open]").evaluate_all(wide) == 0
    assert size is not None
    page.set_viewport_size(size)


def play(page: Page, served: Served, sha1: str) -> Locator:
    """Open the player at a version; returns the list of versions."""
    page.goto(f"{served.url}#/asset/{sha1}?tab=Versions")
    versions = page.locator("#player .version")
    expect(versions.first).to_be_visible()
    return versions


def proxy_of(sha1: str) -> re.Pattern[str]:
    """Its address, which says by which recipe it was made: so browsers may keep it."""
    return re.compile(rf"^/api/v1/assets/{sha1}/proxy\?recipe=[0-9a-f]+$")


def test_versions_say_how_they_came_to_be_and_old_ones_play(page: Page, served: Served) -> None:
    versions = play(page, served, served.new)
    expect(versions).to_have_count(2)
    expect(versions.nth(0)).to_contain_text("current")
    expect(versions.nth(0)).to_contain_text("320×180 · h264 · 0:09")
    expect(versions.nth(0)).to_contain_text("Its file was changed at its path, and shows the same footage.")
    expect(versions.nth(1)).to_contain_text("640×360 · h264 · 0:09")
    expect(versions.nth(1)).to_contain_text("Found by a scan.")
    check_fits(page)
    press(page, versions.nth(1).get_by_role("link", name="Play the version scene.mp4"))
    expect(page.locator("#player video")).to_have_attribute("src", proxy_of(served.old))
    expect(page.locator(".older")).to_contain_text("An older version of this asset.")
    expect(page.locator("#player dl").first).to_contain_text("640×360")
    page.get_by_role("link", name="Show the current one").click()
    expect(page.locator("#player video")).to_have_attribute("src", proxy_of(served.new))
    expect(page.locator(".older")).to_have_count(0)


def test_the_current_version_is_chosen_and_another_tab_follows(page: Page, served: Served) -> None:
    versions = play(page, served, served.new)
    other = page.context.new_page()
    others = play(other, served, served.new)
    button = versions.nth(1).get_by_role("button", name="Make current")
    press(page, button)
    expect(page.locator(".versions [role=status]")).to_have_text("scene.mp4 is the current version.")
    expect(versions.nth(0)).to_contain_text("640×360")
    for tab in (page, other):
        expect(tab.locator(".older")).to_be_visible()
    expect(others.nth(0)).to_contain_text("640×360")
    served.get(VersionService).make_current(LOCAL, served.new)
    for tab in (page, other):
        expect(tab.locator(".older")).to_have_count(0)
    other.close()


def test_a_version_is_undone_offered_stacked_and_split(page: Page, served: Served) -> None:
    versions = play(page, served, served.new)
    section = page.locator(".versions")
    expect(section).to_contain_text("A changed file was recognized as a version on ")
    press(page, section.get_by_role("button", name="Undo"))
    expect(versions).to_have_count(1)
    expect(section.locator("[role=status]")).to_have_text("This was undone.")
    expect(section.get_by_role("button", name="Undo")).to_have_count(0)

    expect(section.locator(".pair .card")).to_have_count(2)  # side by side
    expect(section.get_by_role("heading", name="The same footage?")).to_be_visible()
    check_fits(page)
    press(page, section.get_by_role("button", name="Stack with scene.mp4"))
    dialog = page.get_by_role("dialog", name="The same footage?")
    expect(dialog.locator("img")).to_have_count(2)
    check_fits(page)
    page.keyboard.press("Escape")
    assert focused(page) == "Stack with scene.mp4", "the focus is where it was"
    page.keyboard.press("Enter")
    dialog.get_by_role("radio").last.check()
    dialog.get_by_role("button", name="Stack as versions").click()
    expect(versions).to_have_count(2)
    expect(page.locator(".older")).to_be_visible()  # the other one was chosen as the current version
    expect(section).to_contain_text("Stacked by a person at the server.")
    expect(page.locator("#player .tags")).to_contain_text("best")
    expect(section.locator(".pair")).to_have_count(0)

    press(page, versions.nth(1).get_by_role("button", name="Split off"))
    dialog = page.get_by_role("dialog", name="Split a version off")
    dialog.get_by_label("They stay with the asset").check()
    check_fits(page)
    dialog.get_by_role("button", name="Split off").click()
    expect(versions).to_have_count(1)
    expect(section.locator("[role=status]")).to_have_text("scene.mp4 is an asset of its own.")
    expect(page.locator("#player .tags .chip")).to_have_count(0)
    press(page, section.get_by_role("button", name="Undo"))
    expect(versions).to_have_count(2)


def test_any_other_asset_is_found_and_stacked_by_hand(page: Page, served: Served) -> None:
    versions = play(page, served, served.old)
    section = page.locator(".versions")
    press(page, section.get_by_role("button", name="Stack another asset"))
    dialog = page.get_by_role("dialog", name="Stack another asset")
    assert focused(page) == "", "the search field"
    dialog.get_by_role("button", name="Stack as versions").click()
    expect(dialog.get_by_role("alert").last).to_have_text("Search for the other asset, and choose it.")
    dialog.get_by_label("Search", exact=True).fill("other")
    dialog.get_by_label("Search", exact=True).press("Enter")
    expect(dialog.get_by_role("radio", name="other.mp4")).to_be_visible()
    check_fits(page)
    dialog.get_by_role("radio", name="other.mp4").check()
    dialog.get_by_role("button", name="Stack as versions").click()
    expect(versions).to_have_count(3)
    press(page, section.get_by_role("button", name="Undo"))
    expect(versions).to_have_count(2)


def test_pairs_are_stacked_from_the_list_of_duplicates(page: Page, served: Served) -> None:
    served.get(VersionService).undo(LOCAL, served.old)
    page.goto(f"{served.url}#/duplicates")
    page.locator(".pair").get_by_role("button", name="Stack scene.mp4").click()
    page.get_by_role("button", name="Stack as versions").click()
    expect(page.locator(".pair")).to_contain_text("are versions of one asset")
    page.reload()
    expect(page.locator("main")).to_contain_text("No duplicates were found.")


def test_a_panel_that_cannot_be_loaded_is_left_out(page: Page, served: Served) -> None:
    """As one of a plug-in may be; and without users, no account is there to be shown."""
    page.route(
        "**/panels/tagging/panel.js", lambda route: route.fulfill(content_type="text/javascript", body="(")
    )
    page.goto(
        "about:blank"
    )  # the page that the fixture has opened writes into the address where its list stands
    page.goto(f"{served.url}/#/account")
    expect(page.locator("main")).to_contain_text("There are no accounts.")
    expect(page.locator("#account")).to_be_hidden()
    area_link(page, "Settings").click()
    expect(view_link(page, "People")).to_be_visible()
    expect(play(page, served, served.old)).to_have_count(2)
    expect(page.locator("#player dl").first).not_to_contain_text("Tags")
    page.goto(f"{served.url}#/no/such/view")
    expect(page.locator("main")).to_contain_text("There is no such page.")


def entry(page: Page, name: str) -> Locator:
    return page.locator(".entry").filter(has=page.get_by_role("heading", name=name, exact=True))


def test_a_webhook_is_added_tested_and_given_another_secret(
    page: Page, served: Served, receiver: Receiver
) -> None:
    visit(page, "Settings", "Webhooks")
    expect(page.locator("main")).to_contain_text("No webhooks yet.")
    page.get_by_role("button", name="Add a webhook").click()
    dialog = page.get_by_role("dialog", name="Add a webhook")
    dialog.get_by_label("Name").fill("cms")
    dialog.get_by_label("URL").fill("http://10.0.0.1/private")
    check_fits(page)
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("10.0.0.1 is not on the public internet")
    dialog.get_by_label("URL").fill(receiver.url)
    dialog.get_by_label("Events").fill("asset.*, nonsense")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("'nonsense' is not the name of an event")
    dialog.get_by_label("Events").fill("tag.added, asset.*")
    dialog.get_by_label("Events").press("Enter")
    shown = page.get_by_role("dialog", name="The secret of cms")
    secret = shown.locator("code").inner_text()
    check_fits(page)
    shown.get_by_role("button", name="Close").click()
    assert focused(page) == "Add a webhook …"
    expect(entry(page, "cms")).to_contain_text("Events: tag.added, asset.*")
    assert secret not in page.content()

    press(page, page.get_by_role("button", name="Test: cms"))
    expect(page.locator("main [role=status]")).to_contain_text("was accepted with status 204")
    assert receiver.messages[-1].is_signed_with(secret)
    page.get_by_role("button", name="New secret: cms").click()
    page.get_by_role("button", name="Make a new secret").click()
    shown = page.get_by_role("dialog", name="The new secret of cms")
    new = shown.locator("code").inner_text()
    expect(shown).to_contain_text("Messages are signed with the old one as well until")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Test: cms").click()
    expect(page.locator("main [role=status]")).to_contain_text("was accepted with status 204")
    assert new != secret and receiver.messages[-1].is_signed_with(new)


def test_a_webhook_that_fails_is_followed_disabled_replayed_and_removed(
    page: Page, served: Served, receiver: Receiver
) -> None:
    page.goto(f"{served.url}#/webhooks")
    expect(entry(page, "cms")).to_contain_text("The receiver accepts its events.")
    receiver.answer = lambda _: Reply(503)
    served.get(TagService).add(LOCAL, TagRequest(tag="night", assets=(served.old,)))
    served.deliver()
    expect(entry(page, "cms")).to_contain_text("The last attempt failed: HTTP 503")  # by an event, untouched
    expect(entry(page, "cms")).to_contain_text("1 event to be sent again")
    check_fits(page)
    page.get_by_role("link", name="Deliveries: cms").click()
    row = page.get_by_role("row", name="tag.added")
    expect(row).to_contain_text("to be sent again")
    expect(row).to_contain_text("HTTP 503")
    check_fits(page)
    page.get_by_label("Which deliveries").select_option("delivered")
    expect(page.locator("main")).to_contain_text("No such deliveries.")
    page.get_by_role("link", name="All webhooks").click()

    press(page, page.get_by_role("button", name="Disable: cms"))
    expect(entry(page, "cms")).to_contain_text("by a person at the server. Its events are kept.")
    assert focused(page) == "Enable: cms"
    page.get_by_role("button", name="Replay: cms").click()
    dialog = page.get_by_role("dialog", name="Replay for cms")
    dialog.get_by_role("button", name="Send again").click()
    expect(dialog.get_by_role("alert")).to_contain_text("the webhook cms is disabled")
    expect(dialog.get_by_role("alert")).to_contain_text("Enable it")
    page.keyboard.press("Escape")
    press(page, page.get_by_role("button", name="Enable: cms"))
    receiver.answer = lambda _: Reply()
    page.get_by_role("button", name="Replay: cms").click()
    dialog.get_by_label("Those from a time on").check()
    expect(dialog.get_by_label("Number or id")).to_be_hidden()
    dialog.get_by_role("textbox", name="Time").fill("2020-02-03T04:05:06")
    check_fits(page)
    dialog.get_by_role("button", name="Send again").click()
    expect(page.locator("main [role=status]")).to_contain_text(
        re.compile(r"\d+ events will be sent to cms\.")
    )
    served.deliver()
    page.get_by_role("link", name="Deliveries: cms").click()
    expect(page.get_by_role("row", name="tag.added").first).to_contain_text("delivered")
    page.get_by_role("link", name="All webhooks").click()
    press(page, page.get_by_role("button", name="Remove: cms"))
    assert focused(page) == "Cancel", "what is safe is first"
    page.keyboard.press("Enter")
    assert focused(page) == "Remove: cms"
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("No webhooks yet.")


def test_the_first_user_is_an_admin_and_everybody_logs_in_from_then_on(page: Page, served: Served) -> None:
    visit(page, "Settings", "People")
    expect(page.locator("main")).to_contain_text("No users yet.")
    page.get_by_role("button", name="Add a user").click()
    dialog = page.get_by_role("dialog", name="Add the first user")
    expect(dialog).to_contain_text("From now on everyone who opens this page must log in.")
    expect(dialog.get_by_label("Role")).to_have_count(0)
    dialog.get_by_label("Name").fill("Root")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator("#login")).to_be_visible()
    log_in(page, "root")
    row = page.get_by_role("row", name="root", exact=False).first
    expect(row).to_contain_text("you")
    expect(row).to_contain_text("1 session")
    page.locator("#account summary").click()
    expect(page.get_by_role("button", name="Log out everywhere")).to_be_visible()


def test_the_page_asks_for_a_login_and_shows_who_is_logged_in(page: Page, served: Served) -> None:
    day = (str(served.footage / "day"),)
    served.get(AccessService).add_user(LOCAL, UserRequest(name="dora", password=PASSWORD, sees=day))
    expect(page.locator(".card")).to_have_count(0)
    try_log_in(page, "root", "a wrong one")
    expect(page.locator("#login .problem")).to_contain_text("the name or the password is wrong")
    page.keyboard.press("Escape")
    expect(page.locator("#login")).to_be_visible()
    log_in(page, "root")
    expect(page.locator(".card")).to_have_count(2)
    account = page.locator("#account")
    expect(account.locator("summary")).to_have_text("root")
    account.locator("summary").click()
    expect(account).to_contain_text("Logged in as admin.")
    account.get_by_role("button", name="Log out", exact=True).click()
    expect(page.locator("#login")).to_be_visible()
    expect(page.locator(".card")).to_have_count(0)
    log_in(page, "dora")
    expect(page.locator(".card")).to_have_count(1)


def test_a_session_that_ends_loses_nothing_that_is_open(page: Page, served: Served) -> None:
    log_in(page, "root")
    page.locator(".card a").first.click()
    player = page.locator("#player")
    expect(player).to_be_visible()
    served.get(AccessService).log_out(LOCAL, "root")
    expect(page.locator("#login")).to_be_visible()  # the stream of events has ended
    log_in(page, "root")
    expect(player).to_be_visible()
    expect(page.locator("#status-line")).to_contain_text("asset")


def test_a_new_password(page: Page) -> None:
    log_in(page, "dora")
    page.locator("#account summary").click()
    page.get_by_role("button", name="Change the password").click()
    dialog = page.locator("#login")
    dialog.get_by_label("Present password").fill("a wrong one")
    dialog.get_by_label("New password").fill("battery staple")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog.locator(".problem")).to_contain_text("wrong")
    dialog.get_by_label("Present password").fill(PASSWORD)
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog).to_be_hidden()
    page.reload()
    expect(page.locator(".card")).to_have_count(1)


def test_people_are_added_changed_disabled_and_removed(page: Page, served: Served) -> None:
    log_in(page, "root")
    visit(page, "Settings", "People")
    status = page.locator("main [role=status]").first
    page.get_by_role("button", name="Add a user").click()
    dialog = page.get_by_role("dialog", name="Add a user")
    dialog.get_by_label("Name").fill("root")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("there is a user 'root' already")
    dialog.get_by_label("Name").fill("vera")
    dialog.get_by_role("textbox", name="Sources and folders").fill(f"{served.footage}\n")
    expect(dialog.get_by_label("Only these")).to_be_checked()
    check_fits(page)
    dialog.get_by_role("button", name="Add").click()
    expect(status).to_have_text("vera is added.")
    row = page.get_by_role("row", name=re.compile("^vera viewer never"))
    expect(row).to_be_visible()
    expect(page.get_by_role("row", name=f"vera {served.footage}")).to_be_visible()
    check_fits(page)

    press(page, page.get_by_role("button", name="Role: vera"))
    page.get_by_role("combobox", name="Role").select_option("editor")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(status).to_have_text("vera is editor now.")
    assert focused(page) == "Role: vera"
    page.get_by_role("button", name="Password: vera").click()
    page.get_by_role("textbox", name="New password").fill("short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("dialog", name="A new password for vera")).to_be_visible()  # it is too short
    page.get_by_role("textbox", name="New password").fill("battery staple")
    page.get_by_role("button", name="Set the password").click()
    expect(status).to_have_text("vera has a new password, and has to log in again.")
    page.get_by_role("button", name="Disable: vera").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(status).to_have_text("vera is disabled.")
    expect(page.get_by_role("button", name="Enable: vera")).to_be_focused()
    answer = httpx.post(f"{served.url}/api/v1/session", json={"name": "vera", "password": "battery staple"})
    assert answer.status_code == 401
    page.get_by_role("button", name="Enable: vera").click()
    expect(status).to_have_text("vera is enabled.")

    page.get_by_role("button", name="Disable: root").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(status).to_contain_text("'root' is the last admin")
    expect(status).to_contain_text("Make another user an admin before.")
    served.get(AccessService).add_user(LOCAL, UserRequest(name="zoe", role=Role.MANAGER, password=PASSWORD))
    expect(page.get_by_role("row", name=re.compile("^zoe manager"))).to_be_visible()  # by an event
    page.get_by_role("button", name="Remove: vera").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(status).to_have_text("vera is removed.")
    expect(row).to_have_count(0)


def test_tokens_and_rights_are_given_and_taken_back(page: Page, served: Served) -> None:
    log_in(page, "root")
    page.goto(f"{served.url}#/people")
    page.get_by_role("button", name="Create a token").click()
    dialog = page.get_by_role("dialog", name="Create a token")
    dialog.get_by_label("Name").fill("farm")
    dialog.get_by_role("checkbox", name=re.compile("^search")).uncheck()
    check_fits(page)
    dialog.get_by_role("button", name="Create").click()
    token = page.get_by_role("dialog", name="The token farm").locator("code").inner_text()
    page.keyboard.press("Escape")
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{served.url}/api/v1/tags", headers=headers).status_code == 200
    assert httpx.get(f"{served.url}/api/v1/filters", headers=headers).status_code == 403
    expect(page.get_by_role("row", name=re.compile("^farm none read"))).to_be_visible()
    page.get_by_role("button", name="Revoke: farm").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.locator("main")).to_contain_text("farm is revoked.")
    assert httpx.get(f"{served.url}/api/v1/tags", headers=headers).status_code == 401

    page.get_by_role("button", name="Let someone see").click()
    dialog = page.get_by_role("dialog", name="Let someone see footage")
    dialog.get_by_label("Who").select_option("role:viewer")
    dialog.get_by_label("May see").fill("/nowhere")
    dialog.get_by_role("button", name="Grant").click()
    expect(dialog.get_by_role("alert")).to_contain_text("neither a source nor a folder below one")
    dialog.get_by_label("May see").fill("everything")
    dialog.get_by_role("button", name="Grant").click()
    expect(page.locator("main")).to_contain_text("everybody from viewer on may see everything.")
    page.get_by_role("button", name="Take back: everybody from viewer on, everything").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.locator("main")).to_contain_text("everybody from viewer on may not see everything any more.")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.MANAGER], ids=str)
def test_what_an_actor_may_not_do_is_absent(page: Page, served: Served, role: Role) -> None:
    name = f"a-{role}"
    served.get(AccessService).add_user(LOCAL, UserRequest(name=name, role=role, password=PASSWORD))
    log_in(page, name)
    expect(page.locator(".card")).to_have_count(2)
    may_edit, may_manage = role >= Role.EDITOR, role >= Role.MANAGER
    area_link(page, "Settings").click()
    expect(page).to_have_url(re.compile("#/sources$"))
    expect(view_link(page, "Webhooks")).to_have_count(int(may_manage))
    expect(view_link(page, "People")).to_have_count(0)
    versions = play(page, served, served.old)
    expect(versions).to_have_count(2)
    expect(versions.get_by_role("link", name="Play the version")).to_have_count(1)
    for control in ("Make current", "Stack another asset", "Undo"):
        expect(page.locator(".versions").get_by_role("button", name=control)).to_have_count(int(may_edit))
    expect(page.locator("#player .tags")).to_contain_text("best")
    expect(page.get_by_label("Another tag")).to_have_count(int(may_edit))
    page.goto(f"{served.url}#/scans")
    expect(page.get_by_role("heading", name="Stages")).to_be_visible()
    expect(page.get_by_role("button", name="Scan", exact=True)).to_have_count(int(may_edit))
    page.goto(f"{served.url}#/people")
    expect(page.locator("main .notice")).to_contain_text("may not do this: the scope 'admin' is missing")
    # A role that is changed meanwhile counts at once, and the page finds out by the first refusal.
    if may_manage:
        page.goto(f"{served.url}#/webhooks")
        expect(page.get_by_role("button", name="Add a webhook")).to_be_visible()
        served.get(AccessService).change_user(LOCAL, name, role=Role.VIEWER)
        page.goto(f"{served.url}#/webhooks?")  # the link is gone as soon as the page knows it
        expect(page.locator("main .notice")).to_contain_text("the scope 'manage' is missing")
        expect(view_link(page, "Webhooks")).to_have_count(0)


def test_everybody_has_an_account_with_tokens_of_their_own(page: Page, served: Served) -> None:
    log_in(page, "a-viewer")
    press(page, page.locator("#account summary"))
    page.get_by_role("link", name="Your account").click()
    expect(page.locator("main")).to_contain_text("Your role is viewer.")
    check_fits(page)
    page.get_by_role("button", name="Create a token").click()
    dialog = page.get_by_role("dialog", name="Create a token")
    expect(dialog.get_by_role("checkbox")).to_have_count(4)  # the scopes of a viewer
    dialog.get_by_label("Name").fill("editing")
    dialog.get_by_label("Expires after").select_option("30")
    dialog.get_by_role("button", name="Create").click()
    token = page.get_by_role("dialog", name="The token editing").locator("code").inner_text()
    page.keyboard.press("Escape")
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{served.url}/api/v1/tags", headers=headers).status_code == 200
    refused = httpx.get(f"{served.url}/api/v1/session/tokens", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.only_own_login")
    row = page.get_by_role("row", name=re.compile("^editing read, search"))
    expect(row).to_be_visible()
    page.get_by_role("button", name="Revoke: editing").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.locator("main")).to_contain_text("editing is revoked.")
    assert httpx.get(f"{served.url}/api/v1/tags", headers=headers).status_code == 401
    page.get_by_role("button", name="Log out", exact=True).last.click()
    expect(page.locator("#login")).to_be_visible()


def test_licences_are_attached_asked_and_obeyed(page: Page, served: Served) -> None:
    """By who keeps them: attached and taken away; a use is asked for; a download needs a reason where it is refused."""
    rights = served.get(RightsService)
    rights.add(
        LOCAL,
        NewLicence(name="old", title="Old licence", expires="2000-01-01", zone="UTC", territories=("DE",)),
    )
    log_in(page, "root")
    page.locator(".card", has_text="other.mp4").get_by_role("link").first.click()
    page.get_by_role("tab", name="Rights").click()
    section = page.get_by_role("region", name="Rights")
    expect(section).to_contain_text("No licence.")
    section.get_by_label("Licence").fill("old")
    page.keyboard.press("Enter")
    expect(section).to_contain_text("Old licence")
    expect(section).to_contain_text("Together: expired")
    section.get_by_label("Territory").fill("FR")
    page.keyboard.press("Enter")
    expect(section).to_contain_text("Not allowed")
    expect(section).to_contain_text("does not cover FR: it covers DE")
    assert page.evaluate(NAMELESS) == []
    page.get_by_role("tab", name="Info").click()
    page.locator("#player").get_by_role("link", name="Download original").click()
    dialog = page.get_by_role("dialog", name="Download although it is not licensed")
    expect(dialog).to_contain_text("until 2000-01-01")
    dialog.get_by_label("Reason").fill("the archive asks for it")
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Download").click()
    assert started.value.suggested_filename == "other.mp4"
    page.locator("#player video").focus()
    page.keyboard.press("i")
    page.locator("#player").get_by_role("button", name="Download the range …").click()
    dialog = page.get_by_role("dialog", name="Download the range of the original")
    expect(dialog.get_by_label("Reason")).to_be_hidden()
    dialog.get_by_role("button", name="Download").click()
    expect(dialog.get_by_role("alert")).to_contain_text("until 2000-01-01")
    dialog.get_by_label("Reason").fill("the archive asks for a part of it")
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"other_.+\.mp4", started.value.suggested_filename)
    page.get_by_role("tab", name="Rights").click()
    section.get_by_role("button", name="Take the licence Old licence away").click()
    expect(section).to_contain_text("No licence.")
    rights.remove(LOCAL, "old")
    page.locator("#player").get_by_role("button", name="Close", exact=True).click()
    page.locator("#account summary").click()
    page.get_by_role("button", name="Log out", exact=True).click()


def test_the_original_is_downloaded_by_who_may(page: Page, served: Served) -> None:
    log_in(page, "root")
    other = page.locator(".card", has_text="other.mp4").get_by_role("link").first
    other.click()
    link = page.locator("#player").get_by_role("link", name="Download original")
    with page.expect_download() as started:
        link.click()
    downloaded = started.value
    assert downloaded.suggested_filename == "other.mp4"
    assert Path(downloaded.path()).read_bytes() == (served.footage / "night" / "other.mp4").read_bytes()
    page.locator("#player").get_by_role("button", name="Close", exact=True).click()
    page.locator("#account summary").click()
    page.get_by_role("button", name="Log out", exact=True).click()
    log_in(page, "a-viewer")
    other.click()
    expect(page.locator("#player dl").first).to_contain_text("SHA-1")
    expect(link).to_have_count(0)
    page.locator("#player video").focus()
    page.keyboard.press("i")
    expect(page.locator(".controls .total")).to_contain_text("marked")
    expect(page.locator("#player").get_by_role("button", name="Download the range …")).to_have_count(0)
