"""The events of comments. They name comments by number; what a comment says is read by those who may see its asset."""

from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class _OfComment(EventPayload):
    comment: int
    """Its number."""
    thread: int
    """The number of the comment that begins its thread: its own, unless it is a reply."""


class CommentCreated(_OfComment):
    """An asset was commented on, or a comment was answered."""

    KIND = EventKind(
        "comment.created", "An asset was commented on, or a comment was answered.", retention=LIBRARY
    )

    kind: str
    """`comment` or `marker`."""


class CommentChanged(_OfComment):
    """A comment was edited."""

    KIND = EventKind("comment.changed", "A comment was edited.", retention=LIBRARY)

    version: int
    """How often it was changed, and 1."""


class CommentDeleted(_OfComment):
    """A comment was deleted, with its replies."""

    KIND = EventKind("comment.deleted", "A comment was deleted, with its replies.", retention=LIBRARY)


class CommentResolved(_OfComment):
    """A thread was resolved."""

    KIND = EventKind("comment.resolved", "A comment was resolved.", retention=LIBRARY)

    version: int


class CommentReopened(_OfComment):
    """A resolved thread was opened again."""

    KIND = EventKind("comment.reopened", "A resolved comment was opened again.", retention=LIBRARY)

    version: int


class CommentMentioned(_OfComment):
    """A comment mentions a user who sees its asset."""

    KIND = EventKind("comment.mentioned", "A comment mentions a user who sees its asset.", retention=LIBRARY)

    user: str


class CommentsCarried(EventPayload):
    """It is known where the comments on an asset are in its current version."""

    KIND = EventKind(
        "comments.carried",
        "Another version became current, and it is known where the comments are in it.",
        retention=LIBRARY,
    )

    carried: int
    """Comments with a time that are there, of those that were made on other versions."""
    gone: int
    """Comments whose frame is not in the current version."""
