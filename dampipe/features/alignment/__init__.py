"""Alignment: carries the times that people anchor from one version to another."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "alignment",
    __name__,
    tables=("dampipe.features.alignment.tables",),
    commands={
        "version carry": Command(
            "Carry times from one version to another.", "dampipe.features.alignment.cli:command"
        )
    },
    routers=("dampipe.features.alignment.http:router",),
    remedies="dampipe.features.alignment.remedies",
)
