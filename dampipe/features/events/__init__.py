"""Events: the log of what happened, followed by commands, over HTTP, by the page and by subscribers."""

from dampipe.kernel.feature import Command, Feature, Task

FEATURE = Feature(
    "events",
    __name__,
    commands={"events": Command("Show and follow what happened.", "dampipe.features.events.cli:command")},
    events=("dampipe.features.events.events:EventSkipped",),
    routers=("dampipe.features.events.http:router",),
    remedies="dampipe.features.events.remedies",
    tasks={
        "expire_events": Task(
            "dampipe.features.events.tasks:ExpireEventsTask",
            schedule="dampipe.features.events.task_schedule:expiry_interval",
        ),
    },
)
