"""Uploads in a browser: files and folders are chosen and dropped, interrupted, and continued after a reload."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import dampipe
from tests.support.pages import faults_of
from tests.support.serving import serving
from tests.support.uploading import Uploading


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Uploading]:
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library:
        yield Uploading(tmp_path, library)


@pytest.fixture
def page(any_browser: Browser, place: Uploading) -> Iterator[Page]:
    context = any_browser.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    with serving(place.app) as url:
        faults = faults_of(page, url)
        page.goto(f"{url}/#/upload")
        expect(page.get_by_role("button", name="Choose files")).to_be_visible()
        yield page
        context.close()
    assert [fault for fault in faults if "beforeunload" not in fault] == []


def files_in(folder: Path, **contents: bytes) -> list[Path]:
    folder.mkdir()
    made = []
    for name, content in contents.items():
        path = folder / f"{name}.wav"
        path.write_bytes(content)
        made.append(path)
    return made


def test_a_folder_is_uploaded_and_imported(page: Page, place: Uploading, tmp_path: Path) -> None:
    files_in(tmp_path / "card", one=b"RIFF one", two=b"RIFF other")
    (tmp_path / "card" / "notes.txt").write_text("no footage")
    (tmp_path / "card" / ".DS_Store").write_text("rubbish")
    # Playwright gives Firefox no folders: there the files are chosen.
    has_folders = page.context.browser is not None and page.context.browser.browser_type.name == "chromium"
    if has_folders:
        page.get_by_label("Folder to upload").set_input_files(tmp_path / "card")
    else:
        page.get_by_label("Files to upload").set_input_files(sorted((tmp_path / "card").iterdir()))
    below = "card/" if has_folders else ""
    entry = page.locator("li.entry")
    expect(entry).to_contain_text("3 files: the import begins", timeout=60_000)
    place.work()
    page.reload()
    expect(entry).to_contain_text("2 imported, 1 not imported.")
    entry.get_by_text("1 file not imported").click()
    expect(entry).to_contain_text(f"{below}notes.txt: neither footage nor a sidecar of some")
    assert (place.raid / f"{below}one.wav").read_bytes() == b"RIFF one"
    assert (place.raid / f"{below}two.wav").read_bytes() == b"RIFF other"


def test_an_upload_goes_on_after_the_page_was_reloaded(page: Page, place: Uploading, tmp_path: Path) -> None:
    big = os.urandom(5_000_000)
    files = files_in(tmp_path / "rushes", small=b"RIFF small", big=big)

    def cut(route: Route) -> None:
        """The connection breaks after two million bytes, which the server has."""
        request = route.request
        path = urlsplit(request.url).path
        if request.method == "PATCH" and place.http.get(path).json()["path"] == "big.wav":
            if request.headers["upload-offset"] == "0":
                place.send(path, 0, big[:2_000_000])
            route.abort("connectionreset")
        else:
            route.fallback()

    page.route("**/api/v1/uploads/*/files/*", cut)
    chooser = page.get_by_label("Files to upload")
    chooser.set_input_files(files)
    expect(page.locator("[data-key=sent]")).to_be_visible()
    expect(page.locator("[data-key=sent]")).to_contain_text("1 of 2 files", timeout=60_000)
    page.get_by_role("button", name="Stop, and continue later").click()
    page.unroute("**/api/v1/uploads/*/files/*")
    page.reload()
    entry = page.locator("li.entry")
    expect(entry).to_contain_text("1 of 2 files complete, 2.0 MB of 5.0 MB")

    sent: list[int] = []
    page.on("request", lambda one: one.method == "PATCH" and sent.append(int(one.headers["upload-offset"])))
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Continue with files").click()
    chosen.value.set_files(files)
    expect(entry).to_contain_text("2 files: the import begins", timeout=60_000)
    assert sent == [2_000_000], "what was there was not sent again"
    place.work()
    assert (place.raid / "big.wav").read_bytes() == big


def test_what_is_wrong_is_said(
    page: Page, place: Uploading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place.folder, "_quota", 5)
    chooser = page.get_by_label("Files to upload")
    chooser.set_input_files(files_in(tmp_path / "rushes", one=b"RIFF one"))
    expect(page.get_by_role("alert")).to_contain_text("there is no room for 8 more bytes", timeout=60_000)
    monkeypatch.setattr(place.folder, "_quota", 0)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("li.entry")).to_contain_text("1 file: the import begins", timeout=60_000)
