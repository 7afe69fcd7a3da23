"""The use cases that exchange comments with editing programs: markers of timelines, there and back."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from sqlalchemy import Row

from dampipe.features.alignment.model import Fate
from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.review import errors
from dampipe.features.review.carrying import Carrier
from dampipe.features.review.imports import ClipVersion, ImportCount, KnownThread, MarkerImport
from dampipe.features.review.markers import (
    marker_of,
)
from dampipe.features.review.model import (
    Audience,
    CommentExport,
    CommentReport,
    Imported,
    ImportedClip,
)
from dampipe.features.review.queries import CommentRepository, Threads
from dampipe.features.review.reports import CommentReports
from dampipe.features.review.writing import CommentWriter
from dampipe.features.search.clips import ClipService
from dampipe.features.search.hits import HitRepository
from dampipe.features.search.spans import STILL_SPAN
from dampipe.features.timelines.model import How, MatchState
from dampipe.features.timelines.service import TimelineService
from dampipe.features.undo.journal import begin, finish
from dampipe.kernel.access import COMMENT, EXPORT, Actor, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.visibility import Visibility
from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaInfo
from dampipe.timeline import Format, Rendered
from dampipe.timeline.clip import Clip
from dampipe.timeline.marker import Marker
from dampipe.timeline.reading import SourceMarker, read_timeline

MOST_EXPORTED = 1_000
"""Assets of one export."""
MOST_MARKERS = 10_000
"""Markers of one import."""
TOLERANCE = 1.0
"""Seconds by which a time that a file gives may differ from that of the comment."""


class _DryRun(Exception):
    """Everything was written, and is taken back."""


class CommentExchange:
    """Comments of one library as markers of timelines. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        comments: CommentRepository,
        writer: CommentWriter,
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
        self._writer = writer
        self._reports = reports
        self._carrier = carrier
        self._rows = rows
        self._assets = assets
        self._hits = hits
        self._clips = clips
        self._timelines = timelines
        self._visibility = visibility

    # ---- there

    def markers_of(
        self, actor: Actor, assets: Collection[int], *, team: bool = True
    ) -> dict[str, list[Marker]]:
        """The comments on visible assets as markers in the order of time, by the SHA-1 of the current version.

        team: also those for the team.

        Those that are not in it, or of which that is not known yet, are left out.
        """
        require(actor, EXPORT)
        return {some[0].asset: _markers(some) for some in self._of_assets(actor, assets, team=team).values()}

    def export(self, actor: Actor, request: CommentExport) -> Rendered:
        """A timeline with a clip for each whole asset, whose markers are its comments.

        Raises NotFound where there is nothing to export, and as `ClipService.write`.
        """
        require(actor, EXPORT)
        if not request.assets:
            raise InvalidInput(errors.NOTHING_TO_EXPORT)
        view = self._visibility.of(actor)
        ids = list(dict.fromkeys(self._assets.asset_id(actor, one) for one in request.assets))
        comments = self._of_assets(actor, ids, team=request.team)
        shown = self._comments.shown_versions(ids, view)
        files = self._hits.files((sha1 for _, sha1 in shown.values()), view)
        clips, warnings = [], []
        for asset in ids:
            sha1 = shown[asset][1] if asset in shown else ""
            if sha1 not in files or not files[sha1].paths:
                continue
            media, path = files[sha1].media, files[sha1].paths[0]
            mine = _markers(comments.get(asset, ()))
            name = path.rpartition("/")[2]
            left = len(comments.get(asset, ())) - len(mine)
            if left:
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

    def _of_assets(
        self, actor: Actor, assets: Collection[int], *, team: bool
    ) -> dict[int, list[CommentReport]]:
        view = self._visibility.of(actor)
        found: dict[int, list[CommentReport]] = {}
        threads = Threads(AssetSet(assets), view=view, is_guest=not team)
        rows = self._comments.newest(threads, 1 << 31, None)
        of_comment = {row.id: row.asset_id for row in rows}
        for one in reversed(self._reports.threads(actor, rows, view)):
            replies = tuple(reply for reply in one.replies if team or reply.audience is not Audience.TEAM)
            found.setdefault(of_comment[one.id], []).append(one.model_copy(update={"replies": replies}))
        return found

    # ---- and back

    def read(
        self,
        actor: Actor,
        data: bytes,
        form: Format,
        name: str = "the timeline",
        *,
        audience: Audience = Audience.EVERYONE,
        dry_run: bool = False,
    ) -> Imported:
        """Import the markers of a timeline as comments on the assets that its clips are of.

        A marker that was exported as a comment is that comment: it stays as it is, or gets the text that another program
        gave it, and its new replies. A marker that is known already, by its time, its text and its author, is left as it
        is, so that an import can be repeated. What cannot be imported is listed with the reason.

        audience: of new comments and replies. dry_run: change nothing.

        Raises InvalidInput for what is not a timeline, or has too many markers, and TooLarge.
        """
        require(actor, COMMENT)
        count = ImportCount()
        wanted = self._places(actor, data, form, name, count)
        if len(wanted) > MOST_MARKERS:
            raise InvalidInput(errors.TOO_MANY_MARKERS, count=len(wanted), most=MOST_MARKERS)
        with suppress(_DryRun):
            self._read(actor, name, wanted, count, audience, dry_run=dry_run)
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
        wanted: Sequence[tuple[ClipVersion, SourceMarker]],
        count: ImportCount,
        audience: Audience,
        *,
        dry_run: bool,
    ) -> None:
        view = self._visibility.of(actor)
        with self._db.write() as connection:
            # The lock keeps two imports of one file from writing each marker twice.
            assets = {int(place.row.asset_id) for place, _ in wanted}
            held = set(lock_assets(connection, assets, Hold.ANNOTATIONS, view))
            edit = begin(connection, str(actor), f"import comments from {name}"[:300])
            known: dict[int, list[KnownThread]] = {}
            for place, marker in wanted:
                if place.row.asset_id not in held:  # deleted meanwhile
                    continue
                if place.row.id not in known:
                    known[place.row.id] = self._known(place)
                take = MarkerImport(self._writer, connection, actor, edit, place, count, audience)
                take.marker(marker, known[place.row.id])
            finish(connection, edit)
            if dry_run:
                raise _DryRun

    def _places(
        self, actor: Actor, data: bytes, form: Format, name: str, count: ImportCount
    ) -> list[tuple[ClipVersion, SourceMarker]]:
        """Each marker with the version that its clip is of, once; those of other clips are counted as skipped."""
        clips = read_timeline(data, form, name)
        found: dict[tuple[int, SourceMarker], ClipVersion] = {}
        versions: dict[str, Row[Any]] = {}
        clocks: dict[int, FrameClock | None] = {}
        medias: dict[int, MediaInfo | None] = {}
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
                medias[row.id] = MediaInfo.model_validate_json(row.media) if row.media else None
            place = ClipVersion(report.name, row, clocks[row.id], medias[row.id], clip.rate)
            for marker in clip.markers:
                found.setdefault((row.id, marker), place)
        return [(place, marker) for (_, marker), place in found.items()]

    def _known(self, place: ClipVersion) -> list[KnownThread]:
        """The threads of the asset of a clip, with where they are in its version."""
        rows = self._comments.newest(Threads(AssetSet([place.row.asset_id])), 1 << 31, None)
        replies = self._comments.replies([row.id for row in rows])
        places = self._carrier.places(rows, {row.id: place.row.id for row in rows})
        found = []
        for row in reversed(rows):
            one = KnownThread(row, replies.get(row.id, []))
            where = places.get(row.id)
            if where is not None and where.fate is Fate.CARRIED and where.start is not None:
                one.start = where.start.ticks * Fraction(where.start.base)
                one.end = None if where.end is None else where.end.ticks * Fraction(where.end.base)
            found.append(one)
        return found


def _markers(comments: Sequence[CommentReport]) -> list[Marker]:
    """Those that are in the current version, in the order of time."""
    made = [marker for one in comments if (marker := marker_of(one)) is not None]
    return sorted(made, key=lambda one: (one.start, one.end or one.start, one.key))
