"""Who sees events of collections: those who see the collection. Rights on it are for those who manage the library, and
for its owner."""

from sqlalchemy import ColumnElement, Integer, and_, case, cast, false, func, or_, select

from dampipe.features.collections.rights import sees_all, visible_ids
from dampipe.features.collections.tables import COLLECTION
from dampipe.kernel.access import Actor, ActorKind
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.scope import EventScope
from dampipe.kernel.events.tables import EVENT

_OF_RIGHTS = ("collection.granted", "collection.revoked")


def _where(database: Database, actor: Actor) -> ColumnElement[bool] | None:
    if sees_all(actor):
        return None
    if actor.kind is ActorKind.LINK:
        return false()
    seen = select(visible_ids(actor).subquery().c.id)
    parent = _number(database, "parent")
    mine = select(COLLECTION.c.id).where(COLLECTION.c.owner_id == actor.user)
    return or_(
        and_(
            EVENT.c.name.not_in(("collection.deleted", *_OF_RIGHTS)),
            _number(database, "collection").in_(seen),
        ),
        # Of one that is gone the rights are gone, too: the collection that it was in answers for it.
        and_(
            EVENT.c.name == "collection.deleted",
            or_(parent.in_(seen), and_(parent.is_(None), _is_open(database))),
        ),
        and_(EVENT.c.name.in_(_OF_RIGHTS), _number(database, "collection").in_(mine)),
    )


_IS_OURS = EVENT.c.name.startswith("collection.")
"""Only then a field of the payload is read: another event may have a text of that name."""


def _number(database: Database, name: str) -> ColumnElement[int]:
    if database.is_sqlite:
        return case((_IS_OURS, func.json_extract(EVENT.c.data, f"$.{name}", type_=Integer)))
    return case((_IS_OURS, cast(_text_of(name), Integer)))


def _is_open(database: Database) -> ColumnElement[bool]:
    if database.is_sqlite:
        return case((_IS_OURS, func.json_extract(EVENT.c.data, "$.private", type_=Integer))) == 0
    return case((_IS_OURS, _text_of("private"))) == "false"


def _text_of(name: str) -> ColumnElement[str]:
    from sqlalchemy.dialects.postgresql import JSONB  # no other database needs its dialect

    text: ColumnElement[str] = cast(EVENT.c.data, JSONB)[name].astext
    return text


SCOPE = EventScope("collection.", _where)
