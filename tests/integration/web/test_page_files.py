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
from dampipe.web.page_files import PageFiles

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
    assert len([one for one in named if not one.endswith(".js")]) == 5
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


def test_browsers_keep_what_is_named_with_a_version_and_all_of_a_page_has_one(http: TestClient) -> None:
    for page in ("/", "/s"):
        document = http.get(page)
        assert document.headers["cache-control"] == "no-cache"
        named = re.findall(r'(?:src|href)="(/[^"]+)"', document.text)
        [version] = {re.match("/page/v/([0-9a-f]{16})/", address)[1] for address in named}  # type: ignore[index]
        for address in named:
            assert http.get(address).headers["cache-control"] == "public, max-age=31536000, immutable"
    for address, file in MODULES.items():
        kept = http.get(address.replace("/page/", f"/page/v/{version}/", 1))
        assert kept.headers["cache-control"].endswith("immutable"), address
        assert kept.text.replace(f"/page/v/{version}/", "/page/") == file.read_text()
        assert all(f"/page/v/{version}/" in found for found in re.findall('from "/[^"]*"', kept.text)), (
            address
        )
        assert kept.headers["content-length"] == str(len(kept.content)) or "content-encoding" in kept.headers


def test_a_document_announces_the_modules_that_its_script_imports(http: TestClient) -> None:
    for page, script in (("/", "/page/page.js"), ("/s", "/page/guest/guest.js")):
        text = re.sub("/page/v/[0-9a-f]{16}/", "/page/", http.get(page).text)
        announced = re.findall(r'<link rel="modulepreload" href="([^"]+)" />', text)
        found, left = set(), [script]
        while left:
            address = left.pop()
            if address not in found:
                found.add(address)
                left.extend(imports(MODULES[address], address))
        assert announced[0] == script and sorted(announced) == sorted(found)
        assert "/page/player/open.js" not in announced or page == "/s", "it is loaded later"


def test_a_file_without_a_version_is_sent_again_once_it_has_changed(http: TestClient) -> None:
    first = http.get("/page/dom.js")
    assert first.headers["cache-control"] == "no-cache" and first.text == (FOLDER / "dom.js").read_text()
    again = http.get("/page/dom.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert http.get("/page/dom.js", headers={"If-None-Match": '"another"'}).status_code == 200
    plain = http.get("/page/dom.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text == first.text
    head = http.head("/page/dom.js")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "name",
    ["v/0123456789abcdef/nothing.js", "v/0123456789abcdef/", "v/xyz/dom.js", "v/dom.js", "..%2fpage.py", ""],
)
def test_names_of_no_file_are_not_found(http: TestClient, name: str) -> None:
    assert http.get(f"/page/{name}").status_code == 404
    assert http.post("/page/dom.js").status_code == 405


def test_a_page_that_was_loaded_before_the_files_changed_gets_them_by_its_own_version(tmp_path: Path) -> None:
    module = tmp_path / "one.js"
    module.write_text('import { two } from "/page/two.js";\n')
    (tmp_path / "two.js").write_text("export const two = 2;\n")
    (tmp_path / "index.html").write_text('<head><script type="module" src="/page/one.js"></script></head>')
    files = PageFiles(lambda: {file.name: file for file in tmp_path.iterdir()})
    served = TestClient(files)

    def address() -> str:
        return re.findall(r'src="([^"]+)"', files.document("index.html"))[0]  # type: ignore[no-any-return]

    before = address()
    assert served.get(before).headers["cache-control"].endswith("immutable")
    module.write_text('import { two } from "/page/two.js";\nexport const three = two + 1;\n')
    after = address()
    assert after != before
    old, new = served.get(before), served.get(after)
    assert "three" in old.text and "three" in new.text
    assert "cache-control" not in old.headers and new.headers["cache-control"].endswith("immutable")
    assert before.replace("one", "two") in old.text and after.replace("one", "two") in new.text


def test_each_panel_of_a_feature_is_on_the_page() -> None:
    features = FOLDER.parents[1] / "features"
    found = {file for pattern in ("*/panel.js", "*/panel/panel.js") for file in features.glob(pattern)}
    assert found == {file for file in panel_files().values() if file.is_relative_to(features)}
