"""Writing comments, with their mentions and events: for people who comment, and for imports."""

from typing import Any

from sqlalchemy import Connection, Row

from dampipe.features.review.authors import author_columns
from dampipe.features.review.drafts import Columns, Drafts
from dampipe.features.review.events import (
    CommentChanged,
    CommentCreated,
    CommentMentioned,
    CommentReopened,
    CommentResolved,
)
from dampipe.features.review.mentions import mentioned
from dampipe.features.review.model import CommentRequest
from dampipe.features.review.queries import CommentRepository
from dampipe.features.undo.journal import Edit
from dampipe.kernel.access import Actor
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.people import People, person_of
from dampipe.kernel.visibility import Visibility


class CommentWriter:
    """Writes comments as a part of the caller's transaction; the caller has checked what the actor may do."""

    def __init__(
        self, comments: CommentRepository, drafts: Drafts, people: People, visibility: Visibility
    ) -> None:
        self._comments = comments
        self._drafts = drafts
        self._people = people
        self._visibility = visibility

    def new_columns(self, actor: Actor, version: Row[Any], request: CommentRequest) -> Columns:
        """The columns of a new comment on a version, checked. Raises InvalidInput."""
        return self._drafts.new(actor, version, request)

    def name_of(self, actor: Actor) -> str:
        """The name under which an actor's comments are shown."""
        return str(author_columns(actor, person_of(actor, self._people))["author_name"])

    def write_new(self, connection: Connection, actor: Actor, edit: Edit, columns: Columns) -> Row[Any]:
        """Write a comment of checked columns with its mentions and events; its asset is locked.

        Who wrote it and when may be among the columns.
        """
        by = str(actor)
        values = {**author_columns(actor, person_of(actor, self._people)), "created_at": edit.at, **columns}
        values |= {"changed_at": edit.at, "changed_by": by, "version": 1}
        row = self._comments.insert(connection, edit, values)
        payload = CommentCreated(comment=row.id, thread=row.root_id or row.id, kind=row.kind)
        record_event(connection, payload, actor=actor, asset=row.asset_id, at=edit.at)
        self._mention(connection, actor, edit, row, row.text)
        return row

    def write_change(
        self,
        connection: Connection,
        actor: Actor,
        edit: Edit,
        row: Row[Any],
        values: Columns,
        *,
        is_edit: bool = False,
    ) -> Row[Any]:
        """Change a locked comment, with its event."""
        values = {**values, "changed_at": edit.at, "changed_by": str(actor)}
        if is_edit:
            values["edited_at"] = edit.at
        made = self._comments.update(connection, edit, row, values)
        if "text" in values:
            self._mention(connection, actor, edit, row, values["text"])
        kind: type[CommentChanged | CommentResolved | CommentReopened] = CommentChanged
        if "resolved_at" in values:
            kind = CommentResolved if values["resolved_at"] is not None else CommentReopened
        payload = kind(comment=row.id, thread=row.root_id or row.id, version=made.version)
        record_event(connection, payload, actor=actor, asset=row.asset_id, at=edit.at)
        return made

    def _mention(self, connection: Connection, actor: Actor, edit: Edit, row: Row[Any], text: str) -> None:
        """Record who is mentioned in a comment: users who see its asset, but not its author."""
        if "@" not in text and row.version == 1:
            return
        people = self._people.all()
        accounts = {
            people[name].id: name
            for name in mentioned(text, people.keys())
            if people[name].id != actor.user and self.sees(connection, people[name].actor, row.asset_id)
        }
        for account in self._comments.set_mentions(connection, edit, row.id, list(accounts)):
            payload = CommentMentioned(comment=row.id, thread=row.root_id or row.id, user=accounts[account])
            record_event(connection, payload, actor=actor, asset=row.asset_id, at=edit.at)

    def sees(self, connection: Connection, actor: Actor, asset: int) -> bool:
        """Whether an actor sees an asset."""
        return self._comments.is_visible(connection, asset, self._visibility.of(actor))
