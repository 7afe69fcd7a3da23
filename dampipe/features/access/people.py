"""The users, as features that come before this one see them."""

from collections.abc import Mapping

from sqlalchemy import select

from dampipe.features.access.tables import USER
from dampipe.kernel.access import Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.people import Person


class UserDirectory:
    """Implements `dampipe.kernel.people.People`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> Mapping[str, Person]:
        """See People."""
        query = select(USER.c.id, USER.c.name, USER.c.role).where(~USER.c.is_disabled).order_by(USER.c.name)
        with self._db.read() as connection:
            return {row.name: Person(row.id, row.name, Role(row.role)) for row in connection.execute(query)}
