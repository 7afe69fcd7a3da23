"""Who may do what with a collection.

One at the top is open to all by their role, unless it is private; its owner and managers of the library have all rights.
A grant gives a right to a user, or to everybody with a role or a higher one. All this holds for the collections below,
too: a right can be more further down, and is never less. A share link sees the collection that it leads to, and those
below it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, false, or_, select

from dampipe.features.collections.errors import RIGHT_MISSING
from dampipe.features.collections.model import BY_ROLE, Right
from dampipe.features.collections.tables import COLLECTION, COLLECTION_GRANT
from dampipe.kernel.access import Actor, ActorKind, Role
from dampipe.kernel.errors import Forbidden


def sees_all(actor: Actor) -> bool:
    """Whether an actor manages every collection: without a user, unless it is a link, and from the role manager on."""
    if actor.kind is ActorKind.LINK:
        return False
    return actor.user is None or actor.role >= Role.MANAGER


def _granted_to(actor: Actor) -> Any:
    """The condition on a row of `collection_grant` that it holds for an actor."""
    if actor.kind is ActorKind.LINK or actor.user is None:
        return false()
    return or_(COLLECTION_GRANT.c.user_id == actor.user, COLLECTION_GRANT.c.role <= int(actor.role))


def visible_ids(actor: Actor) -> Select[Any]:
    """A query for the numbers of the collections that an actor sees, in the column `id`."""
    if sees_all(actor):
        return select(COLLECTION.c.id)
    granted = select(COLLECTION_GRANT.c.collection_id).where(_granted_to(actor))
    if actor.kind is ActorKind.LINK:
        shared = COLLECTION.c.id == actor.collection if actor.collection is not None else false()
        return select(below(select(COLLECTION.c.id).where(shared)).c.id)
    if actor.user is None:
        return select(COLLECTION.c.id).where(false())
    is_open = and_(COLLECTION.c.parent_id.is_(None), ~COLLECTION.c.is_private)
    roots = select(COLLECTION.c.id).where(
        or_(is_open, COLLECTION.c.owner_id == actor.user, COLLECTION.c.id.in_(granted))
    )
    return select(below(roots).c.id)


def below(roots: Select[Any]) -> Any:
    """A recursive table of the numbers of collections, and of all below them."""
    tree = roots.cte(recursive=True)
    child = COLLECTION.alias()
    return tree.union(select(child.c.id).join(tree, child.c.parent_id == tree.c.id))


def path_of(connection: Connection, collection: int) -> list[Any]:
    """The row of a collection and of those above it, itself first; nothing if there is none."""
    path = select(COLLECTION.c.id, COLLECTION.c.parent_id).where(COLLECTION.c.id == collection)
    up = path.cte(recursive=True)
    above = COLLECTION.alias()
    up = up.union(select(above.c.id, above.c.parent_id).join(up, above.c.id == up.c.parent_id))
    query = select(COLLECTION).where(COLLECTION.c.id.in_(select(up.c.id)))
    rows = {row.id: row for row in connection.execute(query)}
    found: list[Any] = []
    number: int | None = collection
    while number is not None and number in rows:
        found.append(rows.pop(number))
        number = found[-1].parent_id
    return found


@dataclass(frozen=True)
class Held:
    """A collection, and what an actor may do with it."""

    row: Any
    right: Right
    path: tuple[Any, ...]
    """The rows of the visible collections from the one furthest up down to itself."""
    root: Any
    """The row at the top of the tree, visible or not."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the visible path."""
        return tuple(row.name for row in self.path)

    @property
    def parent(self) -> int | None:
        """The number of the parent, if it is visible."""
        return self.path[-2].id if len(self.path) > 1 else None


class RightsReader:
    """The rights of one actor, as one transaction sees them."""

    def __init__(self, connection: Connection, actor: Actor) -> None:
        self._connection = connection
        self._actor = actor

    def of(self, collection: int) -> Held | None:
        """What the actor may do with a collection; None: it does not see it, or there is none."""
        path = path_of(self._connection, collection)
        if not path:
            return None
        return self._held(path, self._grants([row.id for row in path]))

    def all(self) -> list[Held]:
        """Every collection that the actor sees."""
        rows = {row.id: row for row in self._connection.execute(select(COLLECTION))}
        grants = self._grants(None)
        found = []
        for row in rows.values():
            path = [row]
            while path[-1].parent_id in rows and len(path) <= len(rows):
                path.append(rows[path[-1].parent_id])
            held = self._held(path, grants)
            if held is not None:
                found.append(held)
        return found

    def _grants(self, collections: Sequence[int] | None) -> dict[int, Right]:
        """The greatest right that is granted to the actor on each collection itself."""
        query = select(COLLECTION_GRANT.c.collection_id, COLLECTION_GRANT.c.level).where(
            _granted_to(self._actor)
        )
        if collections is not None:
            query = query.where(COLLECTION_GRANT.c.collection_id.in_(collections))
        found: dict[int, Right] = {}
        for number, level in self._connection.execute(query):
            found[number] = max(Right(level), found.get(number, Right.VIEW))
        return found

    def _held(self, path: Sequence[Any], grants: Mapping[int, Right]) -> Held | None:
        """path: from the collection to the top."""
        right: Right | None = None
        shown: list[Any] = []
        for row in reversed(path):
            own = _most([right, self._own(row), grants.get(row.id)])
            right = own
            if right is not None:
                shown.append(row)
        return None if right is None else Held(path[0], right, tuple(shown), path[-1])

    def _own(self, row: Any) -> Right | None:
        """The right without grants on one collection itself."""
        actor = self._actor
        if sees_all(actor):
            return Right.MANAGE
        if actor.kind is ActorKind.LINK:
            return Right.VIEW if row.id == actor.collection else None
        if actor.user is None:
            return None
        if row.owner_id == actor.user:
            return Right.MANAGE
        return BY_ROLE[actor.role] if row.parent_id is None and not row.is_private else None


def _most(rights: Iterable[Right | None]) -> Right | None:
    return max((one for one in rights if one is not None), default=None)


def require_right(actor: Actor, held: Held, right: Right) -> None:
    """Raise Forbidden unless the actor has the right on a collection that it sees."""
    if held.right < right:
        raise Forbidden(RIGHT_MISSING, actor=str(actor), name=held.row.name, right=str(right))
