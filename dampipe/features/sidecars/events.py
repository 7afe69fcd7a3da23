"""The events of sidecars."""

from dampipe.kernel.access import MANAGE
from dampipe.kernel.events.payload import AUDIT, LIBRARY, EventKind, EventPayload


class SidecarWritten(EventPayload):
    """What people say of an asset was written to a sidecar."""

    KIND = EventKind("sidecar.written", "A sidecar was written.", retention=LIBRARY)

    fields: tuple[str, ...]
    """Keys of the fields that were written."""


class SidecarConflict(EventPayload):
    """A sidecar was not written, since another program has changed the same property."""

    KIND = EventKind(
        "sidecar.conflict",
        "A sidecar was not written: another program has changed the same property.",
        retention=LIBRARY,
    )

    fields: tuple[str, ...]
    """Keys of the fields that both have changed."""


class SidecarPlaceSet(EventPayload):
    """Sidecars of a source are written elsewhere from now on, or not at all."""

    KIND = EventKind(
        "sidecar.place_set",
        "Sidecars of a source are written elsewhere from now on, or not at all.",
        retention=AUDIT,
        scope=MANAGE,
    )

    source: str
    place: str
