"""The work area, as a person uses it: what failed and what helps, imports, proofs, throughput, storage."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.processing.throughput import ThroughputCounter
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.sequencer import Sequencer
from tests.support.demo_clips import DemoClips
from tests.support.operated import BROKEN, OperatedLibrary, operated_library
from tests.support.pages import area_link, faults_of, view_link
from tests.support.views import context_of


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[OperatedLibrary]:
    with operated_library(tmp_path_factory.mktemp("work"), demo_clips) as library:
        yield library


@pytest.fixture
def page(browser: Browser, here: OperatedLibrary) -> Iterator[Page]:
    context = context_of(browser)
    page = context.new_page()
    faults = faults_of(page, here.url)
    yield page
    context.close()
    assert faults == []


def test_the_overview_says_what_came_in_waits_and_failed(page: Page, here: OperatedLibrary) -> None:
    page.goto(here.url)
    area_link(page, "Work").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    overview = page.locator(".overview")
    expect(overview.locator(".arrivals a")).to_have_count(5)
    chart = overview.get_by_role("img", name="Files of the last 14 days: 5 files in all")
    expect(chart).to_be_visible()
    overview.get_by_text("As a table").click()
    table = overview.get_by_role("region", name="as a table")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table.get_by_role("cell")).to_have_text("5")
    expect(overview.locator(".cause")).to_contain_text("Files that cannot be used")
    expect(overview.locator(".todo", has_text="Tasks")).to_contain_text("Nothing is assigned to you.")
    overview.locator(".arrivals a").first.click()
    expect(page.locator("#player[open]")).to_be_visible()


def test_failures_stand_by_cause_and_are_retried_together(page: Page, here: OperatedLibrary) -> None:
    page.goto(f"{here.url}/#/failures")
    cause = page.locator(".cause")
    expect(page.locator(".cause")).to_have_count(1)
    expect(cause).to_contain_text("3 files")
    expect(cause).to_contain_text("not a media file, but a text file (while it was opened)")
    expect(cause).to_contain_text("What helps:")
    for name in BROKEN:
        expect(cause.locator(".files li", has_text=name)).to_be_visible()
    with page.expect_request("**/api/v1/retry") as asked:
        cause.get_by_role("button", name="Retry: first.mp4").click()
    assert len(asked.value.post_data_json["what"]) == 1
    expect(page.locator("main [role=status]")).to_contain_text("1 stage will run again")
    expect(cause).to_contain_text("2 files")
    here.work()  # it fails again, and the view follows
    expect(cause).to_contain_text("3 files")
    with page.expect_request("**/api/v1/retry") as asked:
        cause.get_by_role("button", name="Retry: Files that cannot be used").click()
    assert len(asked.value.post_data_json["what"]) == 3
    expect(page.locator("main")).to_contain_text("No failures.")
    here.work()
    expect(cause).to_contain_text("3 files")


def test_an_import_is_asked_for_followed_and_its_receipt_read(page: Page, here: OperatedLibrary) -> None:
    page.goto(f"{here.url}/#/imports")
    page.get_by_role("button", name="Import …").click()
    dialog = page.get_by_role("dialog", name="Import")
    dialog.get_by_label("What").select_option("folder")
    expect(dialog).to_contain_text("How files are named")
    dialog.get_by_label("From, as the server sees it").fill("/nowhere")
    dialog.get_by_role("button", name="Import").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()  # and what was entered stays
    dialog.get_by_label("From, as the server sees it").fill(str(here.card))
    expect(dialog.get_by_label("archive")).to_be_checked()
    dialog.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("Import 1")
    main = page.locator("main")
    expect(main).to_contain_text("waits for a worker")
    page.get_by_role("button", name="Pause: import 1").click()
    expect(main).to_contain_text("paused")
    page.get_by_role("button", name="Resume: import 1").click()
    expect(page.get_by_role("button", name="Pause: import 1")).to_be_visible()
    here.finish_import(1)
    expect(
        main.get_by_role("img", name="Files of import 1: copied 1, there already 1, set aside 1")
    ).to_be_visible()
    expect(main).to_contain_text("neither media nor what accompanies it")
    expect(page.get_by_role("row", name="notes.txt")).to_contain_text("set aside")
    page.get_by_role("navigation", name="Outcome").get_by_role("link", name="copied and read back").click()
    expect(page.get_by_role("row", name="C0001.mp4")).to_contain_text("archive/")
    page.go_back()
    expect(page.get_by_role("row", name="notes.txt")).to_be_visible()


def test_files_are_proved_and_a_damaged_one_is_shown(page: Page, here: OperatedLibrary) -> None:
    page.goto(f"{here.url}/#/proofs")
    entry = page.locator(".entry", has_text="footage").first
    expect(entry.get_by_role("img")).to_have_attribute("aria-label", "Proofs of footage: never 5")
    victim = next(path for path in sorted(here.footage.glob("A*.mp4")))
    stat, good = victim.stat(), victim.read_bytes()
    victim.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    os.utime(victim, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    page.get_by_role("button", name="Verify now: footage").click()
    page.get_by_role("dialog").get_by_role("button", name="Begin").click()
    expect(page.locator("main [role=status]").first).to_contain_text("5 files will be read again.")
    expect(page.locator("main")).to_contain_text("No worker that could read them is running.")
    here.services.get(FixityWorker).portion()
    here.services.get(Sequencer).number()
    expect(entry.get_by_role("img")).to_have_attribute(
        "aria-label", "Proofs of footage: within 30 days 4, damaged 1"
    )
    expect(page.locator("main")).to_contain_text("Its content has changed while its size and time have not.")
    victim.write_bytes(good)
    os.utime(victim, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_an_engineer_sees_throughput_queues_and_disks(page: Page, here: OperatedLibrary) -> None:
    here.services.get(Sequencer).number()
    events = here.services.get(EventLog).after(0, 10_000, {"stage.done", "stage.failed"})
    here.services.get(ThroughputCounter)(events)
    previews = sum(one.name == "stage.done" and one.data["stage"] == "preview" for one in events)
    page.goto(f"{here.url}/#/throughput")
    chart = page.locator(".chart").first
    expect(chart.locator(".legend li", has_text="preview")).to_contain_text(str(previews))
    expect(page.locator(".tile", has_text="Oldest waiting")).to_contain_text("nothing waits")
    expect(page.locator("main")).to_contain_text("No worker is running.")
    page.get_by_role("link", name="A week").click()
    expect(page.get_by_role("link", name="A week")).to_have_attribute("aria-current", "true")
    expect(chart.locator(".legend li", has_text="preview")).to_contain_text(str(previews))
    view_link(page, "Storage").click()
    expect(page.locator("main")).to_contain_text("Holds home, derivatives")
    expect(page.get_by_role("row", name="archive cold")).to_be_visible()
    expect(page.get_by_role("row", name="proxy")).to_be_visible()
