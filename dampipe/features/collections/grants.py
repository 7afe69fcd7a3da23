"""The use cases of rights on collections."""

from typing import Any

from dampipe.features.collections import errors
from dampipe.features.collections.events import CollectionGranted, CollectionRevoked
from dampipe.features.collections.finding import find
from dampipe.features.collections.model import CollectionGrantReport, Right
from dampipe.features.collections.queries import CollectionRepository, lock_tree
from dampipe.features.collections.rights import require_right
from dampipe.features.undo.journal import begin, finish
from dampipe.kernel.access import EDIT, READ, Actor, Role, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.people import People


class CollectionGrantService:
    """Rights on collections. Any method may raise CatalogueDown, NotFound, and Forbidden for who does not manage the
    collection."""

    def __init__(self, database: Database, collections: CollectionRepository, people: People) -> None:
        self._db = database
        self._collections = collections
        self._people = people

    def all(self, actor: Actor, name: str | int) -> list[CollectionGrantReport]:
        """The rights on a collection: its own, then those of the visible collections above it."""
        require(actor, READ)
        names = {one.id: one.name for one in self._people.all().values()}
        with self._db.read() as connection:
            held = find(connection, actor, name)
            require_right(actor, held, Right.MANAGE)
            path = [row.id for row in reversed(held.path)]
            rows = self._collections.grants(connection, path)
        found = []
        for row in sorted(rows, key=lambda one: (path.index(one.collection_id), one.id)):
            to = f"role:{Role(row.role)}" if row.role is not None else f"user:{names.get(row.user_id, '?')}"
            found.append(
                CollectionGrantReport(
                    to=to,
                    right=Right(row.level),
                    inherited_from=None if row.collection_id == held.row.id else row.collection_id,
                    granted_by=row.granted_by,
                    granted_at=row.granted_at,
                )
            )
        return found

    def grant(self, actor: Actor, name: str | int, to: str, right: Right) -> int | None:
        """Give a right on a collection, and on all below it, to `user:NAME` or `role:NAME`; it replaces the right that
        they were given on the same collection before. Returns the number of the edit.

        It opens the assets in collections that people fill, as far as the actor sees them by folders.
        """
        require(actor, EDIT)
        addressed = self._addressed(to)
        with self._db.write() as connection:
            lock_tree(connection, self._db)
            held = find(connection, actor, name)
            require_right(actor, held, Right.MANAGE)
            edit = begin(connection, str(actor), f"grant {right} on {held.row.name} to {to}")
            self._collections.grant(
                connection,
                edit,
                {
                    "collection_id": held.row.id,
                    **addressed,
                    "level": int(right),
                    "grantor_id": actor.user,
                    "opens_all": actor.user is None,
                    "granted_at": edit.at,
                    "granted_by": str(actor),
                    "version": 1,
                },
            )
            event = CollectionGranted(collection=held.row.id, to=to.strip(), right=str(right))
            record_event(connection, event, actor=actor, at=edit.at)
            return finish(connection, edit)

    def revoke(self, actor: Actor, name: str | int, to: str) -> int | None:
        """Take back a right that was given on this collection. Returns the number of the edit. Raises NotFound."""
        require(actor, EDIT)
        addressed = self._addressed(to)
        with self._db.write() as connection:
            lock_tree(connection, self._db)
            held = find(connection, actor, name)
            require_right(actor, held, Right.MANAGE)
            edit = begin(connection, str(actor), f"revoke the right of {to} on {held.row.name}")
            if not self._collections.revoke(connection, edit, {"collection_id": held.row.id, **addressed}):
                raise NotFound(errors.GRANT_UNKNOWN, to=to, name=held.row.name)
            event = CollectionRevoked(collection=held.row.id, to=to.strip())
            record_event(connection, event, actor=actor, at=edit.at)
            return finish(connection, edit)

    def _addressed(self, to: str) -> dict[str, Any]:
        """To whom: a user or a role. Raises InvalidInput, NotFound."""
        kind, _, name = to.strip().partition(":")
        if kind == "user" and name:
            person = self._people.all().get(name.strip().lower())
            if person is None:
                raise NotFound(errors.USER_UNKNOWN, name=name[:100])
            return {"user_id": person.id, "role": None}
        roles = {str(role): role for role in Role}
        if kind == "role" and name.lower() in roles:
            return {"user_id": None, "role": int(roles[name.lower()])}
        raise InvalidInput(errors.GRANTEE_INVALID, to=to[:100], roles=", ".join(roles))
