"""Derivatives: files made from assets, recorded in the catalogue and served over HTTP."""

from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "derivatives",
    __name__,
    tables=("dampipe.features.derivatives.tables",),
    routers=("dampipe.features.derivatives.http:router",),
    remedies="dampipe.features.derivatives.remedies",
    sweeps=("dampipe.features.derivatives.sweep:WorkspaceSweep",),
    savers=(
        ("dampipe.media.outputs:Preview", "dampipe.features.derivatives.savers:save_preview"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.derivatives.savers:save_proxy"),
        ("dampipe.media.outputs:Refined", "dampipe.features.derivatives.savers:save_refined"),
    ),
)
