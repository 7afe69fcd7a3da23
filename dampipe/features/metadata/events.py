"""The events of metadata."""

from dampipe.kernel.access import READ
from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class MetadataChanged(EventPayload):
    """What is known of an asset was changed."""

    KIND = EventKind(
        "metadata.changed", "Values of an asset's fields were changed.", retention=AUDIT, scope=READ
    )

    operation: int
    """Number of the change, by which it can be shown and undone."""
    kind: str
    """`set`, `add`, `remove`, `unset`, `clear`, `import`, `merge`, `schema`, `machine`, or `undo`."""
    source: str
    """From whom the values are: `person`, `import`, `sidecar`, `file`, `rule` or `model`."""
    fields: tuple[str, ...]
    """Keys of the fields."""


class SchemaChanged(EventPayload):
    """The fields of the library were changed."""

    KIND = EventKind(
        "schema.changed", "The metadata schema of the library was changed.", retention=AUDIT, scope=READ
    )

    version: int
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
