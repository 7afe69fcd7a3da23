"""The pipeline: the list that the settings name, and the stages that features add."""

from importlib import import_module
from typing import Any

from dampipe.app.features import features
from dampipe.jobs.stage import PipelineError, Stage
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.settings.settings import Settings


def load_pipeline(settings: Settings) -> list[Stage]:
    """The stages in their order, those of features last. Raises PipelineError for what is not a stage."""
    listed = load_named(settings.pipeline)
    added = [load_dotted(name) for feature in features() for name in feature.stages]
    if not isinstance(listed, list) or not all(isinstance(stage, Stage) for stage in [*listed, *added]):
        raise PipelineError(f"{settings.pipeline} is not a list of stages")
    return [*listed, *added]


def load_named(name: str) -> Any:
    """What a setting of the form `module:name` names. Raises CannotStart."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ModuleNotFoundError, AttributeError) as error:
        raise CannotStart(f"{name} cannot be imported: {error}") from error
