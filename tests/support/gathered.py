"""A library with collections: short names for the use cases, and users of any role."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.service import AccessService
from dampipe.features.collections.grants import CollectionGrantService
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, CollectionReport, ItemsChanged, NewCollection, Place
from dampipe.features.collections.service import CollectionService
from dampipe.features.events.model import EventQuery
from dampipe.features.events.service import EventService
from dampipe.features.undo.model import UndoneReport
from dampipe.features.undo.service import UndoService
from dampipe.features.undo.tables import EDIT
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.feature import registered
from tests.support.searching import Searching, sha1


class Gathered(Searching):
    """Files `a.mp4` to … in the folder `day`, and collections of them."""

    def __init__(self, url: str, folder: Path, names: Iterable[str] = "abcdef") -> None:
        super().__init__(url, folder)
        for name in names:
            self.add(f"day/{name}.mp4")
        self.services.provide(EventRegistry, lambda: EventRegistry(registered("events")))
        self.collections = self.services.get(CollectionService)
        self.things = self.services.get(CollectionItemService)
        self.grants = self.services.get(CollectionGrantService)

    def make(
        self, name: str, parent: str | int | None = None, by: Actor = LOCAL, **more: Any
    ) -> CollectionReport:
        """A new collection."""
        inside = None if parent is None else str(parent)
        return self.collections.create(by, NewCollection(name=name, parent=inside, **more))

    def put(
        self, collection: str | int, names: Iterable[str], by: Actor = LOCAL, **place: Any
    ) -> ItemsChanged:
        """Add files of the folder `day`, each named by a letter."""
        return self.things.add(by, collection, chosen(names), Place(**place))

    def has(self, collection: str | int, by: Actor = LOCAL, **more: Any) -> str:
        """The names of the files in a collection, as the actor sees them, without `.mp4`."""
        return "".join(
            one.name.removesuffix(".mp4") for one in self.collections.items(by, collection, **more).items
        )

    def item(self, collection: str | int, name: str, by: Actor = LOCAL) -> int:
        """The number of an item."""
        found = self.collections.items(by, collection, limit=1000).items
        [number] = [one.id for one in found if one.name == f"{name}.mp4"]
        assert number is not None
        return number

    def undo(self, by: Actor = LOCAL, edit: int | None = None) -> UndoneReport:
        """Undo the last edit, or one."""
        return self.services.get(UndoService).undo(by, edit)

    def put_number(self) -> int:
        """Make a collection; returns the number of that edit. What is kept until the next write is read again."""
        self.make("passing")
        with self.catalog.database.read() as connection:
            return int(connection.execute(select(func.max(EDIT.c.id))).scalar_one())

    def user(self, name: str, role: Role = Role.VIEWER, sees: tuple[str, ...] | None = None) -> Actor:
        """A user; sees: folders below the root; None: everything."""
        places = None if sees is None else tuple(str(self.root / one) for one in sees)
        self.services.get(AccessService).add_user(LOCAL, UserRequest(name=name, role=role, sees=places))
        found = self.services.get(AccessRepository).user(name)
        return Actor(ActorKind.USER, name, found.role, user=found.id)

    @staticmethod
    def role(name: str) -> Role:
        """A role by its name."""
        return Role[name.upper()]

    def events(self, by: Actor = LOCAL, *names: str) -> list[tuple[str, dict[str, Any]]]:
        """The events of collections that an actor sees, oldest first."""
        query = EventQuery(names=names or ("collection.*",), limit=1000, since="0")
        return [(one.name, one.data) for one in self.services.get(EventService).page(by, query).events]


def chosen(names: Iterable[str]) -> Chosen:
    """Files of the folder `day`."""
    return Chosen(assets=tuple(sha1(f"day/{name}.mp4") for name in names))
