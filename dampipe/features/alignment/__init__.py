"""Alignment: carries the times that people anchor from one version to another."""

from dampipe.kernel.feature import Command, Feature, Work

FEATURE = Feature(
    "alignment",
    __name__,
    tables=("dampipe.features.alignment.tables",),
    commands={
        "version carry": Command(
            "Carry times from one version to another.", "dampipe.features.alignment.cli:command"
        )
    },
    work={
        "align": Work(
            queue="preview", handler="dampipe.features.alignment.handler:AlignHandler", time_limit=24 * 3600
        )
    },
    routers=("dampipe.features.alignment.http:router",),
    remedies="dampipe.features.alignment.remedies",
)
