"""The background tasks of features, with the queues and schedules that the settings and the pipeline give them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dampipe.app.features import features
from dampipe.jobs.stage import Stage
from dampipe.kernel.feature import Task, load_dotted
from dampipe.kernel.settings.settings import Settings


@dataclass(frozen=True)
class ScheduledTask:
    """A task of a feature in one deployment."""

    task: Task
    queue: str
    schedule: float | str
    """Seconds between two starts, or a crontab line; 0 or empty: started on request only."""


def feature_tasks(settings: Settings, pipeline: Sequence[Stage]) -> Mapping[str, ScheduledTask]:
    """All tasks by name; those that belong to the queue of a stage which the pipeline lacks are left out."""
    found = {}
    for feature in features():
        for name, task in feature.tasks.items():
            queue: str | None = task.queue
            if task.beside:
                output = load_dotted(task.beside)
                queue = next((stage.queue for stage in pipeline if stage.output_type is output), None)
            if queue:
                schedule = load_dotted(task.schedule)(settings) if task.schedule else ""
                found[name] = ScheduledTask(task, queue, schedule)
    return found
