"""Duplicates: files with the same content, and contents that show the same (compared by perceptual hashes)."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "duplicates",
    __name__,
    tables=("dampipe.features.duplicates.tables",),
    commands={
        "duplicates": Command(
            "List what the library has more than once.", "dampipe.features.duplicates.cli:command"
        ),
    },
    routers=("dampipe.features.duplicates.http:router",),
    savers=(("dampipe.media.outputs:Preview", "dampipe.features.duplicates.savers:save_fingerprints"),),
    sweeps=("dampipe.features.duplicates.sweep:NearDuplicateSweep",),
    remedies="dampipe.features.duplicates.remedies",
)
