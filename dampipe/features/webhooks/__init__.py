"""Webhooks: events sent to other systems over HTTP, signed, by the Standard Webhooks specification."""

from dampipe.kernel.feature import Command, Feature, Task, Work

FEATURE = Feature(
    "webhooks",
    __name__,
    tables=("dampipe.features.webhooks.tables",),
    commands={
        "webhook": Command("Send events to other systems over HTTP.", "dampipe.features.webhooks.cli:command")
    },
    routers=("dampipe.features.webhooks.http:router",),
    events=(
        "dampipe.features.webhooks.events:WebhookAdded",
        "dampipe.features.webhooks.events:WebhookRemoved",
        "dampipe.features.webhooks.events:WebhookDisabled",
        "dampipe.features.webhooks.events:WebhookEnabled",
        "dampipe.features.webhooks.events:WebhookRotated",
        "dampipe.features.webhooks.events:WebhookFailing",
        "dampipe.features.webhooks.events:WebhookRecovered",
    ),
    subscriber_sources=("dampipe.features.webhooks.subscriber:WebhookSubscribers",),
    # Not a queue of its own: a retry takes some seconds, one runs at a time, and few deployments have webhooks.
    work={
        "webhook": Work(
            queue="control", handler="dampipe.features.webhooks.retries:RetryHandler", time_limit=300
        )
    },
    sweeps=("dampipe.features.webhooks.retries:WebhookSweep",),
    tasks={
        "expire_deliveries": Task(
            "dampipe.features.webhooks.tasks:ExpireDeliveriesTask",
            schedule="dampipe.features.webhooks.task_schedule:expiry_interval",
        ),
    },
    panel="panel/panel.js",
    remedies="dampipe.features.webhooks.remedies",
)
