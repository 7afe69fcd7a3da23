"""Which events an actor sees: those of visible assets; those of access only with the scope `admin`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from dampipe.features.assets.tables import VERSION
from dampipe.kernel.access import ADMIN, Actor
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.visibility import View

OF_ACCESS = ("user.", "token.", "grant.")
"""How the names of events about access begin."""
PRIVATE = ("path", "reason", "warnings", "verdict")
"""Fields of payloads that may name a file of an asset that is not visible, although the asset is."""


class EventRights:
    """What one actor sees of the log."""

    def __init__(self, database: Database, actor: Actor, view: View) -> None:
        self._db = database
        self._is_admin = actor.may(ADMIN)
        self._view = view

    @property
    def is_all(self) -> bool:
        """Whether every event is seen, as it is."""
        return self._is_admin and self._view.is_all

    def where(self) -> ColumnElement[bool] | None:
        """The condition on a row of the table `event`; None: all."""
        conditions = []
        if not self._is_admin:
            conditions += [~EVENT.c.name.startswith(prefix, autoescape=True) for prefix in OF_ACCESS]
        if not self._view.is_all:
            contents = select(VERSION.c.sha1).where(self._view.shows_version(VERSION.c.id))
            conditions.append(EVENT.c.asset.is_not(None))
            conditions.append(self._view.shows_asset(EVENT.c.asset))
            conditions.append(or_(EVENT.c.sha1.is_(None), EVENT.c.sha1.in_(contents)))
        return and_(*conditions) if conditions else None

    def shown(self, events: Sequence[Event]) -> list[Event]:
        """Those of new events that are seen, as they are shown. Raises CatalogueDown."""
        where = self.where()
        if where is None:
            return list(events)
        seen: set[int] = set()
        with self._db.read() as connection:
            for some in chunked([event.seq for event in events]):
                seen |= set(
                    connection.execute(select(EVENT.c.seq).where(EVENT.c.seq.in_(some), where)).scalars()
                )
        return self.stripped([event for event in events if event.seq in seen])

    def stripped(self, events: Sequence[Event]) -> list[Event]:
        """Events without what may name a file that is not visible."""
        if self._view.is_all:
            return list(events)
        return [
            event.model_copy(
                update={"data": {name: value for name, value in event.data.items() if name not in PRIVATE}}
            )
            for event in events
        ]
