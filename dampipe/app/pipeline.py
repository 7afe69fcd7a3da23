"""The pipeline: the list that the settings name, and the stages that features add."""

from importlib import import_module
from typing import Any

from dampipe.app.errors import SETTING_NOT_IMPORTABLE
from dampipe.app.features import features
from dampipe.jobs.errors import NOT_STAGES, STAGE_MISNAMED
from dampipe.jobs.stage import PipelineError, Stage, StageNames
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.settings.settings import Settings


def load_pipeline(settings: Settings) -> list[Stage]:
    """The stages in their order, those of features last.

    Raises CannotStart for a list or a stage that cannot be imported, PipelineError for what is not a stage, or has
    another name than the list gives it.
    """
    stages = [_load_stage(listed, settings) for listed in _listed(settings)]
    stages += _stages_of_features()
    if not all(isinstance(stage, Stage) for stage in stages):
        raise PipelineError(NOT_STAGES, name=settings.pipeline)
    return stages


def stage_names(settings: Settings) -> StageNames:
    """The names of the stages in their order. Imports no stage that the list gives by its dotted name.

    Raises CannotStart and PipelineError as `load_pipeline` does, as far as this can be seen.
    """
    names = [_name_in(listed) if isinstance(listed, str) else listed.name for listed in _listed(settings)]
    return StageNames([*names, *(stage.name for stage in _stages_of_features())])


def _listed(settings: Settings) -> list[Stage | str]:
    """What the list holds: stages, or their dotted names."""
    listed = load_named("pipeline", settings.pipeline)
    if not isinstance(listed, list) or not all(isinstance(one, (Stage, str)) for one in listed):
        raise PipelineError(NOT_STAGES, name=settings.pipeline)
    return listed


def _load_stage(listed: Stage | str, settings: Settings) -> Stage:
    if isinstance(listed, Stage):
        return listed
    found = load_named("pipeline", listed)
    if not isinstance(found, Stage):
        raise PipelineError(NOT_STAGES, name=settings.pipeline)
    if found.name != _name_in(listed):
        raise PipelineError(STAGE_MISNAMED, listed=listed, stage=found.name)
    return found


def _name_in(dotted: str) -> str:
    return dotted.rpartition(":")[2]


def _stages_of_features() -> list[Stage]:
    return [load_dotted(name) for feature in features() for name in feature.stages]


def load_named(setting: str, name: str) -> Any:
    """Import the object that a setting names in the form `module:name`. Raises CannotStart."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ModuleNotFoundError, AttributeError) as error:
        raise CannotStart(
            SETTING_NOT_IMPORTABLE,
            setting=setting,
            variable=f"DAMPIPE_{setting.upper()}",
            name=name,
            reason=error,
        ) from error
