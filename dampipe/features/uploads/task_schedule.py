"""How often old uploads are deleted. A process that sends a message reads all schedules, and needs no task for that."""

from dampipe.kernel.settings.settings import Settings

INTERVAL = 3600.0
"""Seconds between two runs."""


def expiry_interval(_: Settings) -> float:
    """Seconds between two runs."""
    return INTERVAL
