"""Derivatives: files made from assets, and those that nothing refers to any more."""

from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "derivatives",
    tables=("dampipe.features.derivatives.tables",),
    savers=(
        ("dampipe.media.outputs:Preview", "dampipe.features.derivatives.savers:save_preview"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.derivatives.savers:save_proxy"),
        ("dampipe.media.outputs:Refined", "dampipe.features.derivatives.savers:save_refined"),
    ),
)
