"""Tagging: words that people give to assets."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "tagging",
    tables=("dampipe.features.tagging.tables",),
    commands={
        "tag": Command(
            "Give assets words of your own, to search by.", "dampipe.features.tagging.cli:command"
        ),
    },
    routers=("dampipe.features.tagging.http:router",),
)
