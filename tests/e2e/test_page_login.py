"""The login of the page in a real browser: nothing that is open is lost, and each user sees what it may."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import dampipe
from dampipe.app.demo.footage import make_footage
from dampipe.features.access.model import UserRequest
from dampipe.features.access.service import AccessService
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.container import Services
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.web.app import create_app
from tests.support.serving import serving

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    clips = make_footage(find_ffmpeg(None), tmp_path_factory.mktemp("clips"))
    footage = tmp_path_factory.mktemp("footage")
    for folder, clip in (("day", clips[0]), ("night", clips[1])):
        (footage / folder).mkdir()
        (footage / folder / clip.name).write_bytes(clip.read_bytes())
    home = tmp_path_factory.mktemp("home")
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as opened:
        opened.add(footage)
        opened.process()
        access = opened.service(AccessService)
        for name, role, sees in (("root", Role.ADMIN, None), ("vera", Role.VIEWER, (str(footage / "day"),))):
            access.add_user(LOCAL, UserRequest(name=name, role=role, password=PASSWORD, sees=sees))
        opened.access = access
        yield opened


@pytest.fixture
def page(browser: Browser, library: Any) -> Iterator[Page]:
    page = browser.new_page()
    problems: list[str] = []
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: problems.append(str(error)))
    with serving(create_app(library.service(Services))) as url:
        page.goto(url)
        yield page
        page.close()
    assert problems == []


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    dialog = page.locator("#login")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Log in").click()


def test_the_page_asks_for_a_login_and_shows_who_is_logged_in(page: Page) -> None:
    expect(page.locator(".card")).to_have_count(0)
    log_in(page, "root", "a wrong one")
    expect(page.locator("#login .problem")).to_contain_text("the name or the password is wrong")
    page.keyboard.press("Escape")
    expect(page.locator("#login")).to_be_visible()
    log_in(page, "root")
    expect(page.locator("#login")).to_be_hidden()
    expect(page.locator(".card")).to_have_count(2)
    account = page.locator("#account")
    expect(account.locator("summary")).to_have_text("root")
    account.locator("summary").click()
    expect(account).to_contain_text("Logged in as admin.")
    account.get_by_role("button", name="Log out", exact=True).click()
    expect(page.locator("#login")).to_be_visible()
    expect(page.locator(".card")).to_have_count(0)
    log_in(page, "vera")
    expect(page.locator(".card")).to_have_count(1)


def test_a_session_that_ends_loses_nothing_that_is_open(page: Page, library: Any) -> None:
    log_in(page, "root")
    page.locator(".card a").first.click()
    player = page.locator("#player")
    expect(player).to_be_visible()
    library.access.log_out(LOCAL, "root")
    expect(page.locator("#login")).to_be_visible()  # the status line has asked
    log_in(page, "root")
    expect(page.locator("#login")).to_be_hidden()
    expect(player).to_be_visible()
    expect(page.locator("#status-line")).to_contain_text("asset")


def test_the_original_is_downloaded_by_who_may(page: Page, library: Any) -> None:
    log_in(page, "root")
    page.locator(".card a").first.click()
    link = page.locator("#player").get_by_role("link", name="Download original")
    with page.expect_download() as started:
        link.click()
    originals = {Path(one.paths[0]).name: Path(one.paths[0]) for one in library.videos()}
    downloaded = started.value
    assert Path(downloaded.path()).read_bytes() == originals[downloaded.suggested_filename].read_bytes()
    page.locator("#player").get_by_role("button", name="Close").click()
    page.locator("#account summary").click()
    page.get_by_role("button", name="Log out", exact=True).click()
    log_in(page, "vera")
    page.locator(".card a").first.click()
    expect(page.locator("#player dl")).to_contain_text("SHA-1")
    expect(link).to_have_count(0)


def test_a_new_password(page: Page) -> None:
    log_in(page, "vera")
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
