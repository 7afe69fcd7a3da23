"""Modules of the page that need no browser, tested by Node.js; and what was made for the page from other files."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / "scripts" / "page"
VENDORED = ROOT / "dampipe" / "web" / "page" / "vendor"
SUITES = sorted((ROOT / "tests" / "unit" / "page").glob("*.test.mjs"))


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name.removesuffix(".test.mjs"))
def test_modules_without_a_browser(suite: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js 20.19 or newer is not installed")
    done = subprocess.run([node, "--test", suite], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_the_api_are_made_of_its_present_description() -> None:
    """`make types`, after the API has changed. `make lint` compares the whole file."""
    digest = hashlib.sha256((ROOT / "docs" / "openapi.json").read_bytes()).hexdigest()
    head = (TOOLS / "openapi.d.ts").read_text().splitlines()[0]
    assert digest in head, "run `make types`"


def test_vendored_modules_have_their_version_and_licence_beside_them() -> None:
    wanted = json.loads((TOOLS / "package.json").read_text())["devDependencies"]
    modules = sorted(VENDORED.glob("*.js"))
    assert modules
    for module in modules:
        head = re.match(r"// (\S+) (\S+), ", module.read_text())
        assert head is not None and head.groups() == (module.stem, wanted[module.stem]), "run `make vendor`"
        assert re.search(
            "Redistribution|Permission is hereby granted", module.with_suffix(".LICENSE").read_text()
        )


def test_no_file_of_the_tools_names_a_server() -> None:
    """A registry is what npm is told to use, and stands in no file."""
    assert '"resolved"' not in (TOOLS / "package-lock.json").read_text()
