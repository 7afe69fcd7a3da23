"""Which host names a server answers for, and whose pages may send it requests.

A page of any server can send requests to a server on the reader's own machine. With DNS rebinding it can also read the
answers: its name is made to point to 127.0.0.1, and only the Host header shows that name.
"""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dampipe.kernel.errors import ErrorCode

FOREIGN_HOST = ErrorCode(
    "request.foreign_host",
    "this server does not answer for the host {host!r}",
    "Use the address that it listens on, or add the name to the setting allowed_hosts.",
)
FOREIGN_ORIGIN = ErrorCode(
    "request.foreign_origin",
    "a page of another server sent this request: {origin!r}",
    "Behind a reverse proxy, add the name under which people reach it to the setting allowed_hosts.",
)
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
EVERY_ADDRESS = ("", "0.0.0.0", "::")
"""Values of the setting host by which a server listens on all addresses of the machine."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHOWN = 200
"""Characters of a foreign header that an error repeats."""


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused."""

    code: ErrorCode
    parameters: dict[str, str]


@dataclass(frozen=True)
class Hosts:
    """The names and addresses of a server."""

    listens_on: str = "127.0.0.1"
    """The address the server is bound to. Of one that is bound to all addresses, every IP address is accepted: a
    page that was loaded by an IP address came from that address, so DNS cannot rebind it."""
    allowed: Sequence[str] = ()
    """Further names, as the setting allowed_hosts lists them: those of a reverse proxy, say."""
    _names: frozenset[str] = field(init=False, repr=False)
    _further: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        further = frozenset(_plain_name(name) for name in self.allowed)
        bound = [] if self.listens_on in EVERY_ADDRESS else [_plain_name(self.listens_on)]
        object.__setattr__(self, "_further", further)
        object.__setattr__(self, "_names", frozenset([*LOOPBACK_NAMES, *bound]) | further)

    def answers_for(self, host: str) -> bool:
        """Whether a Host header names this server; its port does not count, since proxies change it.

        >>> Hosts().answers_for("localhost:8700"), Hosts().answers_for("[::1]"), Hosts().answers_for("evil.example")
        (True, True, False)
        """
        name = _host_name(host)
        if name is None:
            return False
        return name in self._names or (self.listens_on in EVERY_ADDRESS and _is_address(name))

    def refusal(self, method: str, headers: Callable[[str], Sequence[str]]) -> Refusal | None:
        """Why a request is refused; None if it is not.

        A request of a browser is refused if it comes from a page of another server, unless it only follows a link to
        this one. Clients other than browsers send none of these headers. headers: the values of a header.
        """
        hosts = headers("host")
        if len(hosts) != 1 or not self.answers_for(hosts[0]):
            return Refusal(FOREIGN_HOST, {"host": ", ".join(hosts)[:_SHOWN]})
        origins = headers("origin")
        if any(not self._is_own(origin, hosts[0]) for origin in origins):
            return Refusal(FOREIGN_ORIGIN, {"origin": ", ".join(origins)[:_SHOWN]})
        site, mode, into = (", ".join(headers(f"sec-fetch-{name}")) for name in ("site", "mode", "dest"))
        follows_link = mode == "navigate" and into in ("", "document") and method in ("GET", "HEAD")
        if site not in ("", "none", "same-origin") and not origins and not follows_link:
            return Refusal(FOREIGN_ORIGIN, {"origin": site[:_SHOWN]})
        return None

    def _is_own(self, origin: str, host: str) -> bool:
        """Whether an Origin header is this server's: a page of the same name and port, or of an allowed name."""
        try:
            parts = urlsplit(origin)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme not in _DEFAULT_PORTS or parts.hostname is None:
            return False
        name = _plain_name(parts.hostname)
        if name in self._further:
            return True
        own_port = _port(host)
        ports = set(_DEFAULT_PORTS.values()) if own_port is None else {own_port}
        return name == _host_name(host) and (port or _DEFAULT_PORTS[parts.scheme]) in ports


def is_loopback(host: str, resolve: Callable[[str], Iterable[str]]) -> bool:
    """Whether only this machine reaches an address or a name. resolve: the addresses of a name; may raise OSError.

    >>> is_loopback("127.0.0.2", lambda _: []), is_loopback("0.0.0.0", lambda _: []), is_loopback("nas", lambda _: [])
    (True, False, False)
    """
    name = _plain_name(host)
    if name in LOOPBACK_NAMES:
        return True
    if name in EVERY_ADDRESS:
        return False
    try:
        found = [name] if _is_address(name) else list(resolve(name))
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(one).is_loopback for one in found)


def _plain_name(name: str) -> str:
    return name.strip().strip("[]").rstrip(".").lower()


def _host_name(host: str) -> str | None:
    """The name in a Host header; None if the header has not the form NAME, NAME:PORT or [ADDRESS]:PORT."""
    name, port = _split(host)
    is_valid = bool(name) and not set(name) & set("/\\@?#,[] \t") and (port is None or port.isdecimal())
    return _plain_name(name) if is_valid else None


def _port(host: str) -> int | None:
    port = _split(host)[1]
    return int(port) if port and port.isdecimal() and len(port) < 6 else None


def _split(host: str) -> tuple[str, str | None]:
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        return name, rest.removeprefix(":") if rest else None
    name, colon, port = host.partition(":")
    return name, port if colon else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
