"""Subclips: spans of assets that people named."""

from dampipe.kernel.feature import Feature

FEATURE = Feature("subclips", __name__, tables=(f"{__name__}.tables",))
