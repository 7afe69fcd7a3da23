"""Defaults of settings are valid: they are not checked when settings are loaded, which would import the media layer."""

import subprocess
import sys

import pytest

from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.gitignore import check_patterns
from dampipe.kernel.settings.settings import Settings
from dampipe.media.hwaccel.acceleration import families
from dampipe.media.recipes import PRESETS
from tests.support.deployment import ROOT


def default(name: str) -> object:
    return Settings.model_fields[name].get_default(call_default_factory=True)


def test_they_are_valid() -> None:
    assert families(str(default("acceleration")))
    assert default("recipe") in PRESETS and default("recipes") == {}
    exclude = default("exclude")
    assert isinstance(exclude, list) and exclude
    check_patterns(exclude)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("acceleration", "magic"),
        ("recipe", "none"),
        ("recipes", {"mine": {"nothing": 1}}),
        ("exclude", ["[", "!"]),
    ],
)
def test_other_values_are_checked(name: str, value: object) -> None:
    with pytest.raises(InvalidInput, match=name):
        load_settings(**{name: value})


def test_loading_them_imports_no_media() -> None:
    program = (
        "import sys; from dampipe.app.load_settings import load_settings; load_settings();"
        "print(*(name for name in sys.modules if name.startswith(('dampipe.media', 'pathspec'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
