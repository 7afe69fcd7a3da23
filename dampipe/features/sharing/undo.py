"""Changes of share links that can be undone: also that one was revoked. Tokens and passwords are no part of them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from dampipe.features.sharing.model import SCOPES, allows_of
from dampipe.features.sharing.queries import changed_event
from dampipe.features.sharing.scopes import SHARE as SHARE_SCOPE
from dampipe.features.sharing.tables import SHARE
from dampipe.kernel.access import MANAGE, Actor
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.undo import Change, Undoable
from dampipe.kernel.visibility import View


def _refusals(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    return [_refusal(actor, one) for one in changes]


def _refusal(actor: Actor, change: Change) -> str:
    now, then = change.before, change.after
    if now is None or then is None:
        return "links are neither created nor deleted by an undo"
    if not actor.may(SHARE_SCOPE) or (now["creator_id"] != actor.user and not actor.may(MANAGE)):
        return "it is a link of another user"
    more = set(allows_of(then["allows"])) - set(allows_of(now["allows"]))
    opens_again = then["revoked_at"] is None and now["revoked_at"] is not None
    needed = allows_of(then["allows"]) if opens_again else tuple(more)
    lacking = [str(one) for one in needed if not actor.may(SCOPES[one])]
    return f"it would allow what {actor} may not do: {', '.join(lacking)}" if lacking else ""


def _changed(connection: Connection, database: Database, actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        if change.after is not None:
            record_event(connection, changed_event(change.after), actor=actor, asset=change.after["asset_id"])


SHARES = Undoable(
    SHARE,
    refusals=_refusals,
    changed=_changed,
    ignored=frozenset({"version", "changed_at", "changed_by"}),
)
