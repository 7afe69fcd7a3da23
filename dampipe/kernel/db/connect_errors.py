"""Why a PostgreSQL database cannot be connected to: it does not exist, it refuses the login, or no server answers.

libpq passes on no SQLSTATE for a connection that failed, so the server's words decide. A server speaks its own
language; whether the database exists is then asked of the server itself.
"""

import re
from typing import Any

from sqlalchemy import URL

from dampipe.kernel.db.errors import DATABASE_ABSENT, LOGIN_REFUSED, SERVER_UNREACHABLE
from dampipe.kernel.errors import CatalogueDown

_NO_DATABASE, _BAD_PASSWORD, _NO_AUTHORIZATION = "3D000", "28P01", "28000"
"""SQLSTATEs, of drivers that have them."""
_FROM_SERVER = re.compile(r"failed: [^\s:]+:  ")
"""A severity and two spaces come before the words of a server; an error of the network has none."""
_ABSENT = re.compile(r'database "[^"]*" does not exist')
_REFUSED = re.compile(
    r"authentication failed|no password supplied|role \"[^\"]*\" does not exist|not permitted to log in|pg_hba\.conf"
)
_UNREACHABLE = re.compile(
    r"connection failed|connection is bad|connection to server|timeout|resolve|translate host"
)
MAINTENANCE = "postgres"
"""The database that every server has."""


def connect_problem(error: BaseException, url: URL, place: str) -> CatalogueDown | None:
    """The error of dampipe for a connection that failed; None for anything else.

    error: the driver's. place: the URL as it is shown.
    """
    state, words = getattr(error, "sqlstate", None), str(error)
    server = f"{url.host or url.query.get('host') or 'this machine'}" + (f":{url.port}" if url.port else "")
    facts: dict[str, Any] = {
        "place": place,
        "server": server,
        "problem": (words.strip() or "?").splitlines()[0],
    }
    facts |= {"name": url.database or "", "user": url.username or ""}
    if state == _NO_DATABASE or _ABSENT.search(words):
        return CatalogueDown(DATABASE_ABSENT, **facts)
    if state in (_BAD_PASSWORD, _NO_AUTHORIZATION) or _REFUSED.search(words):
        return CatalogueDown(LOGIN_REFUSED, **facts)
    if state or not _UNREACHABLE.search(words):
        return None
    if not _FROM_SERVER.search(words):
        return CatalogueDown(SERVER_UNREACHABLE, **facts)
    return CatalogueDown(DATABASE_ABSENT, **facts) if _is_absent(url) else None


def _is_absent(url: URL) -> bool:
    """Whether the server says that it has no such database. False if it does not answer."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    engine = create_engine(url.set(database=MAINTENANCE), connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            query = text("SELECT count(*) FROM pg_database WHERE datname = :name")
            return not connection.execute(query, {"name": url.database or url.username}).scalar()
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
