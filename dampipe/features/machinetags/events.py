"""The events of machine tags."""

from dampipe.kernel.access import MANAGE
from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class _Verdict(EventPayload):
    vocabulary: str
    term: str
    """Key of the term."""


class MachineTagAccepted(_Verdict):
    """A person said that a tag which a model proposed is right."""

    KIND = EventKind("machinetag.accepted", "A machine tag was accepted.", retention=AUDIT)


class MachineTagRejected(_Verdict):
    """A person said that a tag which a model proposed is wrong."""

    KIND = EventKind("machinetag.rejected", "A machine tag was rejected.", retention=AUDIT)


class VerdictUndone(_Verdict):
    """A person took a verdict back."""

    KIND = EventKind("machinetag.undone", "A verdict on a machine tag was taken back.", retention=AUDIT)


class MachineTaggingChanged(EventPayload):
    """Which terms a model proposes was changed."""

    KIND = EventKind(
        "machinetag.configured", "Machine tagging was configured.", retention=AUDIT, scope=MANAGE
    )

    vocabulary: str
    term: str | None = None
    """Key of the term, if it is about one only."""
    on: bool | None = None
