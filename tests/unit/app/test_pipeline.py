"""The pipeline's list: stages, or their dotted names, which are imported on use."""

import subprocess
import sys

import pytest

from dampipe.app.load_settings import load_settings
from dampipe.app.pipeline import load_pipeline, stage_names
from dampipe.jobs.errors import NOT_STAGES, STAGE_MISNAMED
from dampipe.jobs.stage import PipelineError
from dampipe.kernel.errors import CannotStart
from dampipe.tasks import PIPELINE
from dampipe.tasks.hash import hash
from tests.support.deployment import ROOT

LIST = f"{__name__}:LISTED"
LISTED: object = PIPELINE
misnamed = hash


def listed(monkeypatch: pytest.MonkeyPatch, stages: object) -> None:
    monkeypatch.setattr(f"{__name__}.LISTED", stages)


def test_the_names_are_those_of_the_stages() -> None:
    settings = load_settings()
    names = stage_names(settings)
    assert names == tuple(stage.name for stage in load_pipeline(settings))
    assert names == ("hash", "probe", "preview", "embed", "index", "proxy", "refine")


def test_the_names_are_found_without_importing_a_stage() -> None:
    program = (
        "import sys; from dampipe.app.load_settings import load_settings; from dampipe.app.pipeline import stage_names;"
        "stage_names(load_settings()); print(*(name for name in sys.modules if name.startswith('dampipe.tasks.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_a_list_may_hold_stages_and_names(monkeypatch: pytest.MonkeyPatch) -> None:
    listed(monkeypatch, [hash, "dampipe.tasks.probe:probe"])
    settings = load_settings(pipeline=LIST)
    assert stage_names(settings) == ("hash", "probe")
    assert [stage.name for stage in load_pipeline(settings)] == ["hash", "probe"]


@pytest.mark.parametrize(
    "stages", ["hash", ("dampipe.tasks.hash:hash",), [1], ["dampipe.tasks.hash:sha1_file"]]
)
def test_what_is_no_list_of_stages_is_refused(monkeypatch: pytest.MonkeyPatch, stages: object) -> None:
    listed(monkeypatch, stages)
    with pytest.raises(PipelineError) as raised:
        load_pipeline(load_settings(pipeline=LIST))
    assert raised.value.code == NOT_STAGES.code and LIST in str(raised.value)


def test_a_stage_of_another_name_than_the_listed_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{__name__}:misnamed"
    listed(monkeypatch, [name])
    with pytest.raises(PipelineError, match="is called hash") as raised:
        load_pipeline(load_settings(pipeline=LIST))
    assert raised.value.code == STAGE_MISNAMED.code and name in str(raised.value)


@pytest.mark.parametrize(
    "name", ["dampipe.tasks.nothing:hash", "dampipe.tasks.hash:nothing", "dampipe.tasks.hash"]
)
def test_a_name_that_cannot_be_imported_names_the_setting(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    listed(monkeypatch, [name])
    with pytest.raises(CannotStart, match="pipeline") as raised:
        load_pipeline(load_settings(pipeline=LIST))
    assert name in str(raised.value)
