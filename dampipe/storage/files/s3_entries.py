"""What answers of S3 say of an object: size, token, checksum, storage class and whether it can be read."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from dampipe.storage.files.base import FileEntry, StorageState

ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Storage classes whose objects must be restored before they can be read. GLACIER_IR is read at once."""
_MD5 = re.compile(r"[0-9a-f]{32}")
_EXPIRY = re.compile(r'expiry-date="([^"]+)"')


def listed_entry(key: str, item: Mapping[str, Any], etags_are_md5: bool) -> FileEntry:
    """An object of a listing."""
    status = item.get("RestoreStatus") or {}
    expiry = status.get("RestoreExpiryDate")
    storage_class = item.get("StorageClass") or "STANDARD"
    state, until = _state(
        storage_class in ARCHIVES or "IsRestoreInProgress" in status,
        bool(status.get("IsRestoreInProgress")),
        expiry,
    )
    token = item.get("ETag", "").strip('"')
    return FileEntry(
        key=key,
        size=item["Size"],
        mtime_ns=_nanoseconds(item["LastModified"]),
        token=token,
        checksum=_checksum(token, etags_are_md5),
        state=state,
        storage_class=storage_class,
        restored_until=until,
    )


def headed_entry(key: str, answer: Mapping[str, Any], etags_are_md5: bool) -> FileEntry:
    """An object of an answer to HEAD or GET of the whole object."""
    storage_class = answer.get("StorageClass") or "STANDARD"
    restore = answer.get("Restore", "")
    expiry = _EXPIRY.search(restore)
    state, until = _state(
        storage_class in ARCHIVES or "ArchiveStatus" in answer,
        'ongoing-request="true"' in restore,
        parsedate_to_datetime(expiry[1]) if expiry else None,
    )
    token = answer.get("ETag", "").strip('"')
    is_plain = not answer.get("SSECustomerAlgorithm") and "kms" not in answer.get("ServerSideEncryption", "")
    return FileEntry(
        key=key,
        size=answer["ContentLength"],
        mtime_ns=_nanoseconds(answer["LastModified"]),
        token=token,
        checksum=_checksum(token, etags_are_md5 and is_plain),
        state=state,
        storage_class=storage_class,
        restored_until=until,
    )


def _state(is_archived: bool, is_ongoing: bool, until: datetime | None) -> tuple[StorageState, float | None]:
    if not is_archived:
        return StorageState.ONLINE, None
    if is_ongoing:
        return StorageState.RESTORING, None
    if until is not None:
        return StorageState.RESTORED, until.timestamp()
    return StorageState.ARCHIVED, None


def _checksum(etag: str, is_md5: bool) -> str:
    """An ETag is the MD5 of the content unless it is that of an upload in parts, or of one encrypted by a KMS."""
    return f"md5:{etag}" if is_md5 and _MD5.fullmatch(etag) else ""


def _nanoseconds(time: datetime) -> int:
    """Whole seconds: answers to HEAD have no fraction, and listings of some servers do."""
    return int(time.timestamp()) * 10**9
