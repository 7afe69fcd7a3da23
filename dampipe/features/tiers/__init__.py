"""Tiers: policies say which verified copies assets must have and where; plans show what would be moved, and move it."""

from dampipe.features.tiers.scopes import MOVE_COPIES, RESTORE
from dampipe.kernel.feature import Command, Feature, Task, Work

FEATURE = Feature(
    "tiers",
    __name__,
    tables=(
        f"{__name__}.tables",
        f"{__name__}.restoring.tables",
    ),
    providers={
        f"{__name__}.restoring.worker:RestoreWorker": f"{__name__}.restoring.providers:restore_worker",
        f"{__name__}.bandwidth:Bandwidth": f"{__name__}.providers:bandwidth",
        f"{__name__}.beside:Sidecars": f"{__name__}.providers:sidecars",
        f"{__name__}.copying:Copier": f"{__name__}.providers:copier",
        f"{__name__}.reclassing:Reclasser": f"{__name__}.providers:reclasser",
        f"{__name__}.deleting:Deleter": f"{__name__}.providers:deleter",
        f"{__name__}.apply:PlanMoves": f"{__name__}.providers:plan_moves",
    },
    commands={
        "tier": Command(
            "Say which copies assets must have, move them, and get back what is archived.",
            f"{__name__}.cli:command",
        ),
    },
    routers=(
        f"{__name__}.http.policies:router",
        f"{__name__}.http.plans:router",
        f"{__name__}.http.moves:router",
        f"{__name__}.http.restores:router",
    ),
    tasks={
        "restore": Task(f"{__name__}.restoring.worker:RestoreWorker"),
    },
    work={
        "tier-copy": Work(queue="io", handler=f"{__name__}.handlers:CopyHandler", time_limit=3 * 86400),
        "tier-reclass": Work(queue="io", handler=f"{__name__}.handlers:ReclassHandler", time_limit=86400),
        "tier-delete": Work(queue="io", handler=f"{__name__}.handlers:DeleteHandler", time_limit=3600),
    },
    sweeps=(f"{__name__}.restoring.sweep:RestoreSweep", f"{__name__}.sweep:TierSweep"),
    events=(
        f"{__name__}.events:PolicyApplied",
        f"{__name__}.events:PlanMade",
        f"{__name__}.restoring.events:RestoreRequested",
        f"{__name__}.restoring.events:CopyRestored",
        f"{__name__}.restoring.events:RestoreFinished",
        f"{__name__}.move_events:CopyMade",
        f"{__name__}.move_events:CopyLeaving",
        f"{__name__}.move_events:CopyKept",
        f"{__name__}.move_events:CopyDeleted",
        f"{__name__}.move_events:PlanChanged",
    ),
    scopes=(
        MOVE_COPIES,
        RESTORE,
    ),
    panel="panel.js",
    remedies=f"{__name__}.remedies",
)
