"""The use cases that exchange comments with editing programs: markers of timelines, there and back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row

from dampipe.features.alignment.model import Fate
from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.review import errors
from dampipe.features.review.authors import is_own
from dampipe.features.review.carrying import Carrier
from dampipe.features.review.drafts import Columns, checked_name, checked_text
from dampipe.features.review.markers import (
    IMPORTED,
    Own,
    digest_of,
    marker_of,
    own_of,
    plain_author,
    split_note,
)
from dampipe.features.review.model import (
    MAX_NAME,
    MAX_TEXT,
    CommentExport,
    CommentKind,
    CommentReport,
    CommentRequest,
    Imported,
    ImportedClip,
)
from dampipe.features.review.queries import CommentRepository, Threads
from dampipe.features.review.reports import CommentReports
from dampipe.features.review.service import ReviewService
from dampipe.features.search.clips import ClipService
from dampipe.features.search.hits import HitRepository
from dampipe.features.search.spans import STILL_SPAN
from dampipe.features.timelines.model import How, MatchState
from dampipe.features.timelines.service import TimelineService
from dampipe.features.undo.journal import Edit, begin, finish
from dampipe.kernel.access import COMMENT, EXPORT, READ, Actor, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.visibility import Visibility
from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.timeline import Format, Rendered
from dampipe.timeline.clip import Clip
from dampipe.timeline.marker import COLORS, Marker, Reply
from dampipe.timeline.reading import SourceMarker, read_timeline

MOST_EXPORTED = 1_000
"""Assets of one export."""
MOST_MARKERS = 10_000
"""Markers of one import."""
TOLERANCE = 1.0
"""Seconds by which a time that a file gives may differ from that of the comment."""


@dataclass
class _Known:
    """A thread of an asset with its replies."""

    row: Row[Any]
    replies: list[Row[Any]]
    start: Fraction | None = None
    """Where it is in the version of the clip; None: it is about the whole asset, or not there."""
    end: Fraction | None = None


@dataclass
class _Count:
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
class _Place:
    """The version that a clip is of."""

    clip: str
    row: Row[Any]
    clock: FrameClock | None

    @property
    def kind(self) -> MediaKind | None:
        """Of its file."""
        return MediaInfo.model_validate_json(self.row.media).kind if self.row.media else None


class CommentExchange:
    """Comments of one library as markers of timelines. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        comments: CommentRepository,
        review: ReviewService,
        reports: CommentReports,
        carrier: Carrier,
        rows: AssetRepository,
        assets: AssetService,
        hits: HitRepository,
        clips: ClipService,
        timelines: TimelineService,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._comments = comments
        self._review = review
        self._reports = reports
        self._carrier = carrier
        self._rows = rows
        self._assets = assets
        self._hits = hits
        self._clips = clips
        self._timelines = timelines
        self._visibility = visibility

    # ---- there

    def markers_of(self, actor: Actor, assets: Collection[int]) -> dict[int, list[Marker]]:
        """The comments on visible assets as markers of their current versions, in the order of time.

        Those that are not there, or of which that is not known yet, are left out.
        """
        found: dict[int, list[Marker]] = {}
        for asset, comments in self._of_assets(actor, assets).items():
            made = [marker for one in comments if (marker := marker_of(one)) is not None]
            found[asset] = sorted(made, key=lambda one: (one.start, one.end or one.start, one.key))
        return found

    def export(self, actor: Actor, request: CommentExport) -> Rendered:
        """A timeline with a clip for each whole asset, whose markers are its comments.

        Raises NotFound where there is nothing to export, and as `ClipService.write`.
        """
        require(actor, EXPORT)
        require(actor, READ)
        if not request.assets:
            raise InvalidInput(errors.NOTHING_TO_EXPORT)
        view = self._visibility.of(actor)
        ids = list(dict.fromkeys(self._assets.asset_id(actor, one) for one in request.assets))
        markers = self.markers_of(actor, ids)
        counts = {asset: len(comments) for asset, comments in self._of_assets(actor, ids).items()}
        shown = self._comments.shown_versions(ids, view)
        files = self._hits.files((sha1 for _, sha1 in shown.values()), view)
        clips, warnings = [], []
        for asset in ids:
            sha1 = shown[asset][1] if asset in shown else ""
            if sha1 not in files or not files[sha1].paths:
                continue
            media, path = files[sha1].media, files[sha1].paths[0]
            mine = markers.get(asset, [])
            name = path.rpartition("/")[2]
            if counts.get(asset, 0) > len(mine):
                left = counts[asset] - len(mine)
                warnings.append(f"{name}: {left} of its comments are not in this version, or not yet")
            duration = STILL_SPAN if media is None or not media.duration else media.duration
            clips.append(
                Clip(
                    asset=sha1,
                    path=path,
                    name=name,
                    media=media,
                    start=0.0,
                    end=duration,
                    markers=tuple(mine),
                )
            )
        if not clips:
            raise NotFound(errors.NOTHING_TO_EXPORT)
        release = ReleaseRequest(territory=request.territory, medium=request.medium, reason=request.reason)
        rendered = self._clips.write(actor, clips, request.format, request.title, release)
        return rendered._replace(warnings=(*warnings, *rendered.warnings))

    def _of_assets(self, actor: Actor, assets: Collection[int]) -> dict[int, list[CommentReport]]:
        require(actor, READ)
        view = self._visibility.of(actor)
        found: dict[int, list[CommentReport]] = {}
        threads = Threads(AssetSet(assets), view=view)
        rows = self._comments.newest(threads, 1 << 31, None)
        of_comment = {row.id: row.asset_id for row in rows}
        for one in reversed(self._reports.threads(actor, rows, view)):
            found.setdefault(of_comment[one.id], []).append(one)
        return found

    # ---- and back

    def read(
        self,
        actor: Actor,
        data: bytes,
        form: Format,
        name: str = "the timeline",
        *,
        dry_run: bool = False,
    ) -> Imported:
        """Import the markers of a timeline as comments on the assets that its clips are of.

        A marker that was exported as a comment is that comment: it stays as it is, or gets the text that another program
        gave it, and its new replies. A marker that is known already, by its time, its text and its author, is left as it
        is, so that an import can be repeated. What cannot be imported is listed with the reason. dry_run: change nothing.

        Raises InvalidInput for what is not a timeline, or has too many markers, and TooLarge.
        """
        require(actor, COMMENT)
        count = _Count()
        wanted = self._places(actor, data, form, name, count)
        if len(wanted) > MOST_MARKERS:
            raise InvalidInput(errors.TOO_MANY_MARKERS, count=len(wanted), most=MOST_MARKERS)
        try:
            self._read(actor, name, wanted, count, dry_run=dry_run)
        except _DryRun:
            pass
        skipped = tuple(
            ImportedClip(clip=clip, markers=markers, reason=reason)
            for (clip, reason), markers in count.skipped.items()
        )
        return Imported(
            created=count.created,
            replies=count.replies,
            updated=count.updated,
            unchanged=count.unchanged,
            skipped=skipped,
            dry_run=dry_run,
        )

    def _read(
        self,
        actor: Actor,
        name: str,
        wanted: Sequence[tuple[_Place, SourceMarker]],
        count: _Count,
        *,
        dry_run: bool,
    ) -> None:
        view = self._visibility.of(actor)
        with self._db.write() as connection:
            # The lock keeps two imports of one file from writing each marker twice.
            assets = {int(place.row.asset_id) for place, _ in wanted}
            held = set(lock_assets(connection, assets, Hold.ANNOTATIONS, view))
            edit = begin(connection, str(actor), f"import comments from {name}"[:300])
            known: dict[int, list[_Known]] = {}
            for place, marker in wanted:
                if place.row.asset_id not in held:  # deleted meanwhile
                    continue
                if place.row.id not in known:
                    known[place.row.id] = self._known(place)
                take = _Take(self._review, self._comments, connection, actor, edit, place, count)
                take.marker(marker, known[place.row.id])
            finish(connection, edit)
            if dry_run:
                raise _DryRun

    def _places(
        self, actor: Actor, data: bytes, form: Format, name: str, count: _Count
    ) -> list[tuple[_Place, SourceMarker]]:
        """Each marker with the version that its clip is of, once; those of other clips are counted as skipped."""
        clips = read_timeline(data, form, name)
        found: dict[tuple[int, SourceMarker], _Place] = {}
        versions: dict[str, Row[Any]] = {}
        clocks: dict[int, FrameClock | None] = {}
        for clip, one in zip(clips, self._timelines.clips(actor, data, form, name), strict=True):
            report = one.report
            if not clip.markers:
                continue
            if report.state is not MatchState.MATCHED or report.how is How.NAME_ALONE:
                count.skip(report.name, report.why, len(clip.markers))
                continue
            sha1 = report.assets[0].asset
            if sha1 not in versions:
                versions[sha1] = self._rows.find(sha1)
            row = versions[sha1]
            if row.id not in clocks:
                clocks[row.id] = self._carrier.clocks([row.id]).get(row.id)
            place = _Place(report.name, row, clocks[row.id])
            for marker in clip.markers:
                found.setdefault((row.id, marker), place)
        return [(place, marker) for (_, marker), place in found.items()]

    def _known(self, place: _Place) -> list[_Known]:
        """The threads of the asset of a clip, with where they are in its version."""
        rows = self._comments.newest(Threads(AssetSet([place.row.asset_id])), 1 << 31, None)
        replies = self._comments.replies([row.id for row in rows])
        places = self._carrier.places(rows, {row.id: place.row.id for row in rows})
        found = []
        for row in reversed(rows):
            one = _Known(row, replies.get(row.id, []))
            where = places.get(row.id)
            if where is not None and where.fate is Fate.CARRIED and where.start is not None:
                one.start = where.start.ticks * Fraction(where.start.base)
                one.end = None if where.end is None else where.end.ticks * Fraction(where.end.base)
            found.append(one)
        return found


