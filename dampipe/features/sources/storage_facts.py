"""What a storage says of how a file is kept: whether it can be read now, its storage class, and until when."""

from dampipe.storage.files.base import FileEntry, StorageState

StorageFacts = tuple[str, str, float | None]
"""Storage state, storage class ("" for the usual one), seconds since 1970 until which a restored file can be read."""

AT_HAND: StorageFacts = (str(StorageState.ONLINE), "", None)
"""Of a file that can be read at once and has no storage class, or the usual one."""
_USUAL = ("", "STANDARD")


def storage_facts(entry: FileEntry) -> StorageFacts:
    """What a listing says of a file. Files at hand share one tuple, since a bucket has millions."""
    if entry.state is StorageState.ONLINE and entry.storage_class in _USUAL:
        return AT_HAND
    name = "" if entry.storage_class in _USUAL else entry.storage_class
    return str(entry.state), name, entry.restored_until
