"""Processing: the state of all stages, what failed, and retrying it."""

from dampipe.kernel.feature import Command, Feature, Subscriber

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
    tables=("dampipe.features.processing.tables",),
    routers=("dampipe.features.processing.http:router", "dampipe.features.processing.engineer_http:router"),
    subscribers={
        "processing.throughput": Subscriber(
            "dampipe.features.processing.throughput:ThroughputCounter",
            events=("stage.done", "stage.failed"),
            batch=1000,
            from_start=True,
        )
    },
    panel="panel.js",
    events=("dampipe.jobs.events:StageDone", "dampipe.jobs.events:StageFailed"),
    remedies="dampipe.features.processing.remedies",
)
