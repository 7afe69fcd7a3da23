"""Fixity: files are read again and compared with their checksums; ASC MHL manifests."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "fixity",
    __name__,
    tables=("dampipe.features.fixity.tables",),
    commands={
        "verify": Command(
            "Read files again, to see whether they still are what they were.",
            "dampipe.features.fixity.cli.verify:command",
        ),
        "mhl": Command(
            "Write manifests that prove a card's offload.", "dampipe.features.fixity.cli.mhl:command"
        ),
    },
    sweeps=("dampipe.features.fixity.sweep:FixitySweep",),
)
