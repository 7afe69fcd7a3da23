"""The events of versions."""

from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class AssetMerged(EventPayload):
    """The versions of an asset became versions of another one, which this event is about."""

    KIND = EventKind("asset.merged", "An asset became a version of another one.", retention=LIBRARY)

    kind: str
    """`footage`, `path`, `stack`, or `undo` of a split."""
    merged: int
    """Number of the asset that is no more."""
    versions: tuple[str, ...]
    """SHA-1s of the versions that it had."""


class AssetSplit(EventPayload):
    """Versions of an asset, which this event is about, became an asset of their own."""

    KIND = EventKind("asset.split", "A version became an asset of its own.", retention=LIBRARY)

    kind: str
    """`split`, or `undo` of a merge."""
    split: int
    """Number of the new asset."""
    versions: tuple[str, ...]
    """SHA-1s of its versions."""


class AssetSettled(EventPayload):
    """A provisional asset turned out to be one of its own."""

    KIND = EventKind(
        "asset.settled", "A changed file turned out to show something else than before.", retention=LIBRARY
    )
