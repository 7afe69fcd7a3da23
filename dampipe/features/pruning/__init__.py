"""Pruning: removes what the catalogue knows of files that are gone, and derivatives that nothing refers to."""

from dampipe.kernel.feature import Command, Feature, Work

FEATURE = Feature(
    "pruning",
    __name__,
    commands={
        "prune": Command(
            "Remove missing files from the catalogue, with what was made of them.",
            "dampipe.features.pruning.cli:command",
        ),
    },
    routers=("dampipe.features.pruning.http:router",),
    work={
        # The queue of the stage `index`: its workers hold the index, and derivatives are within reach of every worker.
        "prune": Work(
            queue="index", handler="dampipe.features.pruning.requests:PruneHandler", time_limit=24 * 3600
        ),
    },
    panel="panel.js",
)
