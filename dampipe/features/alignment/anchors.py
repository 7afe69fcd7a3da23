"""Times that people anchor at versions (subclips, comments): reading them, and where they are in the current version.

A stored anchor never changes. Where it is in another version is derived from a stored alignment; while there is none,
it is pending, and `Anchors.ensure_all`, called by the sweep of the feature that owns the anchors, has it made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, select

from dampipe.features.alignment.handler import ALIGN
from dampipe.features.alignment.model import GONE_TEXT, Fate, moved_text
from dampipe.features.alignment.queries import AlignmentRepository
from dampipe.features.alignment.service import CarryService
from dampipe.features.alignment.tables import ALIGNMENT
from dampipe.features.alignment.times import boundary, parse_end, parse_time, snapped
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import VERSION
from dampipe.features.derivatives.sign_items import SignItems
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.jobs import state
from dampipe.jobs.model import Subject
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkRepository
from dampipe.kernel.access import SYSTEM, Actor
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import VersionId
from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.media.outputs import DerivativeKind
from dampipe.media.recipes import SIGNATURES
from dampipe.media.signatures.align import METHOD
from dampipe.media.signatures.alignment import Carried

PAIRS = 200
"""Pairs of versions that one call of `ensure_all` looks at."""


@dataclass(frozen=True)
class CarriedSpan:
    """Where a span of one version is in another."""

    fate: Fate
    start: AnchoredTime | None = None
    end: AnchoredTime | None = None
    """Not part of the span."""
    moved: int | None = None
    """By how many frames its start moved; None where it is not carried, and for sound."""
    is_cut: bool = False
    """Whether frames at its start or end are gone: what is left is carried."""

    @property
    def text(self) -> str:
        """What became of it, as people read it; "" where it is where it was."""
        if self.fate is Fate.PENDING:
            return "pending"
        if self.fate is Fate.GONE:
            return GONE_TEXT
        return ", ".join(filter(None, [moved_text(self.moved), "shortened" if self.is_cut else ""]))


PENDING = CarriedSpan(Fate.PENDING)
GONE = CarriedSpan(Fate.GONE)


@dataclass(frozen=True)
class VersionTimes:
    """Reads times of one version as people write them. Any method raises InvalidInput."""

    id: int
    asset_id: int
    name: str
    media: MediaInfo | None
    clock: FrameClock | None
    """None for sound, and where no rate is known."""

    def parse(self, text: str) -> AnchoredTime:
        """A time; it is not snapped to a frame."""
        return parse_time(text, self.name, self.media, self.clock)

    def span(self, start: str, end: str | None = None) -> tuple[AnchoredTime, AnchoredTime]:
        """A span of whole frames on one time base, as `times.snapped` says; its end is not part of it.

        end: None for the one frame at `start`; the time code after the last frame is an end, too.
        """
        last = None if end is None else parse_end(end, self.name, self.media, self.clock)
        return snapped(self.parse(start), last, self.media, self.clock)

    def span_through(self, start: str, last: str) -> tuple[AnchoredTime, AnchoredTime]:
        """The same by the last frame that is part of the span, as editing programs mark an out point."""
        first, through = self.parse(start), self.parse(last)
        if self.clock is None:
            return snapped(first, through, self.media, None)
        end = boundary(self.clock.times, self.clock.frame(through) + 1)
        return snapped(first, end, self.media, self.clock)


class Anchors:
    """Anchored times of one library. Any method may raise CatalogueDown; methods with an actor raise NotFound for a
    version that the actor does not see."""

    def __init__(
        self,
        database: Database,
        alignments: AlignmentRepository,
        service: AssetService,
        assets: AssetRepository,
        carrying: CarryService,
        signing: SignItems,
        work: WorkRepository,
    ) -> None:
        self._db = database
        self._alignments = alignments
        self._service = service
        self._assets = assets
        self._carrying = carrying
        self._signing = signing
        self._work = work

    def version(self, actor: Actor, sha1: str) -> "VersionTimes":
        """What reads the times of a version. Raises NotFound."""
        row = self._assets.find(self._service.sha1(actor, sha1))
        media = MediaInfo.model_validate_json(row.media) if row.media else None
        return VersionTimes(row.id, row.asset_id, row.name, media, self._clock(row.id, media))

    def parse(self, actor: Actor, sha1: str, text: str) -> AnchoredTime:
        """A time of a version as people write it: seconds, ticks ("300@1001/24000") or time code.

        It is not snapped to a frame. Raises InvalidInput for a time that the version does not have.
        """
        return self.version(actor, sha1).parse(text)

    def span(
        self, actor: Actor, sha1: str, start: str, end: str | None = None
    ) -> tuple[AnchoredTime, AnchoredTime]:
        """A span of whole frames, see `VersionTimes.span`."""
        return self.version(actor, sha1).span(start, end)

    def clock(self, sha1: str) -> FrameClock | None:
        """The clock of a version by its SHA-1; None for sound, and where no rate is known. Without a check of rights."""
        row = self._assets.find(sha1)
        return self.clocks([row.id]).get(row.id)

    def clocks(self, versions: Iterable[int]) -> Mapping[int, FrameClock]:
        """The clocks of versions by id, of those that have one."""
        found: dict[int, FrameClock] = {}
        for row in self._assets.rows(sorted(set(versions))):
            media = MediaInfo.model_validate_json(row.media) if row.media else None
            clock = self._clock(row.id, media)
            if clock is not None:
                found[row.id] = clock
        return found

    def carried(
        self, version_id: int, to_version_id: int, times: Sequence[AnchoredTime]
    ) -> list[Carried] | None:
        """Where times of a version are in another one, only from a stored alignment; None: pending.

        A version of another kind, a still for a film, has none of the times.
        """
        if version_id == to_version_id:
            return [Carried(one) for one in times]
        found = self._alignments.find(version_id, to_version_id, METHOD)
        if found is not None:
            return [found.carry(one) for one in times]
        if not self._have_common(version_id, to_version_id):
            return [Carried(None) for _ in times]
        return None

    def carried_spans(
        self, version_id: int, to_version_id: int, spans: Sequence[tuple[AnchoredTime, AnchoredTime]]
    ) -> list[CarriedSpan]:
        """The same for spans, whose ends are not part of them: what is left of each is carried."""
        if version_id == to_version_id:
            return [CarriedSpan(Fate.CARRIED, start, end, 0) for start, end in spans]
        clocks = self.clocks([version_id, to_version_id])
        own, other = clocks.get(version_id), clocks.get(to_version_id)
        times = [one for start, end in spans for one in (start, _last(end, own))]
        found = self.carried(version_id, to_version_id, times)
        if found is None:
            return [PENDING] * len(spans)
        pairs = zip(spans, found[::2], found[1::2], strict=True)
        return [_span(span, first, last, own, other) for span, first, last in pairs]

    def ensure(self, version_id: int, to_version_id: int) -> None:
        """Have a pair of versions aligned in the background; signatures that are missing are made before.

        Nothing happens for a pair that is aligned or waits. What cannot be aligned yet is requested by a later call.
        """
        if (
            version_id == to_version_id
            or self._alignments.find(version_id, to_version_id, METHOD) is not None
        ):
            return
        if not self._have_common(version_id, to_version_id):
            return
        with self._db.write() as connection:
            of_pair = DERIVATIVE.c.version_id.in_([version_id, to_version_id])
            rows = connection.execute(
                select(DERIVATIVE.c.version_id, DERIVATIVE.c.kind, DERIVATIVE.c.recipe).where(of_pair)
            ).all()
            signed = {
                row.version_id
                for row in rows
                if row.kind == DerivativeKind.SIGNATURES and row.recipe == SIGNATURES
            }
            proxied = {row.version_id for row in rows if row.kind == DerivativeKind.PROXY}
            for one in sorted(proxied - signed):
                self._signing.add(connection, VersionId(one))
            if signed >= {version_id, to_version_id}:
                state.delete_done(
                    connection,
                    RUN.c.stage == ALIGN,
                    RUN.c.version_id == version_id,
                    RUN.c.version == str(to_version_id),
                )
                self._work.add(connection, ALIGN, str(to_version_id), Subject(version=VersionId(version_id)))

    def ensure_all(self, table: Table, after: int = 0) -> tuple[int, int]:
        """Have rows of a table with columns `asset_id` and `version_id` aligned with the current versions.

        after: the asset to begin behind. Returns how many pairs were found without an alignment, up to PAIRS, and the
        asset to begin behind next time; 0: all were looked at.
        """
        current = VERSION.alias("current")
        anchored = VERSION.alias("anchored")
        aligned = select(ALIGNMENT.c.first_id).where(
            ALIGNMENT.c.method == METHOD,
            ((ALIGNMENT.c.first_id == table.c.version_id) & (ALIGNMENT.c.second_id == current.c.id))
            | ((ALIGNMENT.c.second_id == table.c.version_id) & (ALIGNMENT.c.first_id == current.c.id)),
        )
        query = (
            select(table.c.asset_id, table.c.version_id, current.c.id.label("to"))
            .distinct()
            .join(anchored, anchored.c.id == table.c.version_id)
            .join(current, (current.c.asset_id == table.c.asset_id) & current.c.superseded_at.is_(None))
            .where(table.c.asset_id > after, table.c.version_id != current.c.id, ~aligned.exists())
            .order_by(table.c.asset_id, table.c.version_id)
            .limit(PAIRS)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            self.ensure(row.version_id, row.to)
        return len(rows), (rows[-1].asset_id if len(rows) == PAIRS else 0)

    def _have_common(self, *versions: int) -> bool:
        """Whether versions may have frames in common: films, or sounds."""
        rows = self._assets.rows(versions)
        kinds = {MediaInfo.model_validate_json(row.media).kind for row in rows if row.media}
        return len(kinds) < 2 and MediaKind.STILL not in kinds

    def _clock(self, version: int, media: MediaInfo | None) -> FrameClock | None:
        """The clock of a version; the times of its frames are read only where its rate does not give them."""
        if media is None or media.video is None or media.kind is MediaKind.STILL:
            return None
        video = media.video
        if video.rate is not None and media.duration is not None and not video.variable_rate:
            return FrameClock.of_media(media)
        (row,) = self._assets.rows([version])
        return FrameClock.of_media(
            media, self._carrying.stored_times(SYSTEM, version, self._assets.videos([row])[0])
        )


def _last(end: AnchoredTime, clock: FrameClock | None) -> AnchoredTime:
    """The last frame before an end."""
    if clock is None:
        return AnchoredTime(max(0, end.ticks - 1), end.base)
    times = clock.times
    frame = times.shown_at(end.seconds)
    if frame and times.begin(frame).seconds + times.tolerance >= end.seconds:
        frame -= 1
    return times.begin(frame)


def _after(last: AnchoredTime, clock: FrameClock | None) -> AnchoredTime:
    """The end of a frame."""
    if clock is None:
        return AnchoredTime(last.ticks + 1, last.base)
    return boundary(clock.times, clock.frame(last) + 1)


def _span(
    span: tuple[AnchoredTime, AnchoredTime],
    first: Carried,
    last: Carried,
    own: FrameClock | None,
    other: FrameClock | None,
) -> CarriedSpan:
    start, end = first.time or first.after, last.time or last.before
    if start is None or end is None or end < start:
        return GONE
    moved = other.frame(start) - own.frame(span[0]) if own is not None and other is not None else None
    is_cut = first.time is None or last.time is None
    if other is not None:
        start = other.times.begin(other.frame(start))  # on the base of the end
    return CarriedSpan(Fate.CARRIED, start, _after(end, other), moved, is_cut)
