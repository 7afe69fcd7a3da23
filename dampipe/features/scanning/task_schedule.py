"""When syncs are started.

It is not in `tasks.py`: a process that sends a message reads all schedules, and needs no task for that.
"""

from dampipe.kernel.settings.settings import Settings


def sync_schedule(settings: Settings) -> str:
    """The crontab line by which syncs are started; empty for never."""
    return settings.sync_schedule
