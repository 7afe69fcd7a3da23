"""Which stages there are."""

from dampipe.app import pipeline
from dampipe.jobs.stage import StageNames
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings


def stage_names(services: Services) -> StageNames:
    """The names of the stages of the pipeline, in their order."""
    return pipeline.stage_names(services.get(Settings))
