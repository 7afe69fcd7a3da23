"""Derivatives: files made from assets, recorded in the catalogue, served over HTTP, checked and made again."""

from dampipe.kernel.feature import Command, Feature, Work

FEATURE = Feature(
    "derivatives",
    __name__,
    tables=("dampipe.features.derivatives.tables",),
    providers={
        "dampipe.features.assets.queries:DerivativeLookup": "dampipe.features.derivatives.queries:DerivativeRepository",
        "dampipe.features.derivatives.health:CheckPolicy": "dampipe.features.derivatives.health:check_policy",
        "dampipe.features.derivatives.remake:Remaker": "dampipe.features.derivatives.providers:remaker",
    },
    commands={
        "check": Command(
            "Find lost and damaged derivatives, and make them again.",
            "dampipe.features.derivatives.cli:command",
        ),
    },
    routers=("dampipe.features.derivatives.http:router",),
    work={
        "check": Work(
            queue="io", handler="dampipe.features.derivatives.handler:CheckHandler", time_limit=24 * 3600
        ),
        "sign": Work(
            queue="preview",
            handler="dampipe.features.derivatives.signatures:SignHandler",
            time_limit=24 * 3600,
        ),
    },
    nightly=("dampipe.features.derivatives.handler:NightlyCheck",),
    remedies="dampipe.features.derivatives.remedies",
    sweeps=("dampipe.features.derivatives.sweep:WorkspaceSweep",),
    savers=(
        ("dampipe.media.outputs:Preview", "dampipe.features.derivatives.savers:save_preview"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.derivatives.savers:save_proxy"),
        ("dampipe.media.outputs:Refined", "dampipe.features.derivatives.savers:save_refined"),
    ),
)
