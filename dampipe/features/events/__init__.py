"""Events: the log of what happened, followed by commands, over HTTP, by the page and by subscribers."""

from dampipe.kernel.feature import Feature, Task

FEATURE = Feature(
    "events",
    __name__,
    tables=("dampipe.kernel.events.tables",),
    tasks={
        "expire_events": Task(
            "dampipe.features.events.tasks:ExpireEventsTask",
            schedule="dampipe.features.events.tasks:expiry_interval",
        ),
    },
)
