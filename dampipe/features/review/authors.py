"""Who wrote a comment, and so may change it."""

from typing import Any

from sqlalchemy import Row

from dampipe.kernel.access import COMMENT, MANAGE, Actor, ActorKind
from dampipe.kernel.undo import Image


def author_columns(actor: Actor, user: str | None) -> dict[str, Any]:
    """The author of a new comment, as columns. user: the name of the user who acts, also by a token."""
    return {
        "author": str(actor),
        "author_name": (user or actor.name or str(actor))[:200],
        "author_user": actor.user,
        "author_link": actor.link,
        "author_guest": actor.guest,
    }


def is_own(actor: Actor, row: Row[Any]) -> bool:
    """Whether an actor wrote a comment: also by a token of the same user; a guest only in the same session."""
    return wrote(actor, row._asdict())


def wrote(actor: Actor, row: Image) -> bool:
    """The same for a comment by columns."""
    if not actor.may(COMMENT):
        return False
    if actor.kind is ActorKind.LINK or row["author_link"] is not None:
        same = actor.link is not None and row["author_link"] == actor.link
        return same and bool(actor.guest) and row["author_guest"] == actor.guest
    if row["author_user"] is not None:
        return bool(row["author_user"] == actor.user)
    return bool(row["author"] == str(actor))


def may_resolve(actor: Actor, row: Row[Any]) -> bool:
    """Whether an actor may resolve a thread: everybody who comments, but guests only their own."""
    return actor.kind is not ActorKind.LINK or is_own(actor, row)


def may_delete(actor: Actor, row: Image) -> bool:
    """Whether an actor may delete a comment, and so restore it."""
    return actor.may(MANAGE) or wrote(actor, row)
