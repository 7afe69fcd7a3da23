"""Where webhooks may be sent: public addresses, and networks that the setting `webhook_networks` lists.

A name is resolved once for a message and the connection goes to that address, so that a name which changes between
the check and the connection (DNS rebinding) cannot lead into the own network.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias
from urllib.parse import urlsplit

from dampipe.features.webhooks.errors import ADDRESS_DENIED, URL_INVALID
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.masking import mask_url
from dampipe.kernel.settings.settings import Settings

Address: TypeAlias = IPv4Address | IPv6Address

_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Target:
    """The parts of a receiver's URL."""

    is_tls: bool
    host: str
    """In ASCII."""
    port: int
    path: str
    """With the query."""


def parse_target(url: str) -> Target:
    """The parts of a receiver's URL. Raises InvalidInput."""
    problem = ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if ":" not in host:
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise InvalidInput(URL_INVALID, url=mask_url(url), problem="it cannot be read") from None
    if parts.scheme not in ("http", "https"):
        problem = "it begins with neither https:// nor http://"
    elif not host:
        problem = "it has no host"
    elif parts.username is not None or parts.password is not None or "@" in parts.netloc:
        problem = "it has a user or a password"
    elif port == 0:
        problem = "its port is 0"
    elif not url.isascii() or not url.isprintable() or " " in url:
        problem = "its characters have to be percent-encoded"
    if problem:
        raise InvalidInput(URL_INVALID, url=mask_url(url), problem=problem)
    is_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_tls, host, port or (443 if is_tls else 80), path)


class Targets:
    """Resolves hosts to addresses that webhooks may be sent to."""

    def __init__(self, settings: Settings) -> None:
        self._networks = [ip_network(network) for network in settings.webhook_networks]

    def resolve(self, host: str, port: int) -> list[str]:
        """The allowed addresses of a host. Raises InvalidInput if it has only others; OSError if it has none."""
        found = [entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        addresses = list(dict.fromkeys(str(address) for address in found))
        allowed = [address for address in addresses if self.is_allowed(address)]
        if not allowed:
            address = ", ".join(addresses)
            target = host if host == address else f"{host} ({address})"
            raise InvalidInput(ADDRESS_DENIED, target=target, host=host, address=address)
        return allowed

    def is_allowed(self, address: str) -> bool:
        """Whether webhooks may be sent to an address."""
        found = [ip_address(address.partition("%")[0])]
        found += _embedded(found[0])
        return all(_is_public(one) or self._is_listed(one) for one in found)

    def _is_listed(self, address: Address) -> bool:
        return any(address in network for network in self._networks if address.version == network.version)


def _embedded(address: Address) -> list[Address]:
    """The IPv4 address to which packets for an IPv6 address are sent in the end, if there is one."""
    if isinstance(address, IPv4Address):
        return []
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and address.teredo is not None:
        embedded = address.teredo[1]
    if embedded is None and address in _NAT64:
        embedded = IPv4Address(int(address) & 0xFFFF_FFFF)
    return [] if embedded is None else [embedded]


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _NAT64):
        return True  # what it stands for is checked
    is_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or is_local)
