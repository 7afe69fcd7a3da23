"""Processing: the state of all stages, what failed, and retrying it."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "processing",
    __name__,
    sweeps=("dampipe.jobs.unserved:UnservedSweep",),
    commands={
        "status": Command(
            "Show what waits, runs, is done and failed.", "dampipe.features.processing.cli.status:command"
        ),
        "watch": Command(
            "Show the status, updated until Ctrl-C.", "dampipe.features.processing.cli.watch:command"
        ),
        "failures": Command(
            "List files that could not be processed, and why.",
            "dampipe.features.processing.cli.failures:command",
        ),
        "retry": Command("Run failed stages again.", "dampipe.features.processing.cli.retry:command"),
    },
    routers=("dampipe.features.processing.http:router",),
    events=("dampipe.jobs.events:StageDone", "dampipe.jobs.events:StageFailed"),
    panel="panel.js",
    remedies="dampipe.features.processing.remedies",
)
