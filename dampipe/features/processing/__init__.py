"""Processing: the state of all stages, failures, and retrying them."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "processing",
    commands={
        "status": Command(
            "What is waiting, running, done and failed.", "dampipe.features.processing.cli.status:command"
        ),
        "watch": Command("The same, kept up to date.", "dampipe.features.processing.cli.watch:command"),
        "failures": Command(
            "Files that could not be brought to the end, and why.",
            "dampipe.features.processing.cli.failures:command",
        ),
        "retry": Command("Let failed files start afresh.", "dampipe.features.processing.cli.retry:command"),
    },
)
