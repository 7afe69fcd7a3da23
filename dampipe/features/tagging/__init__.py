"""Tagging: words that people give to assets, shown, searched and filtered by."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "tagging",
    __name__,
    commands={
        "tag": Command("Give tags to assets, and search by them.", "dampipe.features.tagging.cli:command")
    },
    routers=("dampipe.features.tagging.http:router",),
    fields=("dampipe.features.tagging.fields:FIELDS",),
    merges=("dampipe.features.tagging.merge:MERGE",),
    events=("dampipe.features.tagging.events:TagAdded", "dampipe.features.tagging.events:TagRemoved"),
    filters=("dampipe.features.tagging.filters:FIELDS",),
    details=("dampipe.features.tagging.details:TAGS",),
    panel="panel.js",
    remedies="dampipe.features.tagging.remedies",
)
