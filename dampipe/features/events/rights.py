"""Which events an actor sees: those of visible assets; those of access only with the scope `admin`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_, select

from dampipe.features.assets.tables import VERSION
from dampipe.kernel.access import ADMIN, Actor, ActorKind
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.feature import registered
from dampipe.kernel.visibility import View

OF_ACCESS = ("user.", "token.", "grant.", "share.")
"""How the names of events about access begin."""
CHANGES_RIGHTS = (*OF_ACCESS, "collection.granted", "collection.revoked")
"""How the names of events begin by which what an actor sees may change."""
PRIVATE = ("path", "reason", "warnings", "verdict")
"""Fields of payloads that may name a file of an asset that is not visible, although the asset is."""


def may_change(actor: Actor, event: Event) -> bool:
    """Whether what an event says may end the login of an actor, or change what it may do or sees.

    Rather once too often: a stream that is ended is resumed by a request that is checked.
    """
    if not event.name.startswith(CHANGES_RIGHTS):
        return False
    if actor.kind is ActorKind.LOCAL:  # with the first user it needs a login
        return event.name == "user.added"
    if event.name in ("user.added", "user.logged_in", "user.login_failed", "token.created"):
        return False
    if event.name == "token.revoked":
        return actor.kind is ActorKind.TOKEN and event.data.get("token") == actor.name
    if actor.kind is ActorKind.LINK or event.name.startswith("share."):
        return actor.kind is ActorKind.LINK
    if actor.user is None:  # neither a user nor of one
        return False
    if actor.kind is not ActorKind.USER:  # of which user, its name does not say
        return True
    to = str(event.data.get("to", ""))
    return event.data.get("user") == actor.name or to == f"user:{actor.name}" or to.startswith("role:")


class EventRights:
    """What one actor sees of the log."""

    def __init__(self, database: Database, actor: Actor, view: View) -> None:
        self._db = database
        self._is_admin = actor.may(ADMIN)
        self._view = view
        self._scopes: dict[str, ColumnElement[bool] | None] = {
            one.prefix: one.where(database, actor) for one in registered("event_scopes")
        }

    @property
    def is_all(self) -> bool:
        """Whether every event is seen, as it is."""
        return self._is_admin and self._view.is_all and all(one is None for one in self._scopes.values())

    def where(self) -> ColumnElement[bool] | None:
        """The condition on a row of the table `event`; None: all."""
        conditions = []
        if not self._is_admin:
            conditions += [~EVENT.c.name.startswith(prefix, autoescape=True) for prefix in OF_ACCESS]
        if not self._view.is_all:
            contents = select(VERSION.c.sha1).where(self._view.shows_version(VERSION.c.id))
            # What is about no asset is not shown, unless it is about something that has rights of its own.
            scoped = [EVENT.c.name.startswith(one, autoescape=True) for one in self._scopes]
            shown = self._view.shows_asset(EVENT.c.asset)
            conditions.append(or_(shown, and_(EVENT.c.asset.is_(None), or_(false(), *scoped))))
            conditions.append(or_(EVENT.c.sha1.is_(None), EVENT.c.sha1.in_(contents)))
        for prefix, where in self._scopes.items():
            if where is not None:
                conditions.append(or_(~EVENT.c.name.startswith(prefix, autoescape=True), where))
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
