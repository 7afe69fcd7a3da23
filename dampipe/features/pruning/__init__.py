"""Pruning: removes what the catalogue knows of files that are gone, and derivatives that nothing refers to."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "pruning",
    __name__,
    commands={
        "prune": Command(
            "Remove missing files from the catalogue, with what was made of them.",
            "dampipe.features.pruning.cli:command",
        ),
    },
)
