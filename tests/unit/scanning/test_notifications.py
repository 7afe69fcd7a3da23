"""What the documents of storages say."""

import json

import pytest

from dampipe.features.scanning.errors import NOTIFICATION_UNKNOWN
from dampipe.features.scanning.notifications import Change, Notification, parse_notification
from dampipe.features.scanning.queries import topmost
from dampipe.kernel.errors import InvalidInput


def s3(key: str, bucket: str = "footage") -> dict[str, object]:
    return {
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 7, "eTag": "x"}},
    }


RECORDS = {"Records": [s3("card7/A+B%2Bc%C3%BC.mp4"), s3("top.mp4")]}
SAID = Notification(
    (Change(("card7/A B+cü.mp4", "card7/A+B%2Bc%C3%BC.mp4"), "footage"), Change(("top.mp4",), "footage"))
)
EVENTBRIDGE = {
    "version": "0",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "detail": {"bucket": {"name": "footage"}, "object": {"key": "a+b/c%20.mp4"}},
}
DOCUMENTS = {
    "s3": (RECORDS, SAID),
    "minio": ({"EventName": "s3:ObjectCreated:Put", "Key": "footage/top.mp4", **RECORDS}, SAID),
    "sns": ({"Type": "Notification", "TopicArn": "arn:x", "Message": json.dumps(RECORDS)}, SAID),
    "eventbridge": (EVENTBRIDGE, Notification((Change(("a+b/c%20.mp4",), "footage"),))),
    "eventbridge by sns": (
        {"Type": "Notification", "Message": json.dumps(EVENTBRIDGE)},
        Notification((Change(("a+b/c%20.mp4",), "footage"),)),
    ),
    "keys": ({"keys": ["card7/a.mp4"]}, Notification((Change(("card7/a.mp4",)),))),
    "none": ({"Records": []}, Notification()),
    "test": ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "footage"}, Notification()),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_of_every_sender_are_understood(name: str) -> None:
    document, said = DOCUMENTS[name]
    assert parse_notification(json.dumps(document).encode()) == said


def test_nothing_at_all_says_that_something_has_changed() -> None:
    assert parse_notification(b" \n") == Notification(everything=True)


def test_a_key_that_is_no_utf_8_is_kept() -> None:
    [change] = parse_notification(json.dumps({"Records": [s3("a/%FFb.mp4")]}).encode()).changes
    assert change.keys[0] == "a/\udcffb.mp4"


CONFIRMATION = {
    "Type": "SubscriptionConfirmation",
    "TopicArn": "arn:aws:sns:eu-central-1:123456789012:footage",
    "Token": "2336412f37",
    "SubscribeURL": "http://169.254.169.254/latest/meta-data",
}


def test_a_subscription_is_confirmed_by_hand() -> None:
    said = parse_notification(json.dumps(CONFIRMATION).encode())
    assert said.confirmation == (
        "aws sns confirm-subscription --topic-arn arn:aws:sns:eu-central-1:123456789012:footage --token 2336412f37"
    )
    assert not said.changes and not said.everything


UNKNOWN = {
    "not json": b"key=value",
    "deep": b"[" * 100_000,
    "a list": b"[]",
    "a number": b"7",
    "nothing known": b'{"hello": "world"}',
    "another record": b'{"Records": [{"kinesis": {}}]}',
    "a record of a text": b'{"Records": ["x"]}',
    "no bucket": b'{"Records": [{"s3": {"object": {"key": "a"}}}]}',
    "a key of a number": b'{"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": 7}}}]}',
    "no key": b'{"detail": {"bucket": {"name": "b"}, "object": {}}}',
    "keys of numbers": b'{"keys": [1]}',
    "a message of words": b'{"Type": "Notification", "Message": "disk full"}',
    "envelopes without end": json.dumps(
        {
            "Type": "Notification",
            "Message": json.dumps(
                {"Type": "Notification", "Message": json.dumps({"Type": "Notification", "Message": "{}"})}
            ),
        }
    ).encode(),
    "a topic of a shell": json.dumps({**CONFIRMATION, "TopicArn": "arn:x; rm -rf /"}).encode(),
    "a token of a shell": json.dumps({**CONFIRMATION, "Token": "$(reboot)"}).encode(),
    "a topic of two lines": json.dumps({**CONFIRMATION, "TopicArn": "arn:x\n"}).encode(),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_other_documents_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_notification(UNKNOWN[name])
    assert refused.value.code == NOTIFICATION_UNKNOWN.code


def test_folders_within_others_are_left_out() -> None:
    assert sorted(topmost(["a/b", "a", "a-c", "b"])) == ["a", "a-c", "b"]
    assert topmost(["a", "", "b"]) == [""]
    assert topmost([]) == []
    assert topmost(["a//b", "a/", "x"]) == ["a/", "x"]
