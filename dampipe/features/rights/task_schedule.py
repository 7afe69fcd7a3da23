"""How often notices of licences are given.

It is not in `tasks.py`: a process that sends a message reads all schedules, and needs no task for that.
"""

from dampipe.kernel.settings.settings import Settings

INTERVAL = 900.0
"""Seconds between two runs: notices are days ahead."""


def notices_interval(_: Settings) -> float:
    """Seconds between two runs."""
    return INTERVAL
