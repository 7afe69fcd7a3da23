"""The page of guests in a real browser: a link is opened, played, commented and approved, and it ends."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete

import dampipe
from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.service import AccessService
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, NewCollection
from dampipe.features.collections.service import CollectionService
from dampipe.features.review.drawing import Drawing, RectShape
from dampipe.features.review.model import CommentRequest
from dampipe.features.review.service import ReviewService
from dampipe.features.sharing.model import Allow, ShareCreated, ShareRequest
from dampipe.features.sharing.service import ShareService
from dampipe.features.sharing.tables import SHARE_SESSION
from dampipe.features.subclips.model import NewSubclip
from dampipe.features.subclips.service import SubclipService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.model import MoveRequest
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.web.app import create_app
from tests.support.serving import serving

FILM, STILL = "interview.mov", "poster frame.png"
PASSWORD = "open sesame"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Shared:
    """A library with a film, a still and a server; anna shares what is in it."""

    def __init__(self, library: Any, url: str) -> None:
        self.library, self.url = library, url
        self.sha1s = {video.name: video.sha1 for video in library.videos()}
        user = library.service(AccessRepository).user("anna")
        self.anna = Actor(ActorKind.USER, "anna", user.role, user=user.id)

    def share(self, **more: Any) -> ShareCreated:
        """A link to the film, unless `collection` is given."""
        target = {} if "collection" in more else {"asset": self.sha1s[FILM]}
        shares: ShareService = self.library.service(ShareService)
        return shares.create(self.anna, ShareRequest(**target, **more))

    def revoke(self, share: ShareCreated) -> None:
        """End a link."""
        self.library.service(ShareService).revoke(self.anna, share.id)

    def comment(self, text: str, **more: Any) -> None:
        """A comment of anna on the film."""
        self.library.service(ReviewService).add(
            self.anna, CommentRequest(asset=self.sha1s[FILM], text=text, **more)
        )

    def comments(self) -> dict[str, Any]:
        """The comments on the film, by text."""
        page = self.library.service(ReviewService).of_asset(LOCAL, self.sha1s[FILM])
        return {one.text: one for one in page.comments}

    def collection(self, name: str, parent: int | None = None) -> int:
        """A collection with the film and the still."""
        made = self.library.service(CollectionService).create(
            self.anna, NewCollection(name=name, parent=None if parent is None else str(parent))
        )
        items = self.library.service(CollectionItemService)
        items.add(self.anna, made.id, Chosen(assets=(self.sha1s[FILM], self.sha1s[STILL])))
        number: int = made.id
        return number


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    footage = tmp_path_factory.mktemp("footage")
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:duration=4"]
    ffmpeg = [find_ffmpeg().path, "-v", "error", "-y"]
    film = ["-timecode", "01:00:00:00", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast"]
    subprocess.run([*ffmpeg, *source, *film, str(footage / FILM)], check=True)
    subprocess.run([*ffmpeg, *source, "-frames:v", "1", str(footage / STILL)], check=True)
    with dampipe.open(
        home=tmp_path_factory.mktemp("home"), model="tiny", in_process=True, settle=0.0
    ) as library:
        library.add(footage)
        library.process()
        sees = (str(footage),)
        library.service(AccessService).add_user(
            LOCAL, UserRequest(name="anna", role=Role.MANAGER, password="a long password", sees=sees)
        )
        library.service(WorkflowService).apply(LOCAL, shipped_toml("review"))
        with serving(create_app(library.service(Services))) as url:
            yield Shared(library, url)


@pytest.fixture(autouse=True)
def clean(shared: Shared) -> Iterator[None]:
    """No test is throttled for what another has tried."""
    yield
    with shared.library.service(Database).write() as connection:
        connection.exec_driver_sql("DELETE FROM login_window")


@pytest.fixture
def context(browser: Browser, shared: Shared) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=WIDE, timezone_id="Europe/Berlin", locale="en-GB")  # type: ignore[arg-type]
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, shared: Shared) -> Iterator[Page]:
    """A page that fails the test for a fault of a script, a breach of the policy, or a request to another server."""
    page = context.new_page()
    problems: list[str] = []
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: "Security Policy" in line.text and problems.append(line.text))
    page.on("request", lambda one: one.url.startswith(shared.url) or problems.append(one.url))
    yield page
    assert problems == []


def is_at(page: Page, seconds: float) -> None:
    page.wait_for_function(
        "at => Math.abs(document.querySelector('video').currentTime - at) < 0.05", arg=seconds
    )


def hidden_by_width(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def small_targets(page: Page) -> list[str]:
    """Visible controls that are lower than 44 px."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('a, button, input:not([type=checkbox]), textarea, select')]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
        .map(one => one.outerHTML.slice(0, 120))"""
    )
    return found


def test_a_guest_comments_replies_and_approves_until_the_link_ends(page: Page, shared: Shared) -> None:
    library = shared.library
    shapes = (RectShape(shape="rect", points=((0.2, 0.2), (0.7, 0.6))),)
    shared.comment("Look at this corner", start="1.5", drawing=Drawing(shapes=shapes))
    library.service(WorkflowService).move(
        LOCAL, MoveRequest(assets=(shared.sha1s[FILM],), transition="submit")
    )
    share = shared.share(
        allow=(Allow.COMMENT,), moves=("approve", "request_changes"), password=PASSWORD, days=3
    )
    refused: list[str] = []
    page.on("response", lambda answer: answer.status >= 400 and refused.append(answer.url))
    page.goto(f"{shared.url}{share.address}")
    expect(page.get_by_role("heading", name="This link needs a password")).to_be_visible()
    assert refused == []  # what is needed is asked for, and not found out by an attempt
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The link needs a password, and this is not it.")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Your name").fill("Maria")
    page.keyboard.press("Enter")

    expect(page.get_by_text("You are here as Maria.")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name=FILM)).to_be_visible()
    talk = page.get_by_role("region", name="Comments")
    expect(talk.get_by_text("Look at this corner")).to_be_visible()
    talk.get_by_role("button", name="01:00:01:12 · drawing").click()
    is_at(page, 1.52)
    expect(page.get_by_role("img", name="The drawing of the comment").locator("rect")).to_be_visible()
    expect(page.get_by_label("Time code;")).to_have_value("01:00:01:12")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Time code;")).to_have_value("01:00:01:13")
    expect(page.get_by_role("img", name="The drawing of the comment")).to_be_hidden()

    # a reload shows the same without asking again
    page.reload()
    expect(talk.get_by_text("Look at this corner")).to_be_visible()
    assert page.url.endswith(share.address)

    # a comment at the frame in view, one on a span, and one about all of it
    page.evaluate("document.querySelector('video').currentTime = 2.01")
    is_at(page, 2.01)
    box = talk.get_by_label("Your comment")
    box.fill("Too dark here")
    expect(talk.get_by_text("At 01:00:02:00.", exact=True)).to_be_visible()
    talk.get_by_role("button", name="Comment", exact=True).press("Enter")
    expect(talk.get_by_role("button", name="01:00:02:00", exact=True)).to_be_visible()
    expect(box).to_have_value("")
    page.get_by_role("button", name="Mark in").click()
    page.evaluate("document.querySelector('video').currentTime = 3.02")
    is_at(page, 3.02)
    page.get_by_role("button", name="Mark out").click()
    box.fill("Cut this")
    talk.get_by_role("button", name="Comment", exact=True).click()
    expect(talk.get_by_role("button", name="01:00:02:00 – 01:00:03:00")).to_be_visible()
    talk.get_by_label("About all of it").check()
    box.fill("Well done")
    talk.get_by_role("button", name="Comment", exact=True).click()
    expect(talk.get_by_text("Well done")).to_be_visible()
    found = shared.comments()
    assert (found["Too dark here"].start.frame, found["Too dark here"].end) == (48, None)
    assert (found["Cut this"].start.frame, found["Cut this"].end.frame) == (48, 73)
    assert found["Well done"].start is None
    assert {one.author_name for text, one in found.items() if text != "Look at this corner"} == {"Maria"}

    # reply, edit, delete, resolve
    thread = talk.get_by_role("listitem").filter(has_text="Look at this corner")
    assert thread.get_by_role("button", name="Edit").count() == 0
    thread.get_by_role("button", name="Reply").press("Enter")
    page.keyboard.type("I see it")
    thread.get_by_role("button", name="Reply").last.press("Enter")
    expect(thread.get_by_role("listitem").get_by_text("I see it")).to_be_visible()
    assert [one.text for one in shared.comments()["Look at this corner"].replies] == ["I see it"]
    own = talk.get_by_role("listitem").filter(has_text="Well done")
    own.get_by_role("button", name="Edit").click()
    own.get_by_label("Edit the comment").fill("Very well done")
    own.get_by_role("button", name="Save").click()
    expect(talk.get_by_text("Very well done")).to_be_visible()
    cut = talk.get_by_role("listitem").filter(has_text="Cut this")
    cut.get_by_role("button", name="Resolve").click()
    expect(cut.get_by_text("resolved")).to_be_visible()
    talk.get_by_role("listitem").filter(has_text="Too dark here").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(talk.get_by_text("Too dark here")).to_have_count(0)
    assert set(shared.comments()) == {"Look at this corner", "Cut this", "Very well done"}

    # what others write appears, and a text that is being written stays
    box.fill("half a sent")
    shared.comment("From the office")
    expect(talk.get_by_text("From the office")).to_be_visible()
    expect(box).to_have_value("half a sent")

    workflow = page.get_by_role("region", name="Workflow")
    expect(workflow.get_by_text("In review", exact=True)).to_be_visible()
    workflow.get_by_role("button", name="Request changes …").press("Enter")
    page.get_by_label("Why?").fill("The end is missing")
    page.get_by_role("dialog").get_by_role("button", name="Request changes").click()
    expect(workflow.get_by_text("It is Changes requested now.")).to_be_visible()
    assert library.service(WorkflowService).show(LOCAL, shared.sha1s[FILM]).state == "changes_requested"

    shared.revoke(share)
    expect(page.locator("main").get_by_text("Your session has ended.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_text("The link was revoked.")).to_be_visible()
    expect(page.locator("main").get_by_text("Ask the one who sent it for another one.")).to_be_visible()
    assert page.locator("video").count() == 0 and page.get_by_label("Your comment").count() == 0


def test_a_collection_on_a_phone(page: Page, shared: Shared) -> None:
    root = shared.collection("For the client")
    shared.collection("Second day", root)
    subclip = shared.library.service(SubclipService).create(
        shared.anna, NewSubclip(asset=shared.sha1s[FILM], name="The turn", start="1", end="2")
    )
    shared.library.service(CollectionItemService).add(shared.anna, root, Chosen(subclips=(subclip.id,)))
    share = shared.share(collection=root, allow=(Allow.DOWNLOAD, Allow.COMMENT, Allow.ORIGINALS))
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.goto(f"{shared.url}{share.address}")
    page.get_by_label("Your name").fill("Maria")
    assert (hidden_by_width(page), small_targets(page)) == (0, [])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="For the client")).to_be_visible()
    items = page.get_by_role("region", name="Items").get_by_role("listitem")
    expect(items).to_have_count(3)
    assert [one.split("\n")[-1] for one in items.all_inner_texts()] == [FILM, STILL, f"part of {FILM}"]
    assert (hidden_by_width(page), small_targets(page)) == (0, [])

    items.filter(has_text="The turn").get_by_role("link").click()
    expect(page.get_by_role("button", name="Play 01:00:01:00 – 01:00:02:00")).to_be_visible()
    is_at(page, 1.02)
    page.get_by_role("button", name="Play 01").click()
    page.wait_for_function(
        "() => (one => one.paused && Math.abs(one.currentTime - 47.5 / 24) < 0.01)(document.querySelector('video'))"
    )  # on the last frame of the part
    assert (hidden_by_width(page), small_targets(page)) == (0, [])
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save original").click()
    assert saved.value.suggested_filename == FILM and Path(saved.value.path()).stat().st_size > 1000
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save proxy").click()
    assert saved.value.suggested_filename == "interview.mp4"

    page.go_back()
    expect(items).to_have_count(3)
    page.get_by_role("link", name=STILL).click()
    expect(page.get_by_role("heading", level=2, name=STILL)).to_be_visible()
    page.wait_for_function("() => document.querySelector('.stage img').naturalWidth > 0")
    assert page.locator("video").count() == 0
    page.get_by_role("link", name="For the client").click()
    page.get_by_role("link", name="Second day").click()
    expect(page.get_by_role("heading", level=2, name="Second day")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=2, name="Second day")).to_be_visible()
    expect(items).to_have_count(2)
    assert (hidden_by_width(page), small_targets(page)) == (0, [])


def test_a_link_that_only_shows_asks_nothing_and_shows_no_controls(page: Page, shared: Shared) -> None:
    share = shared.share(max_opens=1)
    page.goto(f"{shared.url}{share.address}")
    expect(page.get_by_label(FILM)).to_be_visible()
    assert page.get_by_role("region", name="Comments").count() == 0
    assert page.get_by_role("button", name="Save").count() == 0
    page.reload()  # opens nothing
    expect(page.get_by_label(FILM)).to_be_visible()
    page.context.clear_cookies()
    page.reload()
    expect(page.locator("main").get_by_text("The link was opened as often as it may be.")).to_be_visible()


def test_what_is_wrong_is_said(page: Page, shared: Shared) -> None:
    page.goto(f"{shared.url}/s")
    expect(page.locator("main").get_by_text("Open the whole link, as it was sent.")).to_be_visible()
    page.goto(f"{shared.url}/s#nothing")
    expect(page.locator("main").get_by_text("The link is not valid.")).to_be_visible()
    share = shared.share(password=PASSWORD)
    page.goto(f"{shared.url}{share.address}")
    for number in range(11):
        page.get_by_label("Password").fill(f"wrong {number}")
        with page.expect_response("**/api/v1/share-sessions"):
            page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Open")).to_be_enabled()  # the page has taken the answer
    expect(page.get_by_role("alert")).to_have_text(
        re.compile(r"^There were too many attempts to log in\. Wait \d+ s, then try again\.$")
    )


def test_the_collection_of_a_link_is_shown_page_by_page(page: Page, shared: Shared) -> None:
    root = shared.collection("Long")
    subclips = [
        shared.library.service(SubclipService)
        .create(shared.anna, NewSubclip(asset=shared.sha1s[FILM], name=f"Part {number}", start="1", end="2"))
        .id
        for number in range(70)
    ]
    shared.library.service(CollectionItemService).add(shared.anna, root, Chosen(subclips=tuple(subclips)))
    page.goto(f"{shared.url}{shared.share(collection=root).address}")
    items = page.get_by_role("region", name="Items").get_by_role("listitem")
    expect(items).to_have_count(60)
    page.get_by_role("button", name="Show more").press("Enter")
    expect(items).to_have_count(72)
    expect(items.nth(60).get_by_role("link")).to_be_focused()
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    items.nth(71).get_by_role("link").click()
    expect(page.get_by_role("button", name="Play 01")).to_be_visible()
    page.go_back()
    expect(items).to_have_count(72)


def test_a_session_that_ends_is_begun_again_and_a_draft_stays(page: Page, shared: Shared) -> None:
    share = shared.share(allow=(Allow.COMMENT,))
    page.goto(f"{shared.url}{share.address}")
    page.get_by_label("Your name").fill("Maria")
    page.keyboard.press("Enter")
    page.get_by_label("Your comment").fill("half a sent")
    with shared.library.service(Database).write() as connection:
        connection.execute(delete(SHARE_SESSION))
    with page.expect_response("**/api/v1/share-sessions") as opened:
        page.get_by_role("button", name="Comment", exact=True).click()
    assert opened.value.status == 201
    expect(page.get_by_text("You are here as Maria.")).to_be_visible()
    expect(page.get_by_label("Your comment")).to_have_value("half a sent")


def test_one_link_is_open_in_a_browser_and_users_are_not_guests(page: Page, shared: Shared) -> None:
    first, second = shared.share(name="First"), shared.share(name="Second")
    page.goto(f"{shared.url}{first.address}")
    expect(page.get_by_role("heading", level=1, name="First")).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{shared.url}{second.address}")
    expect(other.get_by_role("heading", level=1, name="Second")).to_be_visible()
    other.close()
    expect(page.get_by_text("Only one is open at a time.")).to_be_visible()
    page.get_by_role("button", name="Open this link again").press("Enter")
    expect(page.get_by_role("heading", level=1, name="First")).to_be_visible()

    login = {"name": "anna", "password": "a long password"}
    assert page.context.request.post(f"{shared.url}/api/v1/session", data=login).ok
    page.reload()
    expect(page.get_by_text("Open it in a private window, or log out first.")).to_be_visible()
    assert page.locator("video").count() == 0
