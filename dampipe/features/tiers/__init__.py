"""Tiers: policies say which verified copies assets must have and where; plans show what would be moved, and move it."""

from dampipe.features.tiers.scopes import RESTORE
from dampipe.kernel.feature import Command, Feature, Task

FEATURE = Feature(
    "tiers",
    __name__,
    tables=(
        f"{__name__}.tables",
        f"{__name__}.restoring.tables",
    ),
    providers={
        f"{__name__}.restoring.worker:RestoreWorker": f"{__name__}.restoring.providers:restore_worker",
    },
    commands={
        "tier": Command(
            "Say which copies assets must have, and get back what is archived.", f"{__name__}.cli:command"
        ),
    },
    routers=(f"{__name__}.http.restores:router",),
    tasks={
        "restore": Task(f"{__name__}.restoring.worker:RestoreWorker"),
    },
    sweeps=(f"{__name__}.restoring.sweep:RestoreSweep",),
    events=(
        f"{__name__}.restoring.events:RestoreRequested",
        f"{__name__}.restoring.events:CopyRestored",
        f"{__name__}.restoring.events:RestoreFinished",
    ),
    scopes=(RESTORE,),
    panel="panel.js",
    remedies=f"{__name__}.restoring.remedies",
)
