"""A package adds stages by entry point: found like any installed one, after the stages of the list."""

from pathlib import Path

import pytest

from dampipe.app.load_settings import load_settings
from dampipe.app.plugins import load_pipeline

PLUGIN = """\
from dampipe.kernel.stage_io import AssetRef, StageOutput

from dampipe.jobs.stage import stage

@stage(queue="io", version=1)
def applaud(asset: AssetRef) -> StageOutput:
    return StageOutput()
"""


def test_an_installed_package_adds_a_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "applause_plugin.py").write_text(PLUGIN)
    facts = tmp_path / "applause_plugin-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: applause-plugin\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[dampipe.stages]\napplaud = applause_plugin:applaud\n")
    settings = load_settings(home=tmp_path, pipeline="tasks:PIPELINE")
    before = [stage.name for stage in load_pipeline(settings)]
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [stage.name for stage in load_pipeline(settings)] == [*before, "applaud"]
