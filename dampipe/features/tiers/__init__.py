"""Tiers: policies say which verified copies assets must have and where; plans show what would be moved, and move it."""

from dampipe.kernel.feature import Feature

FEATURE = Feature("tiers", __name__, tables=(f"{__name__}.tables",))
