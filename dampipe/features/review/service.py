"""The use cases of comments."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Row

from dampipe.features.assets.names import names_of
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.service import AssetService
from dampipe.features.review import errors
from dampipe.features.review.authors import is_own, may_resolve
from dampipe.features.review.carrying import Carrier, anchor_of
from dampipe.features.review.drafts import Drafts, check_said, checked_audience, checked_text
from dampipe.features.review.drawing import UNKNOWN_SIZE, svg_of
from dampipe.features.review.events import (
    CommentDeleted,
)
from dampipe.features.review.model import (
    MOST_CARRIED,
    Audience,
    CommentEdit,
    CommentKind,
    CommentPage,
    CommentQuery,
    CommentReport,
    CommentRequest,
    Counted,
    Mentionable,
    MentionReport,
    Place,
)
from dampipe.features.review.queries import CommentRepository, Sight, Threads
from dampipe.features.review.reports import CommentReports, time_of
from dampipe.features.review.writing import CommentWriter
from dampipe.features.undo.journal import begin, finish
from dampipe.kernel.access import COMMENT, MANAGE, READ, Actor, ActorKind, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.people import People
from dampipe.kernel.visibility import Visibility
from dampipe.media.info import MediaInfo


class ReviewService:
    """Comments and markers. What an actor does not see does not exist for it: methods raise NotFound for comments on
    such assets, and CatalogueDown."""

    def __init__(
        self,
        database: Database,
        comments: CommentRepository,
        assets: AssetService,
        rows: AssetRepository,
        carrier: Carrier,
        drafts: Drafts,
        writer: CommentWriter,
        reports: CommentReports,
        selection: AssetSelection,
        people: People,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._comments = comments
        self._assets = assets
        self._rows = rows
        self._carrier = carrier
        self._drafts = drafts
        self._writer = writer
        self._reports = reports
        self._selection = selection
        self._people = people
        self._visibility = visibility

    # ---- reading

    def of_asset(
        self,
        actor: Actor,
        name: str,
        *,
        resolved: bool | None = None,
        kind: CommentKind | None = None,
        author: str = "",
        limit: int = 100,
        after: str | None = None,
    ) -> CommentPage:
        """The threads of an asset by the time at which they are in its current version, with their replies.

        Those about the whole asset come first; those that are not there, or not yet, stand where they were. after: the
        `next` of the page before.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        asset = self._assets.asset_id(actor, name)
        threads = Threads(
            AssetSet([asset]), resolved, kind, author.strip(), view=view, is_guest=_is_guest(actor)
        )
        rows = self._comments.places(threads, MOST_CARRIED)
        shown = self._comments.shown_versions([asset], view)
        places = self._carrier.places(rows, {row.id: shown[asset][0] for row in rows}) if rows else {}
        order = sorted((_seconds(row, places), row.id) for row in rows)
        begin_at = 0
        if after is not None:
            cursor = _cursor(after)
            begin_at = sum(one <= cursor for one in order)
        page = [number for _, number in order[begin_at : begin_at + limit]]
        more = len(order) > begin_at + limit
        total, is_open = self._comments.counts(threads)
        found = self._comments.rows(page)
        return CommentPage(
            comments=self._reports.threads(actor, [found[one] for one in page if one in found], view, places),
            total=total,
            open=is_open,
            next=f"{order[begin_at + limit - 1][0]!r}:{page[-1]}" if more else None,
        )

    def find(self, actor: Actor, query: CommentQuery) -> CommentPage:
        """The threads of the library, or of some assets of it, newest first.

        Raises InvalidInput for assets that are given in two ways.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        since = None
        if query.since is not None:
            at = query.since if query.since.tzinfo is not None else query.since.replace(tzinfo=UTC)
            since = at.timestamp()
        threads = Threads(
            self._selected(actor, query),
            query.resolved,
            query.kind,
            query.author.strip(),
            since,
            view,
            _is_guest(actor),
            query.guests,
        )
        rows = self._comments.newest(threads, query.limit + 1, query.before)
        total, is_open = self._comments.counts(threads)
        page = rows[: query.limit]
        return CommentPage(
            comments=self._reports.threads(actor, page, view),
            total=total,
            open=is_open,
            next=str(page[-1].id) if len(rows) > query.limit else None,
        )

    def show(self, actor: Actor, number: int) -> CommentReport:
        """A thread, by the number of any comment of it."""
        require(actor, READ)
        sight = self._sight(actor)
        thread = self._comments.thread_of(number, sight)
        rows = self._comments.rows([thread])
        if thread not in rows:
            raise NotFound(errors.COMMENT_UNKNOWN, number=number)
        return self._reports.threads(actor, [rows[thread]], sight.view)[0]

    def svg(self, actor: Actor, number: int) -> str:
        """The drawing of a comment as SVG, over the upright picture of its version. Raises NotFound without one."""
        require(actor, READ)
        comment = self.show(actor, number)
        if comment.drawing is None or comment.id != number:
            raise NotFound(errors.NO_DRAWING, number=number)
        size = UNKNOWN_SIZE
        if comment.anchor is not None:
            row = self._rows.find(comment.anchor)
            media = MediaInfo.model_validate_json(row.media) if row.media else None
            if media is not None and media.video is not None:
                size = media.video.display_size
        return svg_of(comment.drawing, size)

    def mentionable(self, actor: Actor, name: str) -> list[Mentionable]:
        """The users who see an asset, and so may be mentioned in comments on it. Raises NotFound for the asset."""
        require(actor, COMMENT)
        asset = self._assets.asset_id(actor, name)
        people = [one for one in self._people.all().values() if one.id != actor.user]
        with self._db.read() as connection:
            seeing = [one.name for one in people if self._writer.sees(connection, one.actor, asset)]
        return [Mentionable(name=one) for one in sorted(seeing)]

    def mentions(
        self,
        actor: Actor,
        *,
        of: str | None = None,
        unread: bool = True,
        limit: int = 100,
        before: int | None = None,
    ) -> list[MentionReport]:
        """Mentions of the actor, newest first. of: those of this user instead, for managers. before: a comment.

        On the command line, they are those of all users.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        user = self._user(actor, of)
        if user is None and actor.kind is not ActorKind.LOCAL:
            return []
        rows = self._comments.mentions(user, view, unread=unread, limit=limit, before=before)
        shown = self._comments.shown_versions({row.asset_id for row in rows}, view)
        with self._db.read() as connection:
            names = names_of(connection, self._db, view, shown)
        return [
            MentionReport(
                comment=row.comment_id,
                thread=row.root_id or row.comment_id,
                user=row.user,
                asset=shown[row.asset_id][1],
                asset_name=names.get(row.asset_id, ""),
                author_name=row.author_name,
                text=row.text,
                created_at=time_of(row.created_at),
                read_at=None if row.read_at is None else time_of(row.read_at),
            )
            for row in rows
            if row.asset_id in shown
        ]

    def read_mentions(
        self, actor: Actor, comments: Sequence[int] | None = None, *, of: str | None = None
    ) -> Counted:
        """Mark mentions as read: those in these comments; None: all. of: as for `mentions`."""
        require(actor, READ)
        user = self._user(actor, of)
        if user is None:
            return Counted(count=0)
        return Counted(count=self._comments.read_mentions(user, comments))

    # ---- writing

    def add(self, actor: Actor, request: CommentRequest) -> CommentReport:
        """Comment on an asset, or set a marker.

        Raises NotFound for the asset, InvalidInput for a time that its version does not have, for what says nothing
        and for a drawing where there is no picture.
        """
        require(actor, COMMENT)
        view = self._visibility.of(actor)
        version = self._rows.find(self._assets.sha1(actor, request.asset))
        columns = self._writer.new_columns(actor, version, request)
        with self._db.write() as connection:
            asset = self._comments.hold_version(connection, int(version.id), view)
            name = names_of(connection, self._db, view, [asset]).get(asset, version.sha1[:12])
            edit = begin(connection, str(actor), f"add a {request.kind} on {name}")
            row = self._writer.write_new(connection, actor, edit, {**columns, "asset_id": asset})
            finish(connection, edit)
        return self.show(actor, row.id)

    def reply(
        self, actor: Actor, number: int, text: str, audience: Audience = Audience.EVERYONE
    ) -> CommentReport:
        """Answer a comment; an answer to a reply belongs to the thread. Returns the thread.

        What is answered to the team is for the team. Raises InvalidInput for what says nothing, or for a guest who
        answers the team.
        """
        require(actor, COMMENT)
        sight = self._sight(actor)
        wanted = checked_audience(actor, audience)
        text = checked_text(text)
        if not text:
            raise InvalidInput(errors.NOTHING_SAID)
        with self._db.write() as connection:
            first = self._comments.lock(connection, number, sight)
            thread = first if first.root_id is None else self._comments.lock(connection, first.root_id, sight)
            is_internal = Audience.TEAM in (first.audience, thread.audience)
            edit = begin(connection, str(actor), f"reply to comment {thread.id}")
            columns = {
                "asset_id": thread.asset_id,
                "version_id": thread.version_id,
                "root_id": thread.id,
                "kind": str(CommentKind.COMMENT),
                "name": "",
                "color": "",
                "text": text,
                "audience": str(Audience.TEAM) if is_internal else wanted,
            }
            self._writer.write_new(connection, actor, edit, columns)
            finish(connection, edit)
        return self.show(actor, thread.id)

    def edit(self, actor: Actor, number: int, change: CommentEdit) -> CommentReport:
        """Edit a comment, a marker or a reply that the actor wrote. Returns the thread.

        Raises Forbidden for that of another, and Conflict (COMMENT_CHANGED, with both values) if it has another
        version than `if_version`.
        """
        require(actor, COMMENT)
        sight = self._sight(actor)
        row = self._comments.rows([self._comments.thread_of(number, sight), number]).get(number)
        if row is None:
            raise NotFound(errors.COMMENT_UNKNOWN, number=number)
        self._require_own(actor, row)
        contents = self._comments.contents([row.version_id] if row.version_id else [], sight.view)
        version = self._rows.find(contents[row.version_id]) if contents else None
        wanted = self._drafts.changed(actor, row, change, version)
        with self._db.write() as connection:
            now = self._comments.lock(connection, number, sight)
            self._require_own(actor, now)
            _check_version(now, change.if_version, wanted)
            check_said({**now._mapping, **wanted})
            changed = {name: value for name, value in wanted.items() if value != getattr(now, name)}
            if changed:
                edit = begin(connection, str(actor), f"edit comment {number}")
                self._writer.write_change(connection, actor, edit, now, changed, is_edit=True)
                finish(connection, edit)
        return self.show(actor, number)

    def resolve(self, actor: Actor, number: int, *, if_version: int | None = None) -> CommentReport:
        """Resolve the thread of a comment; one that is resolved stays as it is. Guests resolve only their own."""
        require(actor, COMMENT)
        return self._settle(actor, number, True, if_version)

    def reopen(self, actor: Actor, number: int, *, if_version: int | None = None) -> CommentReport:
        """Open a resolved thread again."""
        require(actor, COMMENT)
        return self._settle(actor, number, False, if_version)

    def delete(self, actor: Actor, number: int, *, if_version: int | None = None) -> Counted:
        """Delete a comment with its replies: one's own, or for managers any. An undo restores it.

        Returns how many comments and replies were deleted.
        """
        require(actor, COMMENT)
        sight = self._sight(actor)
        with self._db.write() as connection:
            row = self._comments.lock(connection, number, sight)
            if not actor.may(MANAGE):
                self._require_own(actor, row)
            _check_version(row, if_version, {"text": None})
            replies = self._comments.lock_replies(connection, row.id) if row.root_id is None else ()
            edit = begin(connection, str(actor), f"delete comment {number}")
            self._comments.delete(connection, edit, [*replies, row])
            finish(connection, edit)
            for one in (*replies, row):
                payload = CommentDeleted(comment=one.id, thread=one.root_id or one.id)
                record_event(connection, payload, actor=actor, asset=row.asset_id, at=edit.at)
        return Counted(count=1 + sum(not sight.is_guest or one.audience != Audience.TEAM for one in replies))

    # ---- steps

    def _settle(self, actor: Actor, number: int, is_resolved: bool, if_version: int | None) -> CommentReport:
        sight = self._sight(actor)
        thread = self._comments.thread_of(number, sight)
        with self._db.write() as connection:
            row = self._comments.lock(connection, thread, sight)
            if not may_resolve(actor, row):
                raise Forbidden(
                    errors.NOT_YOURS, number=thread, author=row.author_name, actor=_name_of(actor)
                )
            if (row.resolved_at is not None) != is_resolved:
                _check_version(row, if_version, {"resolved_by": str(actor) if is_resolved else None})
                verb = "resolve" if is_resolved else "reopen"
                edit = begin(connection, str(actor), f"{verb} comment {thread}")
                values = {
                    "resolved_at": edit.at if is_resolved else None,
                    "resolved_by": str(actor) if is_resolved else None,
                }
                self._writer.write_change(connection, actor, edit, row, values)
                finish(connection, edit)
        return self.show(actor, thread)

    def _sight(self, actor: Actor) -> Sight:
        return Sight(self._visibility.of(actor), _is_guest(actor))

    @staticmethod
    def _require_own(actor: Actor, row: Row[Any]) -> None:
        if not is_own(actor, row):
            raise Forbidden(errors.NOT_YOURS, number=row.id, author=row.author_name, actor=_name_of(actor))

    def _user(self, actor: Actor, of: str | None) -> int | None:
        """The user whose mentions are meant; None: the actor is not a user."""
        if of is None:
            return actor.user
        require(actor, MANAGE)
        person = self._people.all().get(of.strip().lower())
        if person is None:
            raise NotFound(errors.NO_SUCH_USER, name=of)
        return person.id

    def _selected(self, actor: Actor, query: CommentQuery) -> AssetSet | None:
        return self._selection.of(actor, query) if query.is_given else None


