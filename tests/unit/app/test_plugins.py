"""Plug-ins are found as packages with an entry point and as files in the home folder; broken ones are left out."""

from pathlib import Path

import pytest

from dampipe.app.features import BUILT_IN
from dampipe.app.plugins import find_plugins
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.feature import load_dotted

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
    assert "another feature is called 'same'" in found.broken[0].reason


MANIFEST = """\
from dampipe.kernel.feature import Command, Feature, Task, Work
FEATURE = Feature({what})
"""


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("'tagging', __name__", "ValueError: another feature is called 'tagging'"),
        (
            "'own', __name__, commands={'tag': Command('Mine.', 'os:getcwd')}",
            "ValueError: commands: the feature 'tagging' has 'tag' already",
        ),
        (
            "'own', __name__, tasks={'scan': Task('os:getcwd')}",
            "ValueError: tasks: the feature 'scanning' has 'scan' already",
        ),
        ("'own', __name__, tables=('nothing_here.tables',)", "ModuleNotFoundError: No module named"),
        ("'own', __name__, stages=('nothing_here:Stage',)", "ModuleNotFoundError: No module named"),
        ("'own', __name__, filters=(__name__ + ':FIELDS',)", "AttributeError: "),
        ("'own', __name__, sweeps=(__name__ + ':Sweep',)", "AttributeError: "),
        ("'own', __name__, savers=(('os:getcwd', __name__ + ':save'),)", "AttributeError: "),
        ("'own', __name__, work={'copy': Work('io', __name__ + ':Copy')}", "AttributeError: "),
        ("'own', __name__, commands={'own': Command('Mine.', __name__ + ':run')}", "AttributeError: "),
        ("'own', __name__, tasks={'own': Task(__name__ + ':run')}", "AttributeError: "),
    ],
)
def test_a_manifest_that_names_what_is_missing_or_taken_is_left_out(
    tmp_path: Path, what: str, reason: str
) -> None:
    (tmp_path / "own_manifest.py").write_text(MANIFEST.format(what=what))
    found = find_plugins(tmp_path, BUILT_IN)
    assert found.features == ()
    assert found.broken[0].reason.startswith(reason)


def test_a_module_that_raises_on_use_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raises_on_import.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(CannotStart, match=r"raises_on_import:STAGE.*ZeroDivisionError") as caught:
        load_dotted("raises_on_import:STAGE")
    assert caught.value.code == "plugin.not_loadable" and caught.value.hint


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert find_plugins(tmp_path / "none").features == ()
