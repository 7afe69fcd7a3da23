"""The settings area, as a manager uses it: sources, policies, schema, models, index, sync, clean up, rights."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from tests.support.demo_clips import DemoClips
from tests.support.operated import OperatedLibrary, operated_library
from tests.support.pages import faults_of
from tests.support.views import context_of

POLICY = '[[rule]]\nname = "all"\nquery = ""\ncopies = 2\ntiers = ["hot", "cold"]\n'


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[OperatedLibrary]:
    with operated_library(tmp_path_factory.mktemp("settings"), demo_clips) as library:
        yield library


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "dampipe.toml"
    monkeypatch.setenv("DAMPIPE_CONFIG", str(file))
    return file


@pytest.fixture
def page(browser: Browser, here: OperatedLibrary) -> Iterator[Page]:
    context = context_of(browser)
    page = context.new_page()
    faults = faults_of(page, here.url)
    yield page
    context.close()
    assert faults == []


def test_a_source_is_added_changed_scanned_and_removed(page: Page, here: OperatedLibrary) -> None:
    page.goto(f"{here.url}/#/sources")
    page.get_by_role("button", name="Add a source …").click()
    dialog = page.get_by_role("dialog", name="Add a source")
    dialog.get_by_label("Name").fill("cards")
    dialog.get_by_label("Folder or URL").fill("/etc")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text(
        "/etc"
    )  # is not below the folders that may be scanned
    dialog.get_by_label("Folder or URL").fill(str(here.card))
    dialog.get_by_label("Offline").check()
    dialog.get_by_label("Where the medium is").fill("shelf B")
    dialog.get_by_role("button", name="Add").click()
    entry = page.locator(".entry", has=page.get_by_role("heading", name="cards"))
    expect(entry).to_contain_text("offline")
    expect(entry).to_contain_text("shelf B")
    page.get_by_role("button", name="Change: cards").click()
    dialog = page.get_by_role("dialog", name="Change cards")
    expect(dialog.get_by_label("Offline")).to_be_checked()
    dialog.get_by_label("Nearline").check()
    dialog.get_by_role("button", name="Save").click()
    expect(entry).to_contain_text("nearline")
    expect(entry).to_contain_text("shelf B")  # what was not changed stays
    page.get_by_role("button", name="Scan: cards").click()
    expect(page.locator("main [role=status]")).to_contain_text("cards is scanned")
    here.work()
    expect(entry).to_contain_text("2 files")
    page.get_by_role("button", name="Remove: cards").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(entry).to_have_count(0)


def test_a_source_is_checked_line_by_line(page: Page, here: OperatedLibrary, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    here.library.service(SourceService).add(LOCAL, SourceRequest(name="away", path=str(away)))
    page.goto(f"{here.url}/#/sources")
    page.get_by_role("button", name="Check: archive").click()
    dialog = page.get_by_role("dialog", name="Check of archive")
    row = "Can be written to right a file was written and deleted again"
    expect(dialog.get_by_role("row", name=row)).to_be_visible()
    for what in ("Answers", "Lists its files", "Its clock", "Another source there", "Space"):
        expect(dialog.get_by_role("row", name=what)).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Check: away").click()
    dialog = page.get_by_role("dialog", name="Check of away")
    expect(dialog.get_by_role("row", name="Lists its files look at it no files")).to_be_visible()
    expect(dialog.get_by_role("row", name="Can be written to not tried")).to_be_visible()
    away.rmdir()
    dialog.get_by_role("button", name="Check again").click()
    expect(dialog.get_by_role("status")).to_have_text("1 thing is wrong.")
    expect(dialog.get_by_role("row", name="Answers wrong")).to_contain_text(str(away))
    expect(dialog.get_by_role("row")).to_have_count(2)  # nothing else can be looked at
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Check: away")).to_be_focused()
    here.library.service(SourceService).remove(LOCAL, "away")


def test_a_policy_is_checked_put_in_force_and_planned(page: Page, here: OperatedLibrary) -> None:
    page.goto(f"{here.url}/#/policies")
    editor = page.get_by_label("Policy (TOML)")
    editor.fill("[[rule]]\nname = 3")
    page.get_by_role("button", name="Check").click()
    expect(editor).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#policy-problem")).not_to_be_empty()
    expect(editor).to_be_focused()
    editor.fill(POLICY)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("main")).to_contain_text("The policy is valid.")
    expect(editor).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Put in force …").click()
    page.get_by_role("dialog").get_by_role("button", name="Put in force").click()
    expect(page.locator("main")).to_contain_text("Policy 1 is in force.")
    page.get_by_role("button", name="Make a plan").click()
    plan = page.locator(".entry", has_text="Plan 1")
    expect(plan).to_contain_text("a draft: nothing moves yet")
    plan.get_by_role("link", name="Plan 1").click()
    expect(page.get_by_role("row", name="A001_C001.mp4")).to_contain_text("archive")
    page.get_by_role("button", name="Cancel: plan 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the plan").click()
    expect(page.locator(".entry")).to_contain_text("cancelled")


def test_a_field_is_drafted_checked_applied_and_taken_back(page: Page, here: OperatedLibrary) -> None:
    page.goto(f"{here.url}/#/schema")
    expect(page.locator("main")).to_contain_text("Version")
    page.get_by_role("button", name="Add a field …").click()
    dialog = page.get_by_role("dialog", name="Add a field")
    dialog.get_by_label("Label", exact=True).and_(dialog.get_by_role("textbox")).fill("Bin number")
    dialog.get_by_label("Key").fill("bin_number")
    dialog.get_by_role("button", name="Add to the draft").click()
    expect(page.locator("main")).to_contain_text("The draft below differs from it.")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("main")).to_contain_text("Added: bin_number.")
    page.get_by_role("button", name="Apply …").click()
    page.get_by_role("dialog").get_by_role("button", name="Apply").click()
    expect(page.locator("main [role=status]")).to_contain_text("The schema has version")
    page.reload()
    expect(page.locator(".entry", has_text="Bin number")).to_be_visible()
    page.get_by_role("button", name="Undo the last change …").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.locator(".entry", has_text="Bin number")).to_have_count(0)


def test_a_model_is_chosen_and_the_index_rebuilt(page: Page, here: OperatedLibrary, config: Path) -> None:
    page.goto(f"{here.url}/#/models")
    tiny = page.locator(".entry", has=page.get_by_role("heading", name="tiny"))
    expect(tiny).to_contain_text("It answers searches.")
    other = page.locator(".entry").nth(1)
    other.get_by_role("button", name="Use").click()
    page.get_by_role("dialog").get_by_role("button", name="Use it").click()
    expect(page.locator("main [role=status]")).to_contain_text("is chosen. Restart dampipe")
    expect(other).to_contain_text("after a restart")
    assert tomllib.loads(config.read_text())["model"] in other.inner_text()
    page.goto(f"{here.url}/#/index")
    expect(page.get_by_role("row", name="tiny")).to_contain_text("complete")
    page.get_by_role("button", name="Rebuild").click()
    asked = page.locator(".entry", has_text="Rebuild")
    expect(asked).to_contain_text("No worker that does it is running.")
    here.work()
    expect(asked).to_contain_text("done")
    expect(asked.get_by_role("row", name="tiny")).to_contain_text("complete")


def test_the_nightly_sync_is_set(page: Page, here: OperatedLibrary, config: Path) -> None:
    page.goto(f"{here.url}/#/sync")
    schedule = page.get_by_label("Schedule")
    schedule.fill("every night")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main form").first.get_by_role("alert")).to_contain_text("is not a valid schedule")
    schedule.fill("30 2 * * *")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("It is started every day at 02:30.")
    expect(page.locator("main")).to_contain_text("These settings hold once dampipe is restarted.")
    assert tomllib.loads(config.read_text())["sync_schedule"] == "30 2 * * *"
    page.get_by_label("archive").uncheck()
    page.get_by_role("button", name="Sync now").click()
    expect(page.locator("main")).to_contain_text("Begun: scan")
    here.work()


def test_the_library_is_cleaned_up_after_it_was_counted(page: Page, here: OperatedLibrary) -> None:
    gone = here.footage / "third.mp4"
    gone.unlink()
    here.library.add(here.footage)
    here.work()
    page.goto(f"{here.url}/#/prune")
    page.get_by_role("button", name="Count").click()
    counted = page.locator(".entry", has_text="Count")
    expect(counted).to_contain_text("No worker that does it is running.")
    here.work()
    expect(counted).to_contain_text("Would be removed: 1 missing file")
    expect(counted).to_contain_text("third.mp4")
    page.get_by_role("button", name="Remove this …").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    here.work()
    expect(page.locator(".entry", has_text="Removal")).to_contain_text("Removed: 1 missing file")


def test_sidecars_and_licences_are_kept(page: Page, here: OperatedLibrary) -> None:
    page.goto(f"{here.url}/#/sidecars")
    row = page.get_by_role("row", name="archive")
    row.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog", name="Sidecars of archive")
    dialog.get_by_label("Are written beside the footage").check()
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("beside the footage")
    page.goto(f"{here.url}/#/rights")
    page.get_by_role("button", name="Add a licence …").click()
    dialog = page.get_by_role("dialog", name="Add a licence")
    dialog.get_by_label("Name", exact=True).fill("festival")
    dialog.get_by_label("Territories").fill("Atlantis")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Atlantis")
    dialog.get_by_label("Territories").fill("DE, AT")
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator(".entry", has_text="festival")).to_contain_text("DE, AT")
    page.get_by_label("Footage without a licence").select_option("ask")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("main [role=status]").nth(1)).to_have_text("The policy is applied.")
    page.reload()
    expect(page.get_by_label("Footage without a licence")).to_have_value("ask")
