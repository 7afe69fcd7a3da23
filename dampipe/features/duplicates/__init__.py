"""Duplicates: the same content at several places, and footage that shows the same."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "duplicates",
    tables=("dampipe.features.duplicates.tables",),
    commands={
        "duplicates": Command(
            "What the library has more than once.", "dampipe.features.duplicates.cli:command"
        ),
    },
    routers=("dampipe.features.duplicates.http:router",),
    savers=(("dampipe.media.outputs:Preview", "dampipe.features.duplicates.savers:save_fingerprints"),),
)
