"""What settings name as `module:name`, and what plug-ins add to it."""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from dampipe.jobs.stage import PipelineError, Stage
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.settings.settings import Settings


def load_pipeline(settings: Settings) -> list[Stage]:
    """The list that the setting `pipeline` names, and the stages of plug-ins. Raises PipelineError."""
    found = load_named(settings.pipeline)
    if not isinstance(found, list) or not all(isinstance(stage, Stage) for stage in found):
        raise PipelineError(f"{settings.pipeline} is not a list of stages")
    return [*found, *(point.load() for point in entry_points(group="dampipe.stages"))]


def load_named(name: str) -> Any:
    """What `module:name` names. Raises CannotStart."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise CannotStart(
            f"{name} cannot be found: {error}",
            hint="tasks/ and workers/ come with dampipe's checkout: install it with `pip install -e .`.",
        ) from error
    except AttributeError as error:
        raise CannotStart(f"{name} cannot be found: {error}") from error
