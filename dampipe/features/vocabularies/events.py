"""The events of vocabularies: one for each operation on terms."""

from dampipe.kernel.access import MANAGE
from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class VocabularyCreated(EventPayload):
    """A vocabulary was made."""

    KIND = EventKind("vocabulary.created", "A vocabulary was made.", retention=AUDIT, scope=MANAGE)

    vocabulary: str
    open: bool


class VocabularyUpdated(EventPayload):
    """The label, the languages or the rule of a vocabulary were changed."""

    KIND = EventKind(
        "vocabulary.updated",
        "A vocabulary was given another label or other languages, opened or closed.",
        retention=AUDIT,
        scope=MANAGE,
    )

    vocabulary: str
    open: bool


class VocabularyImported(EventPayload):
    """A file was imported into a vocabulary."""

    KIND = EventKind(
        "vocabulary.imported", "A file was imported into a vocabulary.", retention=AUDIT, scope=MANAGE
    )

    vocabulary: str
    operation: int
    added: int
    changed: int
    retired: int


class TermsChanged(EventPayload):
    """A term was added, renamed, edited, moved, merged, retired or approved."""

    KIND = EventKind(
        "vocabulary.changed",
        "Terms of a vocabulary were added, renamed, edited, moved, merged, retired or approved.",
        retention=AUDIT,
        scope=MANAGE,
    )

    vocabulary: str
    operation: int
    """By which it can be undone."""
    kind: str
    term: str
    """The key of the term."""
    target: str | None = None
    """The key of the term that it was merged into."""
    count: int = 1
    """How many terms were changed."""


class OperationUndone(EventPayload):
    """An operation on terms was undone."""

    KIND = EventKind(
        "vocabulary.undone",
        "An operation on the terms of a vocabulary was undone.",
        retention=AUDIT,
        scope=MANAGE,
    )

    vocabulary: str
    operation: int
    kind: str
