"""Review in a real browser: drawings, threads, markers, what others see at once, share links, approval by a guest."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import dampipe
from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.service import AccessService
from dampipe.features.review.model import Audience, CommentEdit, CommentReport, CommentRequest
from dampipe.features.review.service import ReviewService
from dampipe.features.sharing.service import ShareService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.model import MoveRequest, Selected
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.container import Services
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.web.app import create_app
from tests.support.counted_clips import counted
from tests.support.pages import faults_of
from tests.support.serving import serving
from tests.support.views import context_of

FILM, OTHER = "interview.mov", "second take.mov"
PASSWORD = "correct horse"
SOON = 45_000
"""Milliseconds within which a loaded machine shows what a quiet one does within a second."""


@dataclass(frozen=True)
class Served:
    """A library with two films of 25 frames per second, its users, and where its page is."""

    library: Any
    url: str
    film: str
    other: str

    def actor(self, name: str) -> Actor:
        user = self.library.service(AccessRepository).user(name)
        return Actor(ActorKind.USER, name, user.role, user=user.id)

    @property
    def review(self) -> ReviewService:
        found: ReviewService = self.library.service(ReviewService)
        return found

    def add(self, by: str, text: str, **more: Any) -> CommentReport:
        return self.review.add(self.actor(by), CommentRequest(asset=self.film, text=text, **more))

    def comments(self) -> dict[str, CommentReport]:
        """Those on the first film by text, or by name."""
        return {one.text or one.name: one for one in self.review.of_asset(LOCAL, self.film).comments}

    def address(self, **query: object) -> str:
        return f"{self.url}/#/asset/{self.film}?tab=Comments" + "".join(
            f"&{key}={value}" for key, value in query.items()
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    footage = tmp_path_factory.mktemp("footage")
    for number, name in enumerate((FILM, OTHER)):
        times = [1000 * at for at in range(100 + 10 * number)]
        counted(find_ffmpeg(), footage / name, Fraction(25), times, timecode="10:00:00:00")
    home = tmp_path_factory.mktemp("home")
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        library.add(footage)
        library.process()
        access = library.service(AccessService)
        for name, role in (("anna", Role.MANAGER), ("bert", Role.EDITOR), ("hanna", Role.VIEWER)):
            access.add_user(LOCAL, UserRequest(name=name, role=role, password=PASSWORD))
        library.service(WorkflowService).apply(LOCAL, shipped_toml("review"))
        sha1s = {one.name: one.sha1 for one in library.videos()}
        with serving(create_app(library.service(Services))) as url:
            yield Served(library, url, sha1s[FILM], sha1s[OTHER])


@pytest.fixture(autouse=True)
def clean(served: Served) -> Iterator[None]:
    """Each test begins without comments."""
    yield
    for one in served.review.of_asset(LOCAL, served.film).comments:
        served.review.delete(LOCAL, one.id)


@contextmanager
def browsing(
    browser: Browser, served: Served, user: str = "", *, size: str = "wide", touch: bool = False
) -> Iterator[Page]:
    """A browser of its own, in which a user is logged in; it fails the test for a fault of the page."""
    if touch:
        width, height = 390, 844
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=True, is_mobile=True
        )
    else:
        context = context_of(browser, size)
    if user:
        answer = context.request.post(
            f"{served.url}/api/v1/session", data={"name": user, "password": PASSWORD}
        )
        assert answer.ok, answer.text()
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.emulate_media(reduced_motion="reduce")
    faults = faults_of(page, served.url)
    yield page
    context.close()
    assert faults == []


def talk(page: Page) -> Locator:
    return page.get_by_role("region", name="Comments")


def thread(page: Page, text: str) -> Locator:
    return talk(page).locator(".thread").filter(has_text=text)


def open_film(page: Page, served: Served, **query: object) -> None:
    """Open the player, and wait until its picture and the comments are there."""
    page.goto(served.address(**query))
    expect(talk(page)).to_be_visible()
    page.wait_for_function(
        "() => (one => one && one.readyState >= 2 && !one.seeking)(document.querySelector('#player video'))"
    )


def drag(page: Page, points: list[tuple[float, float]]) -> None:
    """Draw with the mouse through points, in fractions of the picture."""
    box = page.locator(".overlay").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def near(points: Any, wanted: list[tuple[float, float]]) -> bool:
    """Whether the first and the last point are where they were meant, within 2 % of the picture."""
    ends = (points[0], points[-1])
    return all(
        abs(a - b) < 0.02
        for end, want in zip(ends, wanted, strict=True)
        for a, b in zip(end, want, strict=True)
    )


def test_one_draws_with_the_mouse_and_takes_strokes_back(browser: Browser, served: Served) -> None:
    with browsing(browser, served, "anna") as page:
        open_film(page, served, t=1.5)
        page.keyboard.press("d")
        drag(page, [(0.2, 0.3), (0.4, 0.5), (0.6, 0.3)])
        page.get_by_role("button", name="Arrow").click()
        page.get_by_role("button", name="Yellow").click()
        drag(page, [(0.8, 0.8), (0.5, 0.6)])
        page.get_by_role("button", name="Box").click()
        drag(page, [(0.1, 0.1), (0.9, 0.9)])
        drawing = page.get_by_role("img", name="The drawing of the comment")
        expect(drawing.locator(":scope > *")).to_have_count(3)
        page.get_by_role("button", name="Undo the last stroke").click()
        expect(drawing.locator("rect")).to_have_count(0)
        expect(talk(page).get_by_text("At 10:00:01:12.", exact=True)).to_be_visible()
        talk(page).get_by_role("button", name="Comment", exact=True).click()  # a drawing says enough
        entry = talk(page).locator(".thread")
        expect(entry.get_by_role("button", name="10:00:01:12 · drawing")).to_be_visible()
        [made] = served.comments().values()
        assert made.start is not None and made.start.frame == 37 and made.drawing is not None
        pen, arrow = made.drawing.shapes
        assert (pen.shape, pen.color, arrow.shape, arrow.color) == ("path", "#ff3b30", "arrow", "#ffcc00")
        assert near(pen.points, [(0.2, 0.3), (0.6, 0.3)]) and near(arrow.points, [(0.8, 0.8), (0.5, 0.6)])

        # it is seen on its frame alone, and again after a click
        expect(drawing.locator(":scope > *")).to_have_count(2)
        page.locator("#player video").focus()
        page.keyboard.press("ArrowRight")
        expect(drawing).to_be_hidden()
        entry.get_by_role("button", name="10:00:01:12 · drawing").click()
        expect(drawing).to_be_visible()
        expect(page.get_by_label("Time code;")).to_have_value("10:00:01:12")


def test_one_draws_with_a_finger(browser: Browser, served: Served) -> None:
    with browsing(browser, served, "bert", touch=True) as page:
        open_film(page, served)
        talk(page).get_by_role("button", name="Draw").tap()
        page.get_by_role("button", name="Ellipse").tap()
        box = page.locator(".overlay").bounding_box()
        bar = page.locator("#player > .bar").bounding_box()
        assert box is not None and bar is not None
        assert bar["height"] <= 64 and box["y"] >= bar["y"] + bar["height"] - 1, (
            "the bar covers no part of the picture"
        )
        touch = page.context.new_cdp_session(page)

        def send(kind: str, *points: tuple[float, float]) -> None:
            places = [
                {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points
            ]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        send("touchStart", (0.3, 0.3))
        for step in range(1, 6):
            send("touchMove", (0.3 + 0.08 * step, 0.3 + 0.1 * step))
        send("touchEnd")
        drawing = page.get_by_role("img", name="The drawing of the comment")
        expect(drawing.locator("ellipse")).to_have_count(1)
        talk(page).get_by_label("Your comment").fill("by hand")
        talk(page).get_by_role("button", name="Comment", exact=True).click()
        expect(thread(page, "by hand")).to_be_visible()
        [shape] = served.comments()["by hand"].drawing.shapes  # type: ignore[union-attr]
        assert shape.shape == "ellipse" and near(shape.points, [(0.3, 0.3), (0.7, 0.8)])


def test_what_one_writes_another_sees_at_once(browser: Browser, served: Served, record_property: Any) -> None:
    with browsing(browser, served, "anna") as anna, browsing(browser, served, "bert") as bert:
        open_film(anna, served, t=1)
        open_film(bert, served)
        took = []
        for number in range(3):
            talk(anna).get_by_label("Your comment").fill(f"note {number}")
            begun = time.monotonic()
            talk(anna).get_by_role("button", name="Comment", exact=True).click()
            expect(thread(bert, f"note {number}")).to_be_visible(timeout=SOON)
            took.append(round(time.monotonic() - begun, 3))
        record_property("seconds until another sees a comment", took)
        print("seconds from the click until another sees the comment:", took)
        expect(bert.locator(".marks .mark")).to_have_count(3)

        # a reply, in which a person is completed; resolved; and what was deleted comes back
        thread(bert, "note 1").get_by_role("button", name="Reply").click()
        reply = thread(bert, "note 1").get_by_label("Your reply")
        reply.press_sequentially("I see, @a")
        expect(bert.get_by_role("option", name="@anna")).to_be_visible()
        reply.press("Enter")
        expect(reply).to_have_value("I see, @anna ")
        thread(bert, "note 1").get_by_label("Only for the team").check()
        thread(bert, "note 1").get_by_role("button", name="Reply").last.click()
        expect(thread(anna, "I see, ").locator(".mention")).to_have_text("@anna", timeout=SOON)
        expect(thread(anna, "I see, ").get_by_text("team", exact=True)).to_be_visible()
        thread(anna, "note 1").get_by_role("button", name="Resolve").click()
        expect(thread(bert, "note 1").get_by_text("resolved", exact=True)).to_be_visible(timeout=SOON)
        talk(bert).get_by_label("Which comments are listed").select_option("open")
        expect(thread(bert, "note 1")).to_have_count(0)
        talk(bert).get_by_label("Which comments are listed").select_option("all")
        thread(anna, "note 2").get_by_role("button", name="Delete").click()
        expect(thread(bert, "note 2")).to_have_count(0, timeout=SOON)
        talk(anna).get_by_role("button", name="Undo").click()
        expect(thread(bert, "note 2")).to_be_visible(timeout=SOON)
        assert served.review.show(LOCAL, served.comments()["note 1"].id).replies[0].mentions == ("anna",)

        anna.goto(f"{served.url}/#/review")
        mention = anna.get_by_role("region", name="Mentions").get_by_role("listitem")
        expect(mention).to_contain_text("I see, @anna")
        mention.get_by_role("link").click()
        expect(thread(anna, "note 1")).to_have_class(re.compile("chosen"))


def test_an_edit_that_meets_another_shows_both(browser: Browser, served: Served) -> None:
    made = served.add("anna", "first", start="1")
    with browsing(browser, served, "anna") as page:
        open_film(page, served)
        own = thread(page, "first")
        own.get_by_role("button", name="Edit").click()
        talk(page).get_by_label("Edit the comment").fill("mine")
        served.review.edit(served.actor("anna"), made.id, CommentEdit(text="from my other desk"))
        form = talk(page).locator(".thread form")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_text("from my other desk")).to_be_visible()
        expect(form.locator("dd").get_by_text("mine")).to_be_visible()
        form.get_by_role("button", name="Save mine all the same").click()
        expect(thread(page, "mine")).to_be_visible()
        assert set(served.comments()) == {"mine"}


def cut_that(node: dict[str, Any]) -> dict[str, Any]:
    """A marker with another note, as an editor changes it: not what programs do not show."""
    return {**node, "comment": "anna: cut that"} if node.get("comment") == "anna: cut this" else node


def test_markers_and_spans_by_the_keyboard_leave_and_come_back(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    with browsing(browser, served, "anna") as page:
        open_film(page, served, t=1)
        page.locator("#player video").focus()
        page.keyboard.press("m")
        expect(thread(page, "Marker 1")).to_be_visible()
        page.keyboard.press("i")
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("o")
        expect(talk(page).get_by_text("From 10:00:01:00 to 10:00:01:05.")).to_be_visible()
        page.keyboard.press("c")
        page.keyboard.type("cut this")
        page.keyboard.press("Control+Enter")
        expect(thread(page, "cut this")).to_contain_text("10:00:01:00 – 10:00:01:05")
        found = served.comments()
        span = found["cut this"]
        assert span.start and span.end and (span.start.frame, span.end.frame) == (25, 31)
        assert found["Marker 1"].start and found["Marker 1"].start.frame == 25

        talk(page).get_by_text("Export, import").click()
        talk(page).get_by_role("button", name="Export …").click()
        page.locator("select[name=format]").select_option("otio")
        with page.expect_download() as saved:
            page.get_by_role("dialog").get_by_role("button", name="Export").click()
        file = tmp_path / "notes.otio"
        saved.value.save_as(file)
        file.write_text(json.dumps(json.loads(file.read_text(), object_hook=cut_that)))
        talk(page).get_by_text("Export, import").click()
        talk(page).get_by_role("button", name="Import …").click()
        page.get_by_label("A timeline from an editing program").set_input_files(file)
        expect(
            page.get_by_text(re.compile("0 new comments, 0 new replies, 1 changed, 1 as they are"))
        ).to_be_visible()
        assert "cut that" not in served.comments(), "a preview changes nothing"
        page.get_by_role("dialog").get_by_role("button", name="Import").click()
        expect(thread(page, "cut that")).to_be_visible()


def test_a_guest_opens_a_link_with_a_password_and_approves(browser: Browser, served: Served) -> None:
    served.add("anna", "between us", start="2", audience=Audience.TEAM)
    served.add("anna", "for everybody", start="1")
    workflow: WorkflowService = served.library.service(WorkflowService)
    workflow.move(LOCAL, MoveRequest(assets=(served.film,), transition="submit"))
    workflow.assign(LOCAL, Selected(assets=(served.film,)), "anna")
    with browsing(browser, served, "anna") as anna, browsing(browser, served) as guest:
        open_film(anna, served)
        anna.get_by_role("button", name="Share …").click()
        dialog = anna.get_by_role("dialog", name=f"Share {FILM}")
        dialog.get_by_label("Message to guests").fill("Please say yes.")
        dialog.get_by_label("Approve", exact=True).check()
        dialog.get_by_label("Password").fill("open sesame")
        dialog.get_by_role("button", name="Make a link").click()
        address = anna.get_by_role("dialog", name=f"The link “{FILM}”").locator("code").inner_text()
        anna.get_by_role("button", name="Done").click()

        guest.goto(address)
        guest.get_by_label("Password").fill("open sesame")
        guest.keyboard.press("Enter")
        guest.get_by_label("Your name").fill("Maria")
        guest.keyboard.press("Enter")
        expect(guest.get_by_text("Please say yes.")).to_be_visible()
        expect(thread(guest, "for everybody")).to_be_visible()
        expect(thread(guest, "between us")).to_have_count(0)
        expect(guest.locator(".marks .mark")).to_have_count(1)
        guest.get_by_role("button", name="Draw").click()
        drag(guest, [(0.2, 0.2), (0.5, 0.5)])
        guest.get_by_label("Your comment").fill("a little brighter")
        talk(guest).get_by_role("button", name="Comment", exact=True).click()
        expect(thread(anna, "a little brighter").get_by_text("guest", exact=True)).to_be_visible(timeout=SOON)
        guest.get_by_role("region", name="Workflow").get_by_role("button", name="Approve").click()
        expect(guest.get_by_text("It is Approved now.")).to_be_visible()
        assert workflow.show(LOCAL, served.film).state == "approved"

        anna.goto(f"{served.url}/#/review")
        expect(
            anna.get_by_role("region", name="From guests").get_by_text("a little brighter")
        ).to_be_visible()
        expect(
            anna.get_by_role("region", name="Open comments on what is assigned to me").get_by_text(
                "for everybody"
            )
        ).to_be_visible()
        anna.goto(f"{served.url}/#/shares")
        row = anna.get_by_role("row").filter(has_text=FILM)
        expect(row).to_contain_text("look, comment, approve")
        row.get_by_role("button", name=f"Revoke: {FILM}").click()
        expect(anna.get_by_text("The link is closed.")).to_be_visible()
        anna.get_by_role("button", name="Undo").click()
        expect(row).to_contain_text("open")
        [link] = served.library.service(ShareService).links(served.actor("anna"))
        assert (link.state, link.opened, link.password, link.message) == ("open", 1, True, "Please say yes.")


def test_who_may_only_look_writes_nothing(browser: Browser, served: Served) -> None:
    served.add("anna", "hello")
    with browsing(browser, served, "hanna") as page:
        open_film(page, served)
        expect(thread(page, "hello")).to_be_visible()
        assert talk(page).get_by_role("button", name="Reply").count() == 0
        assert talk(page).get_by_label("Your comment").count() == 0
        page.locator("#player video").focus()
        page.keyboard.press("m")
        page.keyboard.press("c")
        expect(thread(page, "hello")).to_have_count(1)
        assert len(served.comments()) == 1