class _DryRun(Exception):
    """Everything was written, and is taken back."""


@dataclass
class _Take:
    """Takes markers of one clip."""

    review: ReviewService
    comments: CommentRepository
    connection: Connection
    actor: Actor
    edit: Edit
    place: _Place
    count: _Count

    def marker(self, given: SourceMarker, known: list[_Known]) -> None:
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

    def _own(self, given: SourceMarker, known: Sequence[_Known]) -> tuple[_Known, Own] | None:
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

    def _compare(self, one: _Known, own: Own, given: SourceMarker) -> None:
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
            one.row = self.review.write_change(
                self.connection, self.actor, self.edit, row, {"text": text}, is_edit=True
            )
            self.count.updated += 1
        if not self._answer(one, added) and not is_changed:
            self.count.unchanged += 1

    def _placed(self, given: SourceMarker) -> Marker | None:
        """The marker in the version of the clip; None: it has no such frame."""
        if self.place.kind is MediaKind.STILL:
            return _marker(given, Fraction(0), None)
        if self.place.clock is not None:
            return given.marker(self.place.clock)
        return None if given.start is None else _marker(given, given.start, given.end)

    def _create(self, placed: Marker) -> _Known:
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
        )
        columns = self.review.new_columns(self.actor, self.place.row, request)
        columns |= {"asset_id": self.place.row.asset_id, **self._said_by(placed.author, placed.at)}
        if placed.is_resolved:
            columns |= {"resolved_at": self.edit.at, "resolved_by": str(self.actor)}
        row = self.review.write_new(self.connection, self.actor, self.edit, columns)
        self.count.created += 1
        made = _Known(row, [], None if is_still else placed.start, None if is_still else placed.end)
        self._answer(made, placed.replies)
        return made

    def _answer(self, one: _Known, replies: Sequence[Reply]) -> int:
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
                **self._said_by(reply.author, reply.at),
            }
            made = self.review.write_new(self.connection, self.actor, self.edit, columns)
            one.replies.append(made)
            known |= {(plain_author(reply.author), text), ("", text)}
            count += 1
        self.count.replies += count
        return count

    def _said_by(self, author: str, at: datetime | None) -> Columns:
        """Who wrote something and when, as a file says."""
        columns: Columns = {}
        name = plain_author(checked_name(author[:MAX_NAME]))
        if name and name != self.review.name_of(self.actor):
            columns["author_name"] = f"{name[:180]}{IMPORTED}"
        if at is not None:
            then = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
            columns["created_at"] = min(max(then, 0.0), self.edit.at)
        return columns


def _is_same(one: _Known, placed: Marker) -> bool:
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
