"""Markers of one clip, taken as comments: what is known stays, what is new is written, what was changed is compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row

from dampipe.features.review.authors import is_own
from dampipe.features.review.drafts import Columns, checked_name, checked_text
from dampipe.features.review.markers import IMPORTED, Own, digest_of, own_of, plain_author, split_note
from dampipe.features.review.model import MAX_NAME, MAX_TEXT, Audience, CommentKind, CommentRequest
from dampipe.features.review.writing import CommentWriter
from dampipe.features.undo.journal import Edit
from dampipe.kernel.access import Actor
from dampipe.kernel.errors import InvalidInput
from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.timeline.marker import COLORS, Marker, Reply
from dampipe.timeline.reading import SourceMarker

TOLERANCE = 1.0
"""Seconds by which a time that a file gives may differ from that of the comment."""


@dataclass
class KnownThread:
    """A thread of an asset with its replies."""

    row: Row[Any]
    replies: list[Row[Any]]
    start: Fraction | None = None
    """Where it is in the version of the clip; None: it is about the whole asset, or not there."""
    end: Fraction | None = None


@dataclass
class ImportCount:
    """What an import did."""

    created: int = 0
    replies: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: dict[tuple[str, str], int] = field(default_factory=dict)
    """Markers by clip and reason."""

    def skip(self, clip: str, reason: str, markers: int = 1) -> None:
        self.skipped[clip, reason] = self.skipped.get((clip, reason), 0) + markers


@dataclass(frozen=True)
class ClipVersion:
    """The version that a clip is of."""

    clip: str
    row: Row[Any]
    clock: FrameClock | None
    media: MediaInfo | None
    rate: Fraction | None
    """Frames per second at which the timeline counts its frames, if it says so."""

    @property
    def kind(self) -> MediaKind | None:
        """Of its file."""
        return None if self.media is None else self.media.kind


@dataclass
class MarkerImport:
    """Takes markers of one clip."""

    writer: CommentWriter
    connection: Connection
    actor: Actor
    edit: Edit
    place: ClipVersion
    count: ImportCount
    audience: Audience = Audience.EVERYONE

    def marker(self, given: SourceMarker, known: list[KnownThread]) -> None:
        """Take one marker. known: the threads of its asset, among them those that are written now."""
        try:
            mine = self._own(given, known)
            if mine is not None:
                self._compare(*mine, given)
                return
            placed = self._placed(given)
            if placed is None:
                self.count.skip(self.place.clip, f"there is no frame {given.timecode or 'without time code'}")
                return
            same = next((one for one in known if _is_same(one, placed)), None)
            if same is None:
                known.append(self._create(placed))
            elif not self._answer(same, placed.replies):
                self.count.unchanged += 1
        except InvalidInput as error:
            self.count.skip(self.place.clip, str(error))

    def _own(self, given: SourceMarker, known: Sequence[KnownThread]) -> tuple[KnownThread, Own] | None:
        """The thread that a marker was written as; a number of another library does not count."""
        own = own_of(given.key, given.name)
        for one in known if own is not None else ():
            row = one.row
            if own is None or row.id != own.number:
                continue
            is_then = given.at is None or abs(given.at.timestamp() - row.created_at) < TOLERANCE
            is_named = own.author is None or own.author == row.author_name
            return (one, own) if is_then and is_named else None
        return None

    def _compare(self, one: KnownThread, own: Own, given: SourceMarker) -> None:
        """Take what another program has changed of a comment."""
        row = one.row
        if not given.note or not (given.is_edited or own.digest is None):
            self.count.unchanged += 1
            return
        said = [(reply.author_name, reply.text) for reply in one.replies]
        text, added = split_note(given.note, row.author_name, row.text, said)
        text = checked_text(text)
        is_changed = bool(text) and text != row.text
        if is_changed and not is_own(self.actor, row):
            self.count.skip(self.place.clip, f"comment {row.id} is one of {row.author_name}")
        elif is_changed and own.digest is not None and own.digest != digest_of(row.text):
            self.count.skip(self.place.clip, f"comment {row.id} was changed in the library as well")
        elif is_changed:
            one.row = self.writer.write_change(
                self.connection, self.actor, self.edit, row, {"text": text}, is_edit=True
            )
            self.count.updated += 1
        if not self._answer(one, added) and not is_changed:
            self.count.unchanged += 1

    def _placed(self, given: SourceMarker) -> Marker | None:
        """The marker in the version of the clip; None: it has no such frame."""
        if self.place.kind is MediaKind.STILL:
            return _marker(given, Fraction(0), None)
        if self.place.clock is not None and self.place.media is not None:
            return given.marker(self.place.clock, self.place.media, self.place.rate)
        return None if given.start is None else _marker(given, given.start, given.end)

    def _create(self, placed: Marker) -> KnownThread:
        """Write a comment, or a marker with a name, with its replies."""
        is_still = self.place.kind is MediaKind.STILL
        is_comment = not placed.name or own_of("", placed.name) is not None
        request = CommentRequest(
            asset=self.place.row.sha1,
            text=placed.note[:MAX_TEXT],
            start=None if is_still else _text_of(placed.start),
            end=None if is_still or placed.end is None else _text_of(placed.end),
            kind=CommentKind.COMMENT if is_comment else CommentKind.MARKER,
            name="" if is_comment else placed.name[:MAX_NAME],
            color=placed.color if placed.color in COLORS else "",
            audience=self.audience,
        )
        columns = self.writer.new_columns(self.actor, self.place.row, request)
        columns |= {"asset_id": self.place.row.asset_id, **self._said_by(placed.author, placed.at)}
        if placed.is_resolved:
            columns |= {"resolved_at": self.edit.at, "resolved_by": str(self.actor)}
        row = self.writer.write_new(self.connection, self.actor, self.edit, columns)
        self.count.created += 1
        made = KnownThread(row, [], None if is_still else placed.start, None if is_still else placed.end)
        self._answer(made, placed.replies)
        return made

    def _answer(self, one: KnownThread, replies: Sequence[Reply]) -> int:
        """Write the replies that a thread does not have; returns how many."""
        known = {(plain_author(reply.author_name), reply.text) for reply in one.replies}
        known |= {("", text) for _, text in known}
        count = 0
        for reply in replies:
            text = checked_text(reply.text[:MAX_TEXT])
            if not text or (plain_author(reply.author), text) in known:
                continue
            columns: Columns = {
                "asset_id": one.row.asset_id,
                "version_id": one.row.version_id,
                "root_id": one.row.id,
                "kind": str(CommentKind.COMMENT),
                "text": text,
                "audience": str(Audience.TEAM if one.row.audience == Audience.TEAM else self.audience),
                **self._said_by(reply.author, reply.at),
            }
            made = self.writer.write_new(self.connection, self.actor, self.edit, columns)
            one.replies.append(made)
            known |= {(plain_author(reply.author), text), ("", text)}
            count += 1
        self.count.replies += count
        return count

    def _said_by(self, author: str, at: datetime | None) -> Columns:
        """Who wrote something and when, as a file says."""
        columns: Columns = {}
        name = plain_author(checked_name(author[:MAX_NAME]))
        if name and name != self.writer.name_of(self.actor):
            columns["author_name"] = f"{name[:180]}{IMPORTED}"
        if at is not None:
            then = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
            columns["created_at"] = min(max(then, 0.0), self.edit.at)
        return columns


def _is_same(one: KnownThread, placed: Marker) -> bool:
    """Whether a thread says what a marker says, at the same time."""
    row = one.row
    is_whole = row.start_ticks is None and placed.start == 0 and placed.end is None
    if not is_whole and (one.start != placed.start or one.end != placed.end):
        return False
    is_comment = not placed.name or own_of("", placed.name) is not None
    if not is_comment and row.name != checked_name(placed.name[:MAX_NAME]):
        return False
    if placed.author and plain_author(row.author_name) != plain_author(
        checked_name(placed.author[:MAX_NAME])
    ):
        return False
    return bool(row.text == checked_text(placed.note[:MAX_TEXT]))


def _marker(given: SourceMarker, start: Fraction, end: Fraction | None) -> Marker:
    names = ("name", "note", "color", "author", "at", "is_resolved", "replies", "key")
    return Marker(start=start, end=end, **{name: getattr(given, name) for name in names})


def _text_of(seconds: Fraction) -> str:
    """A time as `AnchoredTime` reads it, exactly."""
    return f"{seconds.numerator}@1/{seconds.denominator}"
