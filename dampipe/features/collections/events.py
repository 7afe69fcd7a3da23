"""The events of collections. Which actors see them follows from the rights on the collection (`event_scope.py`)."""

from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class CollectionCreated(EventPayload):
    """A collection was made, or restored."""

    KIND = EventKind("collection.created", "A collection was made.", retention=LIBRARY)

    collection: int
    parent: int | None
    name: str


class CollectionChanged(EventPayload):
    """A collection has another name, description, cover, search or place in the tree."""

    KIND = EventKind("collection.changed", "A collection was changed.", retention=LIBRARY)

    collection: int
    fields: tuple[str, ...]
    """Names of what is different."""
    version: int


class CollectionDeleted(EventPayload):
    """A collection was deleted, with all below it."""

    KIND = EventKind("collection.deleted", "A collection was deleted.", retention=LIBRARY)

    collection: int
    parent: int | None
    private: bool
    """Whether it was one at the top that few see: only those who see all collections get the event."""


class ItemAdded(EventPayload):
    """An asset, or a subclip of it, came into a collection; into a saved search: it was pinned or excluded."""

    KIND = EventKind("collection.item_added", "An asset came into a collection.", retention=LIBRARY)

    collection: int
    item: int
    subclip: int | None = None
    excluded: bool = False


class ItemRemoved(EventPayload):
    """An asset, or a subclip of it, was taken out of a collection."""

    KIND = EventKind("collection.item_removed", "An asset was taken out of a collection.", retention=LIBRARY)

    collection: int
    item: int
    subclip: int | None = None
    excluded: bool = False


class ItemMoved(EventPayload):
    """An item has another place in its collection."""

    KIND = EventKind(
        "collection.item_moved", "An item has another place in its collection.", retention=LIBRARY
    )

    collection: int
    item: int


class ItemsSorted(EventPayload):
    """The items of a collection were sorted by a field."""

    KIND = EventKind("collection.sorted", "The items of a collection were sorted.", retention=LIBRARY)

    collection: int


class CollectionGranted(EventPayload):
    """A right on a collection was given or changed."""

    KIND = EventKind("collection.granted", "A right on a collection was given.", retention=LIBRARY)

    collection: int
    to: str
    """`user:anna` or `role:viewer`."""
    right: str


class CollectionRevoked(EventPayload):
    """A right on a collection was taken back."""

    KIND = EventKind("collection.revoked", "A right on a collection was taken back.", retention=LIBRARY)

    collection: int
    to: str
