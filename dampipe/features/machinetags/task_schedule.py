"""How often a model looks for terms.

It is not in `tasks.py`: a process that sends a message reads all schedules, and needs no task for that.
"""

from dampipe.kernel.settings.settings import Settings


def interval(settings: Settings) -> float:
    """Seconds between two looks for new frames."""
    return settings.sweep_interval * 6
