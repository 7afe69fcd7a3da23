"""The pipeline: the list that the settings name, and the stages that features add."""

from importlib import import_module
from typing import Any

from dampipe.app.errors import SETTING_NOT_IMPORTABLE
from dampipe.app.features import features
from dampipe.jobs.errors import NOT_STAGES
from dampipe.jobs.stage import PipelineError, Stage
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.settings.settings import Settings


def load_pipeline(settings: Settings) -> list[Stage]:
    """The stages in their order, those of features last.

    Raises CannotStart for a list that cannot be imported, PipelineError for what is not a stage.
    """
    listed = load_named("pipeline", settings.pipeline)
    added = [load_dotted(name) for feature in features() for name in feature.stages]
    if not isinstance(listed, list) or not all(isinstance(stage, Stage) for stage in [*listed, *added]):
        raise PipelineError(NOT_STAGES, name=settings.pipeline)
    return [*listed, *added]


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