def _seconds(row: Row[Any], places: Mapping[int, Place]) -> float:
    """Where a thread stands in the list of its asset."""
    if row.start_ticks is None:
        return -1.0
    place = places[row.id]
    for time in (place.start, place.before):
        if time is not None:
            return time.seconds
    anchor = anchor_of(row)
    return 0.0 if anchor is None else float(anchor[0].seconds)


def _cursor(text: str) -> tuple[float, int]:
    seconds, _, number = text.partition(":")
    try:
        return float(seconds), int(number)
    except ValueError:
        raise InvalidInput(errors.CURSOR_INVALID, text=text[:100]) from None


def _is_guest(actor: Actor) -> bool:
    return actor.kind is ActorKind.LINK


def _name_of(actor: Actor) -> str:
    return actor.name or str(actor)


def _check_version(row: Row[Any], if_version: int | None, wanted: Mapping[str, Any]) -> None:
    """Raise Conflict if a comment is not the one that was read, with the first value that differs."""
    if if_version is None or if_version == row.version:
        return
    differing = [name for name, value in wanted.items() if value != getattr(row, name)]
    field = (differing or list(wanted) or ["text"])[0]
    raise Conflict(
        errors.COMMENT_CHANGED,
        number=row.id,
        field=field,
        yours=wanted.get(field),
        theirs=getattr(row, field),
        by=row.changed_by,
        version=row.version,
    )
