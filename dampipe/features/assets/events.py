"""The events of assets."""

from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class AssetAdded(EventPayload):
    """A content was seen for the first time."""

    KIND = EventKind("asset.added", "A content was seen for the first time.", retention=LIBRARY)

    sha1: str
    """Of its bytes."""


class VersionCurrent(EventPayload):
    """Another version of an asset became the current one."""

    KIND = EventKind(
        "version.current", "Another version of an asset became the current one.", retention=LIBRARY
    )

    sha1: str
    """Of the version that is current now."""
