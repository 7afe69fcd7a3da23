"""Collections by their paths, made where there are none: for programs that bring albums."""

from collections.abc import Sequence

from sqlalchemy import select

from dampipe.features.collections.events import CollectionCreated
from dampipe.features.collections.model import MAX_NAME, MOST_DEEP
from dampipe.features.collections.queries import CollectionRepository, lock_tree
from dampipe.features.collections.tables import COLLECTION
from dampipe.features.undo.journal import begin, finish
from dampipe.kernel.access import MANAGE, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import record_event

UNNAMED = "untitled"


class CollectionPaths:
    """The collections of one library, by path."""

    def __init__(self, database: Database, collections: CollectionRepository) -> None:
        self._db = database
        self._collections = collections

    def make(self, actor: Actor, names: Sequence[str]) -> int:
        """The number of the collection by hand of that path, from the top; those that do not exist are made.

        Names are made valid. Raises Forbidden for an actor who does not manage the library: they are open to all, and
        rights on those that exist are not asked for.
        """
        require(actor, MANAGE)
        parent: int | None = None
        with self._db.write() as connection:
            lock_tree(connection, self._db)
            for name in path_names(names):
                mine = (COLLECTION.c.name == name, COLLECTION.c.filters.is_(None))
                under = (
                    COLLECTION.c.parent_id.is_(None) if parent is None else COLLECTION.c.parent_id == parent
                )
                first = select(COLLECTION.c.id).where(under, *mine).order_by(COLLECTION.c.id).limit(1)
                found = connection.execute(first).scalar()
                if found is None:
                    edit = begin(connection, str(actor), f"create the collection {name}")
                    values = {
                        "parent_id": parent,
                        "position": self._collections.place(connection, edit, parent, None, None, None, False),
                        "name": name, "description": "", "filters": None, "sort": "", "cover_id": None,
                        "is_private": False, "owner_id": actor.user, "created_at": edit.at,
                        "created_by": str(actor), "changed_at": edit.at, "changed_by": str(actor), "version": 1,
                    }  # fmt: skip
                    found = int(self._collections.insert(connection, edit, values).id)
                    made = CollectionCreated(collection=found, parent=parent, name=name)
                    record_event(connection, made, actor=actor, at=edit.at)
                    finish(connection, edit)
                parent = found
        assert parent is not None
        return parent


def path_names(names: Sequence[str]) -> list[str]:
    """Names that collections can have, as few changed as possible; those that lie too deep are joined.

    >>> path_names(["Photos", "2024/25", " ", "a\\nb"])
    ['Photos', '2024-25', 'untitled', 'a b']
    """
    found = []
    for name in names:
        text = "".join(one if one.isprintable() else " " for one in name.replace("/", "-")).strip()
        found.append(text[:MAX_NAME].strip() or UNNAMED)
    if len(found) > MOST_DEEP:
        found = [*found[: MOST_DEEP - 1], "-".join(found[MOST_DEEP - 1 :])[:MAX_NAME].strip()]
    return found
