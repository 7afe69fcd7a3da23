"""Plug-ins are found as packages with an entry point and as files in the home folder; broken ones are left out."""

from pathlib import Path

import pytest

from dampipe.app.plugins import find_plugins

FEATURE = """\
from dampipe.kernel.feature import Feature
FEATURE = Feature({name!r}, __name__)
"""


def write_package(folder: Path, name: str) -> None:
    (folder / f"{name}.py").write_text(FEATURE.format(name=name))
    facts = folder / f"{name}-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[dampipe.features]\n{name} = {name}:FEATURE\n")


def test_packages_and_files_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages, files = tmp_path / "packages", tmp_path / "plugins"
    packages.mkdir()
    files.mkdir()
    write_package(packages, "applause_package")
    (files / "bravo.py").write_text(FEATURE.format(name="bravo"))
    (files / "_helper.py").write_text("raise RuntimeError('is not a plug-in')")
    monkeypatch.syspath_prepend(str(packages))
    found = find_plugins(files)
    assert [feature.name for feature in found.features] == ["applause_package", "bravo"]
    assert found.features[1].module == "dampipe_plugins.bravo"
    assert found.broken == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("FEATURE = 3", "TypeError: it gives int, not a Feature"),
        ("x = 1", "AttributeError: "),
        ("def (", "SyntaxError: "),
        ("import nothing_of_that_name", "ModuleNotFoundError: "),
    ],
)
def test_a_broken_file_is_named_and_the_others_are_loaded(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "a_broken.py").write_text(text)
    (tmp_path / "b_whole.py").write_text(FEATURE.format(name="whole"))
    found = find_plugins(tmp_path)
    assert [feature.name for feature in found.features] == ["whole"]
    [broken] = found.broken
    assert broken.name == str(tmp_path / "a_broken.py")
    assert broken.reason.startswith(reason)


def test_two_of_one_name_are_one_too_many(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(FEATURE.format(name="same"))
    found = find_plugins(tmp_path)
    assert len(found.features) == 1
    assert "another plug-in is called 'same'" in found.broken[0].reason


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert find_plugins(tmp_path / "none").features == ()
