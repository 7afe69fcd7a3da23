"""Edits as values. No I/O."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

MOST_LEFT = 100
"""Rows left alone that are named."""


class EditReport(BaseModel):
    """One thing that an actor did."""

    model_config = ConfigDict(frozen=True)

    id: int
    actor: str
    at: datetime
    summary: str
    """What was done, such as `add 12 items to Selects`."""
    changes: int
    """Rows that were written."""
    undone_at: datetime | None = None
    undoes: int | None = None
    """The edit that this one undid."""


class LeftAlone(BaseModel):
    """A row that an undo did not restore."""

    model_config = ConfigDict(frozen=True)

    what: str
    """Name of its table and its number."""
    reason: str


class UndoneReport(BaseModel):
    """What an undo did."""

    model_config = ConfigDict(frozen=True)

    edit: int | None
    """Its own number, with which the undo can be undone; None: nothing was restored."""
    undone: EditReport
    restored: int
    """Rows."""
    left: int
    """Rows that were changed since, or may not be restored."""
    examples: tuple[LeftAlone, ...] = ()
    """The first of them, MOST_LEFT at most."""
