"""Derivatives: files made from assets, and those that nothing refers to any more."""

from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "derivatives",
    tables=("dampipe.features.derivatives.tables",),
)
