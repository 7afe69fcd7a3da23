"""Bytes leave dampipe by `ReleaseService.release` only: read from the code, not from what it does.

What could send bytes of assets is listed with the places that may use it; everything else is a way round the checks.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from dampipe.app.features import features
from dampipe.kernel.feature import load_dotted

ROOT = Path(__file__).parents[2]
PACKAGES = ("dampipe", "tasks", "workers")
ORIGINALS = "dampipe/features/originals"
MAY_CALL = {
    # What answers with bytes.
    "byte_answer": {f"{ORIGINALS}/http.py", "dampipe/features/excerpts/http.py"},
    "FileResponse": set(),  # those of the page are sent by PageFiles, which knows no others
    "StreamingResponse": {
        "dampipe/features/events/http.py",  # events
        "dampipe/features/metadata/http_table.py",  # values
    },
    "_StreamAnswer": {"dampipe/kernel/faces/byte_answer.py"},
    # What opens them. The stores are read by stages, checks and `DerivativeService.open`.
    "open_stream": {f"{ORIGINALS}/model.py", f"{ORIGINALS}/http.py", "dampipe/kernel/faces/byte_answer.py"},
    # What makes a timeline of clips.
    "render": {"dampipe/features/search/clips.py"},
}
"""The name of a function or a class -> files that may call it, or pass it on."""
OF_THIS = {
    "render": "dampipe.timeline",
    "byte_answer": "dampipe.kernel.faces.byte_answer",
}
"""Names that others have, too: only where a file imports it from this module."""
MAY_OPEN_DERIVATIVES = {
    "dampipe/features/originals/service.py": "hands it to a release, or to the player",
    "dampipe/app/api.py": "for programs of this machine, as the player",
    "dampipe/features/alignment/service.py": "reads signatures, of which nothing is sent",
}
"""Files that call `DerivativeService.open`, and why."""
BYTE_ENDPOINTS = {
    "/assets/{sha1}/original",
    "/assets/{sha1}/original/excerpt",
    "/assets/{sha1}/{name}",
    "/assets/{sha1}/{name}/download",
}


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    files = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return tuple((str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in files)


def uses(tree: ast.Module, name: str) -> list[int]:
    """The lines in which code calls or passes on what has that name; imports and definitions do not count."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        call.lineno
        for call in calls
        if name in map(name_of, (call.func, *call.args, *(keyword.value for keyword in call.keywords)))
    ]


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def imports(tree: ast.Module, name: str, module: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and any(one.name == name for one in node.names)
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize("name", MAY_CALL)
def test_what_sends_bytes_is_used_where_it_is_checked(name: str) -> None:
    found = set()
    for path, tree in trees():
        if name in OF_THIS and not imports(tree, name, OF_THIS[name]):
            continue
        if uses(tree, name):
            found.add(path)
    assert found == MAY_CALL[name]


def test_derivatives_are_opened_for_the_player_and_for_a_release() -> None:
    """By the name of what is asked: a service or a store of derivatives."""
    found = {
        path
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "open"
        and "derivatives" in ast.unparse(node.func.value).lower()
    }
    assert found == set(MAY_OPEN_DERIVATIVES)


def test_what_is_to_leave_is_opened_by_the_release_only() -> None:
    """Nothing but `ReleaseService.release` calls `open` of an Outgoing."""
    callers = {
        (path, node.lineno)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "open"
        and "cleared" in ast.unparse(node)
    }
    assert {path for path, _ in callers} == {f"{ORIGINALS}/release.py"} and len(callers) == 1


def test_the_stream_of_an_original_is_closed_or_released() -> None:
    """Nothing reads it elsewhere."""
    found = {
        path
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "original.stream"
    }
    assert found == {f"{ORIGINALS}/http.py"}


def test_endpoints_that_send_files_are_those_that_are_checked() -> None:
    """Over all routers of all features: whose answer is no JSON says what it is."""
    found = set()
    for feature in features():
        for name in feature.routers:
            for route in load_dotted(name).routes:
                answers = getattr(route, "responses", {}).get(200, {}).get("content", {})
                if "application/octet-stream" in answers or "*/*" in answers:
                    found.add(route.path)
    assert found == BYTE_ENDPOINTS


def test_each_of_them_asks_the_release() -> None:
    [source] = [tree for path, tree in trees() if path == f"{ORIGINALS}/http.py"]
    functions = {node.name: ast.unparse(node) for node in source.body if isinstance(node, ast.FunctionDef)}
    assert "_answer(" in functions["download_original"] and "_answer(" in functions["download_derivative"]
    assert (
        "if not found.is_played" in functions["fetch_derivative"]
        and "_answer(" in functions["fetch_derivative"]
    )
    assert "releases.clear(" in functions["_answer"] and "releases.release(" in functions["_answer"]
