"""How often vector indexes are checked.

It is not in `tasks.py`: a process that sends a message reads all schedules, and needs no task for that.
"""

from dampipe.kernel.settings.settings import Settings


def tend_interval(settings: Settings) -> float:
    """Seconds between two checks of the indexes."""
    return settings.sweep_interval * 6
