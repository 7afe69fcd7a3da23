"""The words of tiers: states of plans, and kinds and states of their actions."""

from enum import StrEnum


class PlanState(StrEnum):
    """How far a plan is."""

    MAKING = "making"
    """Its actions are still being written."""
    DRAFT = "draft"
    """It moves nothing until it is applied."""
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    """Every action is done, skipped or has failed."""
    CANCELLED = "cancelled"


class ActionKind(StrEnum):
    """What is done for one content."""

    COPY = "copy"
    """Copy the file of a location to a source, read the copy back, and record it as a location."""
    RECLASS = "reclass"
    """Move the file of a location to another storage class; its key stays."""
    DELETE = "delete"
    """Mark a location as leaving, and delete its file when its time of grace is over."""


class ActionState(StrEnum):
    """How far an action is."""

    WAITING = "waiting"
    """Its plan was not applied, or actions of the same content that come before it are not done."""
    QUEUED = "queued"
    """It is a work item, which some worker does."""
    LEAVING = "leaving"
    """Of a delete: its location is leaving, and its time of grace is not over."""
    DONE = "done"
    SKIPPED = "skipped"
    """It was not necessary any more, or was not allowed: `reason` says why."""
    FAILED = "failed"
