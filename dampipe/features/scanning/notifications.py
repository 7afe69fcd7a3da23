"""What storages send when objects change: the documents of S3, SNS, EventBridge, MinIO and Ceph.

Nothing in them is believed but that something may have changed: the listing of a scan is the truth.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from dampipe.features.scanning.errors import NOTIFICATION_UNKNOWN
from dampipe.kernel.errors import InvalidInput

DEPTH = 2
"""Envelopes of SNS round a document."""


@dataclass(frozen=True)
class Change:
    """A place that may have changed."""

    keys: tuple[str, ...]
    """The key, most likely spelling first: some senders encode keys as URLs do, and some do not."""
    bucket: str | None = None
    """None: the keys are relative to the source's root."""


@dataclass(frozen=True)
class Notification:
    """What one document says."""

    changes: tuple[Change, ...] = ()
    everything: bool = False
    """Something has changed, and it does not say what."""
    confirmation: str = ""
    """The command that confirms a subscription of SNS; "": none is asked for."""


def parse_notification(body: bytes) -> Notification:
    """What a document says; an empty one says that something has changed. Raises InvalidInput for any other."""
    if not body.strip():
        return Notification(everything=True)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInput(NOTIFICATION_UNKNOWN, problem="it is not JSON") from None
    return _parse(document, DEPTH)


def _parse(document: Any, depth: int) -> Notification:
    if isinstance(document, Mapping):
        if isinstance(document.get("Records"), list):
            return Notification(tuple(_of_records(document["Records"])))
        if isinstance(document.get("detail"), Mapping):  # EventBridge, which does not encode keys
            return Notification((_change(document["detail"], is_encoded=False),))
        if isinstance(document.get("keys"), list):
            return Notification(tuple(Change((_text(key),)) for key in document["keys"]))
        kind = document.get("Type")
        if kind == "Notification" and depth and isinstance(document.get("Message"), str):
            try:
                inner = json.loads(document["Message"])
            except (ValueError, RecursionError):
                raise _unknown("the message in it is not JSON") from None
            return _parse(inner, depth - 1)
        if kind == "SubscriptionConfirmation":
            return Notification(confirmation=_confirmation(document))
        if document.get("Event") == "s3:TestEvent" or kind == "UnsubscribeConfirmation":
            return Notification()
    raise _unknown("it is a document of no known kind")


def _of_records(records: list[Any]) -> Iterator[Change]:
    for record in records:
        if not isinstance(record, Mapping) or not isinstance(record.get("s3"), Mapping):
            raise _unknown("a record in it is not one of S3")
        yield _change(record["s3"], is_encoded=True)


def _change(place: Mapping[str, Any], *, is_encoded: bool) -> Change:
    bucket, stored = place.get("bucket"), place.get("object")
    if not isinstance(bucket, Mapping) or not isinstance(stored, Mapping):
        raise _unknown("it does not say which object of which bucket")
    key = _text(stored.get("key"))
    keys = (unquote_plus(key, errors="surrogateescape"), key) if is_encoded else (key,)
    return Change(tuple(dict.fromkeys(keys)), _text(bucket.get("name")))


def _confirmation(document: Mapping[str, Any]) -> str:
    """The URL that it gives is not opened: its sender could have this machine open any."""
    topic, token = document.get("TopicArn"), document.get("Token")
    if not re.fullmatch(r"arn:[A-Za-z0-9_:./-]{1,300}", str(topic)) or not re.fullmatch(
        r"[A-Za-z0-9]{1,1000}", str(token)
    ):
        raise _unknown("it has neither the topic nor the token of a subscription")
    return f"aws sns confirm-subscription --topic-arn {topic} --token {token}"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _unknown("a name in it is not a text")
    return value


def _unknown(problem: str) -> InvalidInput:
    return InvalidInput(NOTIFICATION_UNKNOWN, problem=problem)
