"""The files of the page: what a module imports is served, and one that is not there is not."""

import re
from pathlib import Path
from posixpath import normpath

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dampipe.web.app import create_app
from dampipe.web.guard import PAGE_POLICY
from dampipe.web.page import FOLDER, panel_files

MODULES = {
    **{f"/page/{file.relative_to(FOLDER).as_posix()}": file for file in FOLDER.rglob("*.js")},
    **{
        f"/page/panels/{name}/{file.name}": file
        for name, panel in panel_files().items()
        for file in panel.parent.glob("*.js")
    },
}
"""Every JavaScript file of the page and of features, by its address."""
VENDORED = sorted(address for address in MODULES if address.startswith("/page/vendor/"))
"""Modules of other projects, which `make lint-page` compares with their packages."""
OURS = sorted(set(MODULES) - set(VENDORED))
LONGEST = 350
"""Lines of one file."""


@pytest.fixture(scope="module")
def http() -> TestClient:
    """The files need no library."""
    app: FastAPI = create_app(None)
    return TestClient(app, "http://127.0.0.1", raise_server_exceptions=False)


def imports(file: Path, address: str) -> set[str]:
    """The addresses of the modules that a module imports."""
    names = re.findall(r"""^import\s[^;]*?["']([^"']+)["'];""", file.read_text(), re.M)
    folder = address.rpartition("/")[0]
    return {normpath(name if name.startswith("/") else f"{folder}/{name}") for name in names}


def test_every_module_that_is_imported_is_served_as_a_script(http: TestClient) -> None:
    listed = http.get("/api/v1/panels").json()
    assert set(listed) <= set(MODULES) and len(listed) == len(panel_files()) >= 5
    wanted = {name for address, file in MODULES.items() for name in imports(file, address)}
    assert len(wanted) > 25 and wanted <= set(MODULES)
    for address in MODULES:
        answer = http.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"].startswith("text/javascript"), address
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "nothing/panel.js",
        "versions/nothing.js",
        "versions/panel",
        "versions/__init__.py",
        "versions/..%2f..%2ftagging%2fpanel.js",
        "versions/../__init__.js",
        "versions/%00.js",
        f"versions/{'a' * 300}.js",
        "tagging.js",
    ],
)
def test_nothing_else_is_served_as_a_panel(http: TestClient, name: str) -> None:
    answer = http.get(f"/page/panels/{name}")
    assert answer.status_code in (404, 422) and "javascript" not in answer.headers["content-type"]


@pytest.mark.parametrize("address", OURS)
def test_a_module_is_short_and_says_nothing_that_only_a_command_line_can_do(address: str) -> None:
    text = MODULES[address].read_text()
    assert text.count("\n") <= LONGEST
    assert text.startswith("// "), "a comment says what it is for"
    assert not re.search(r"`dampipe [a-z]|innerHTML|outerHTML|insertAdjacentHTML|\beval\(", text)


@pytest.mark.parametrize("address", VENDORED)
def test_a_vendored_module_makes_elements_of_its_templates_alone_and_no_code(address: str) -> None:
    """Lit has one place where markup becomes elements; a list of strings that is not a literal never comes there. Others
    have none."""
    text = MODULES[address].read_text()
    assert text.startswith("// ") and "not to be edited" in text.partition("\n")[0]
    is_lit = address.endswith("/lit.js")
    assert re.findall(r"\.(innerHTML|outerHTML)\s*=(?!=)", text) == ["innerHTML"] * is_lit
    assert not re.search(r"insertAdjacentHTML|document\.write|createContextualFragment|srcdoc", text)
    assert not re.search(r"\beval\(|\bFunction\(|\bimport\(|https?://", text)
    assert not is_lit or ('hasOwnProperty("raw")' in text and "invalid template strings array" in text)


def test_the_page_of_guests_is_served_by_the_strict_policy_and_sets_no_cookie(http: TestClient) -> None:
    """Without a library: it asks for nothing."""
    answer = http.get("/s")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert "unsafe" not in PAGE_POLICY and "data:" not in PAGE_POLICY
    assert "set-cookie" not in answer.headers
    assert (answer.headers["x-frame-options"], answer.headers["referrer-policy"]) == ("DENY", "same-origin")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:", answer.text)
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(named) == 6
    for address in named:
        assert http.get(address).status_code == 200, address
    assert http.head("/s").status_code == 200 and http.post("/s").status_code == 405


def test_the_modules_of_guests_load_nothing_that_logs_users_in() -> None:
    """What they import, directly or not: the login of the page would cover what a guest sees."""
    found, left = set(), ["/page/guest/guest.js"]
    while left:
        address = left.pop()
        if address not in found:
            found.add(address)
            left.extend(imports(MODULES[address], address))
    assert {"/page/panels/review/comments.js", "/page/dom.js"} <= found
    assert "/page/login.js" not in found and "setLogin(" not in "".join(
        MODULES[one].read_text() for one in found - {"/page/api.js"}
    )


def test_each_panel_of_a_feature_is_on_the_page() -> None:
    features = FOLDER.parents[1] / "features"
    found = {file for pattern in ("*/panel.js", "*/panel/panel.js") for file in features.glob(pattern)}
    assert found == {file for file in panel_files().values() if file.is_relative_to(features)}
