"""What every sweep does for notes: applies those whose files have become assets."""

from collections.abc import Mapping
from time import monotonic

from dampipe.features.imports.notes.applying import NoteApplier
from dampipe.features.imports.notes.queries import NoteRepository

SECONDS = 5.0
"""After which a sweep leaves the rest to the next one."""


class NoteSweep:
    """Applies notes for a while."""

    def __init__(self, applier: NoteApplier, notes: NoteRepository) -> None:
        self._applier = applier
        self._notes = notes

    def __call__(self) -> Mapping[str, int]:
        """Once. Raises CatalogueDown."""
        done = self._applier.apply(monotonic() + SECONDS)
        self._notes.forget_useless()
        return {"notes": done} if done else {}
