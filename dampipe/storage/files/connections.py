"""Addresses of footage, and which connection of the settings each of them uses.

    /mnt/archive                      a folder
    s3://bucket/prefix                the connection with the longest matching `url`; none: the ecosystem's own places
    s3://NAME@bucket/prefix           the connection NAME; without one of that name, the profile or user NAME

The text after the host is taken as it is, without percent-decoding: the URL of a file is that of its root, "/" and its
key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.masking import MASK, mask_text
from dampipe.kernel.settings.connection import Connection
from dampipe.storage.files.errors import URL_INVALID

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a URL of footage."""

    scheme: str
    user: str
    """A user, or the name of a connection; "" for none."""
    host: str
    """A host, or a bucket. An IPv6 address has no brackets."""
    port: int | None
    path: str
    """What follows the "/" after the host, without "/" at the end."""

    @property
    def authority(self) -> str:
        """Host and port as in the URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


class StoreConfig(Connection):
    """Configuration of a kind of footage: `root` is its URL, and all else is the connection that it uses."""

    root: str

    @property
    def address(self) -> Address:
        """The parts of the root. Raises InvalidInput."""
        return parse(self.root)


def parse(url: str) -> Address:
    """The parts of a URL. Raises InvalidInput; the error has no password that the URL may contain."""
    scheme, separator, rest = url.partition("://")
    if not separator or not _SCHEME.fullmatch(scheme):
        raise _invalid(url, "write the scheme in lower case, as in s3://bucket/folder")
    if scheme == "file":
        raise _invalid(url, "give the path of a folder without file://")
    authority, _, path = rest.partition("/")
    user, _, host = authority.rpartition("@")
    if ":" in user or "%3a" in user.lower():
        raise _invalid(url, "it contains a password; put it in a connection")
    name, port = _host_and_port(url, host)
    if not name:
        raise _invalid(url, "it has no host or bucket")
    return Address(scheme, user, name, port, path.rstrip("/"))


def resolve(root: str, connections: Mapping[str, Connection]) -> tuple[str, Connection]:
    """The name of the connection that a URL uses ("": none), and the connection. Raises InvalidInput.

    A user in the URL that is not the name of a connection is the `user` of the connection; that of an S3 URL is the
    profile.
    """
    address = parse(root)
    if address.user in connections:
        return address.user, connections[address.user]
    bare = f"{address.scheme}://{address.authority}" + (f"/{address.path}" if address.path else "")
    matches = [
        (len(connection.url), name)
        for name, connection in connections.items()
        if connection.url and _is_below(bare, connection.url)
    ]
    name = max(matches)[1] if matches else ""
    connection = connections[name] if name else Connection()
    if address.user:
        named = "profile" if address.scheme == "s3" else "user"
        connection = connection.model_copy(update={named: address.user})
    return name, connection


def is_same_place(one: str, other: str, connections: Mapping[str, Connection]) -> bool:
    """Whether two URLs differ by their users only, and lead to the same files or one into the other's.

    The account with which a bucket is opened changes nothing of what is in it. Two users of a file server may see
    different files, but a URL without a user is not known to be that of another one. Raises InvalidInput.
    """
    first, second = parse(one), parse(other)
    is_nested = any(_is_in(*paths) for paths in ((first.path, second.path), (second.path, first.path)))
    of_both = [(at.scheme, at.host.lower(), at.port) for at in (first, second)]
    if first.user == second.user or of_both[0] != of_both[1] or not is_nested:
        return False
    mine, its = (resolve(url, connections)[1] for url in (one, other))
    if mine.endpoint_url != its.endpoint_url:
        return False
    return first.scheme == "s3" or mine.user == its.user or not (mine.user and its.user)


def _is_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def store_config(root: str, connection: Connection) -> dict[str, Any]:
    """What `get_storage_backend(kind, …, "footage")` takes for a URL and the connection that it uses."""
    values = {name: getattr(connection, name) for name in Connection.model_fields if name != "url"}
    return {"root": root, **values}


def without_secrets(text: object, connection: Connection) -> str:
    """A foreign text in which the secrets of a connection, and what looks like one, are replaced by ***."""
    shown = str(text)
    for secret in sorted(connection.secrets(), key=len, reverse=True):
        shown = shown.replace(secret, MASK)
    return mask_text(shown)


def _is_below(url: str, prefix: str) -> bool:
    return url == prefix or url.startswith(prefix if prefix.endswith("://") else f"{prefix}/")


def _host_and_port(url: str, host: str) -> tuple[str, int | None]:
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise _invalid(url, "its IPv6 address lacks a bracket")
        port = port[1:]
    else:
        name, _, port = host.partition(":")
    if not port:
        return name, None
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= 65535):
        raise _invalid(url, "its port is not a number from 1 to 65535")
    return name, int(port)


def _invalid(url: str, problem: str) -> InvalidInput:
    return InvalidInput(URL_INVALID, url=url, problem=problem)
