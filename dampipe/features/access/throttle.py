"""The throttle of logins: each login window moves with time, and is in the catalogue, so that all web servers count
together, and a restart forgets nothing.

An attempt is counted before the password is looked at, in one transaction that locks its windows: attempts that are made
at a time, in whatever processes, cannot pass together. One that succeeds is taken out again. The catalogue and not the
broker keeps them, since the broker may be RabbitMQ, and may lose everything.
"""

import hashlib
import ipaddress
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, select, update

from dampipe.features.access.errors import TOO_MANY_LOGINS
from dampipe.features.access.tables import LOGIN_WINDOW
from dampipe.kernel.db.clock import NOW, database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import TooManyRequests

IPV6_NETWORK = 64
"""Bits of an IPv6 address that count: a client that has one address of a network usually has all of them."""


@dataclass(frozen=True)
class Limit:
    """How many failed logins are allowed within a time."""

    most: int
    seconds: float


LIMITS: Final[Mapping[str, Limit]] = {
    "address": Limit(30, 60.0),
    "name": Limit(60, 3600.0),
    "pair": Limit(10, 300.0),
}
"""From an address, for a name from anywhere, and for a name from an address."""


@dataclass(frozen=True)
class Attempt:
    """A login that has been counted."""

    at: float
    """Seconds since 1970, by the database's clock."""
    keys: Mapping[str, Limit]


class LoginThrottle:
    """The windows of one catalogue; the only writer of the table `login_window`. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, name: str, address: str) -> Attempt:
        """Count an attempt to log in. Raises TooManyRequests, and counts nothing, where a window is full."""
        keys = _keys(name, address)
        with self._db.read() as connection:  # one that is refused takes no lock
            rows = connection.execute(select(LOGIN_WINDOW).where(LOGIN_WINDOW.c.key.in_(keys))).all()
            _refuse_full(keys, {row.key: json.loads(row.times) for row in rows}, database_time(connection))
        with self._db.write() as connection:
            found = {key: self._lock(connection, key) for key in keys}
            now = database_time(connection)
            _refuse_full(keys, found, now)
            for key, limit in keys.items():
                times = [*(time for time in found[key] if time > now - limit.seconds), now]
                self._save(connection, key, times, limit)
        return Attempt(now, keys)

    def succeed(self, attempt: Attempt) -> None:
        """Take an attempt out of its windows: only those that fail count."""
        with self._db.write() as connection:
            for key, limit in attempt.keys.items():
                times = self._lock(connection, key)
                if attempt.at in times:
                    times.remove(attempt.at)
                    self._save(connection, key, times, limit)

    def delete_expired(self) -> int:
        """Delete windows in which nothing counts any more; returns how many."""
        with self._db.write() as connection:
            return connection.execute(delete(LOGIN_WINDOW).where(LOGIN_WINDOW.c.until < NOW)).rowcount

    def _lock(self, connection: Connection, key: str) -> list[float]:
        """The times in a window, which is locked until the end of the transaction, and created if need be."""
        insert = self._db.insert(LOGIN_WINDOW).values(key=key, times="[]", until=NOW)
        upsert = insert.on_conflict_do_update(index_elements=["key"], set_={"key": insert.excluded.key})
        found: list[float] = json.loads(
            connection.execute(upsert.returning(LOGIN_WINDOW.c.times)).scalar_one()
        )
        return found

    @staticmethod
    def _save(connection: Connection, key: str, times: Sequence[float], limit: Limit) -> None:
        until = times[-1] + limit.seconds if times else 0.0
        mine = update(LOGIN_WINDOW).where(LOGIN_WINDOW.c.key == key)
        connection.execute(mine.values(times=json.dumps(times), until=until))


def _keys(name: str, address: str) -> dict[str, Limit]:
    """The windows of an attempt by their keys, in the order in which all processes lock them.

    What was typed for a name may be a password, so that a digest of it is kept.
    """
    network = _network(address)
    parts = {"address": (network,), "name": (name,), "pair": (name, network)}
    digests = {
        hashlib.sha256(json.dumps((kind, *values)).encode()).hexdigest(): LIMITS[kind]
        for kind, values in parts.items()
    }
    return dict(sorted(digests.items()))


def _network(address: str) -> str:
    """What of an address counts."""
    try:
        peer = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(peer, ipaddress.IPv4Address):
        return str(peer)
    if peer.ipv4_mapped is not None:
        return str(peer.ipv4_mapped)
    return str(ipaddress.ip_network((peer, IPV6_NETWORK), strict=False))


def _refuse_full(keys: Mapping[str, Limit], found: Mapping[str, Sequence[float]], now: float) -> None:
    """Raise TooManyRequests where a window is full, with the seconds until none is."""
    waits = []
    for key, limit in keys.items():
        counted = [time for time in found.get(key, ()) if time > now - limit.seconds]
        if len(counted) >= limit.most:
            waits.append(counted[-limit.most] + limit.seconds - now)
    if waits:
        raise TooManyRequests(TOO_MANY_LOGINS, seconds=max(1, math.ceil(max(waits))))
