"""Which connection the address of footage uses; no error and no display has a secret."""

import json
from typing import Any

import pytest

from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import normal_path
from dampipe.kernel.settings.connection import Connection
from dampipe.kernel.settings.display import redacted
from dampipe.storage.files.connections import Address, parse, resolve, without_secrets

SECRET = "Tr0ub4dor&3/x y"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://bucket", Address("s3", "", "bucket", None, "")),
        ("s3://bucket/", Address("s3", "", "bucket", None, "")),
        ("s3://studio@bucket/a b#c?d%20/é", Address("s3", "studio", "bucket", None, "a b#c?d%20/é")),
        ("s3://bucket//a//b", Address("s3", "", "bucket", None, "/a//b")),
        ("s3://bucket/a@b:c", Address("s3", "", "bucket", None, "a@b:c")),
        ("sftp://me@host:2222/x", Address("sftp", "me", "host", 2222, "x")),
        ("sftp://me@realm@host/x", Address("sftp", "me@realm", "host", None, "x")),
        ("smb://[fe80::1]:445/share", Address("smb", "", "fe80::1", 445, "share")),
        ("webdavs://[::1]/x", Address("webdavs", "", "::1", None, "x")),
    ],
)
def test_the_parts_of_an_address(url: str, address: Address) -> None:
    assert parse(url) == address
    assert parse(f"{address.scheme}://{address.authority}").host == address.host


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://key:hunter22@bucket/x", "password"),
        ("s3://key%3Ahunter22@bucket/x", "password"),
        ("sftp://me:hunter22@host", "password"),
        ("smb://nas:hunter22/share", "port"),
        ("smb://nas:0/share", "port"),
        ("smb://nas:65536/share", "port"),
        ("smb://[::1/share", "bracket"),
        ("smb:///share", "host"),
        ("s3://", "host"),
        ("s3://me@/x", "host"),
        ("S3://bucket", "lower case"),
        ("file:///mnt", "without file://"),
        ("/mnt/archive", "lower case"),
    ],
)
def test_an_address_that_is_not_valid(url: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        parse(url)
    assert caught.value.code == "source.url_invalid"
    assert "hunter22" not in f"{caught.value} {caught.value.hint} {caught.value.parameters}"


CONNECTIONS = {
    "studio": Connection(url="s3://footage", region="a"),
    "cards": Connection(url="s3://footage/cards/", region="b"),
    "any": Connection(url="s3://", region="c"),
    "nas": Connection(url="smb://nas", user="dampipe"),
    "named": Connection(region="d"),
}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("s3://footage", "studio"),
        ("s3://footage/a", "studio"),
        ("s3://footage/cards", "cards"),
        ("s3://footage/cards/1", "cards"),
        ("s3://footage/cards2", "studio"),
        ("s3://footage2/cards", "any"),
        ("s3://named@footage/cards", "named"),
        ("smb://nas/share", "nas"),
        ("smb://nas2/share", ""),
        ("sftp://footage/cards", ""),
        ("webdavs://named@host/x", "named"),
    ],
)
def test_the_longest_address_wins_unless_the_connection_is_named(url: str, name: str) -> None:
    found, connection = resolve(url, CONNECTIONS)
    assert found == name
    assert connection == CONNECTIONS.get(name, Connection())


def test_a_user_that_is_no_connection() -> None:
    assert resolve("s3://me@footage", CONNECTIONS)[1] == Connection(
        url="s3://footage", region="a", profile="me"
    )
    assert resolve("smb://me@nas/x", CONNECTIONS)[1] == Connection(url="smb://nas", user="me")
    assert resolve("sftp://me@host/x", {})[1] == Connection(user="me")


def test_roots_are_compared_as_they_are() -> None:
    roots = ("/mnt/a/", "/", "s3://b/", "s3://b/a//", "s3://b//a", "smb://nas/a b")
    assert [normal_path(root) for root in roots] == [
        "/mnt/a",
        "/",
        "s3://b",
        "s3://b/a",
        "s3://b//a",
        "smb://nas/a b",
    ]


def test_secrets_are_not_displayed() -> None:
    connections: dict[str, dict[str, Any]] = {
        "studio": {
            "url": "s3://footage",
            "access_key_id": "AKIA",
            "secret_access_key": SECRET,
            "password": SECRET,
            "options": {"token": SECRET, "deep": {"keys": [SECRET]}},
        }
    }
    settings = load_settings(connections=connections)
    connection = settings.connections["studio"]
    assert connection.secret_access_key.get_secret_value() == SECRET
    for text in (repr(settings), str(connection), json.dumps(redacted(settings)), settings.model_dump_json()):
        assert SECRET not in text
        assert json.dumps(SECRET)[1:-1] not in text
    assert connection.secrets() == {SECRET}
    assert without_secrets(f"wrong password {SECRET}!", connection) == "wrong password ***!"


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        ({"url": "s3://me:hunter22@bucket"}, "user"),
        ({"endpoint_url": "https://key:hunter22@nas:9000"}, "user"),
        ({"pasword": "hunter22"}, "pasword"),
        ({"verify": []}, "verify"),
    ],
)
def test_a_connection_that_is_not_valid_is_named(connection: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        load_settings(connections={"nas": connection})
    assert "connections.nas" in str(caught.value)
    assert "hunter22" not in f"{caught.value} {caught.value.hint} {caught.value.parameters}"
