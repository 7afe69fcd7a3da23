"""Timelines: which assets a timeline of an editing program uses."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "timelines",
    __name__,
    commands={
        "timeline": Command("Find the assets that a timeline uses.", "dampipe.features.timelines.cli:command")
    },
    routers=("dampipe.features.timelines.http:router",),
)
