"""The names of the events that the catalogue keeps."""

from typing import Literal, TypeAlias

EventName: TypeAlias = Literal[
    "asset.added",
    "asset.merged",
    "asset.settled",
    "asset.split",
    "version.current",
    "stage.done",
    "stage.failed",
    "stage.skipped",
    "stage.pending",
    "file.bad",
]
"""`stage.pending` is a failure that is tried again automatically. docs/architecture.md lists the data of each."""
