"""Workflow: the editorial state of assets, who may move them from state to state, and on which conditions."""

from dampipe.features.workflow.scopes import MOVE
from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "workflow",
    __name__,
    tables=(f"{__name__}.tables",),
    commands={
        "workflow": Command(
            "Move assets through the states of a workflow, and define it.", f"{__name__}.cli:command"
        )
    },
    routers=(f"{__name__}.http:router",),
    guest_endpoints=("GET /assets/{sha1}/workflow move", "POST /assets/{sha1}/workflow/move"),
    annotations=(f"{__name__}.queries:written_among",),
    merges=(f"{__name__}.merge:STATES",),
    effects=(f"{__name__}.effects:EVENT",),
    events=tuple(
        f"{__name__}.events:{name}"
        for name in ("AssetMoved", "AssetAssigned", "DueSet", "WorkflowApplied", "WorkflowSignal")
    ),
    filters=(f"{__name__}.filters:FIELDS",),
    details=(f"{__name__}.details:STATE",),
    panel="panel.js",
    scopes=(MOVE,),
    remedies=f"{__name__}.remedies",
)
