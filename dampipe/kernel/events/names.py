"""The events that the catalogue keeps: what happened, in order."""

from typing import Literal, TypeAlias

EventName: TypeAlias = Literal[
    "asset.added",
    "stage.done",
    "stage.failed",
    "stage.skipped",
    "stage.pending",
    "file.bad",
]
"""`stage.pending` is a failure that will be tried again by itself. docs/architecture.md says what each holds."""
