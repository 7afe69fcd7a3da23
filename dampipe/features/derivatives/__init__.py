"""Derivatives: files made from assets, recorded in the catalogue and served over HTTP."""

from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "derivatives",
    __name__,
    tables=("dampipe.features.derivatives.tables",),
    routers=("dampipe.features.derivatives.http:router",),
    remedies="dampipe.features.derivatives.remedies",
)
