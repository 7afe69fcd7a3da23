"""The use case of alignments: carrying times from one version to another."""

from collections.abc import Sequence
from dataclasses import dataclass

from dampipe.features.alignment.errors import NO_PROXY, NO_TIMES, OTHER_KIND
from dampipe.features.alignment.model import CarriedReport, CarryReport, CarryRequest, TimeReport
from dampipe.features.alignment.queries import AlignmentRepository
from dampipe.features.alignment.times import parse_time
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.derivatives.service import DerivativeService
from dampipe.features.derivatives.sign_items import SIGN, SignItems
from dampipe.jobs.model import RunState, RunSummary
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.ids import VersionId
from dampipe.media.frame_clock import FrameClock, FrameTimes
from dampipe.media.info import MediaKind
from dampipe.media.outputs import Derivative, DerivativeKind
from dampipe.media.recipes import SIGNATURES
from dampipe.media.signatures.align import METHOD, align
from dampipe.media.signatures.alignment import Alignment, Carried, Span
from dampipe.media.signatures.track import InvalidTrack, SignatureKind, SignatureTrack
from dampipe.storage.video import Video

_OPEN = (RunState.PENDING, RunState.RUNNING, RunState.ON_HOLD)


@dataclass(frozen=True)
class _Version:
    id: int
    video: Video

    def derivative(self, kind: DerivativeKind) -> Derivative | None:
        return next((one for one in self.video.derivatives if one.kind == kind), None)


@dataclass(frozen=True)
class AlignedTracks:
    """Two versions aligned, with the signatures of their frames."""

    alignment: Alignment
    first: SignatureTrack
    second: SignatureTrack


class CarryService:
    """Carries times between versions. Any method may raise CatalogueDown, and NotFound for an unknown version."""

    def __init__(
        self,
        database: Database,
        alignments: AlignmentRepository,
        service: AssetService,
        assets: AssetRepository,
        derivatives: DerivativeService,
        signing: SignItems,
    ) -> None:
        self._db = database
        self._alignments = alignments
        self._service = service
        self._assets = assets
        self._derivatives = derivatives
        self._signing = signing

    def carry(self, actor: Actor, request: CarryRequest) -> CarryReport:
        """Where times of one version are in another.

        The first request for a pair aligns it, which takes seconds for hours of footage; later ones take milliseconds.
        Raises InvalidInput for a time that the version does not have and for a still, NotFound for a version
        without a proxy of which none is being made.
        """
        require(actor, READ)
        source, target = self._version(actor, request.source), self._version(actor, request.target)
        alignment = self._alignment(actor, source, target)
        own = _clock(source, alignment.first if alignment is not None else None)
        other = _clock(target, alignment.second if alignment is not None else None)
        reports = []
        for text in request.times:
            time = parse_time(text, source.video.name, source.video.media, own)
            found = alignment.carry(time) if alignment is not None else None
            reports.append(CarriedReport.of(TimeReport.of(time, own), found, other))
        return CarryReport(
            source=source.video.sha1,
            target=target.video.sha1,
            times=tuple(reports),
            share=round(alignment.share, 4) if alignment is not None else None,
        )

    def carry_times(
        self, actor: Actor, source: str, target: str, times: Sequence[AnchoredTime]
    ) -> tuple[Carried, ...] | None:
        """The same for other features: exact times in, exact times out; None while it is not known."""
        alignment = self.alignment(actor, source, target)
        return None if alignment is None else tuple(map(alignment.carry, times))

    def alignment(self, actor: Actor, source: str, target: str) -> Alignment | None:
        """The common spans of two versions; None while a proxy or its signatures are still being made."""
        require(actor, READ)
        return self._alignment(actor, self._version(actor, source), self._version(actor, target))

    def aligned_tracks(self, actor: Actor, source: str, target: str) -> AlignedTracks | None:
        """The common spans of two versions with the signatures of both, for a closer look; None as for `alignment`."""
        require(actor, READ)
        versions = [self._version(actor, name) for name in (source, target)]
        first, second = (self._track(actor, version) for version in versions)
        alignment = self._alignment(actor, *versions) if first is not None and second is not None else None
        if first is None or second is None or alignment is None:
            return None
        return AlignedTracks(alignment, first, second)

    def align(self, actor: Actor, version: int, other: int) -> bool:
        """Have two versions, by id, aligned; whether they are. Where not, signatures were requested, or it cannot be.

        Raises NotFound and InvalidInput as `carry` does.
        """
        require(actor, READ)
        rows = self._assets.rows([version, other])
        if len(rows) < 2:
            return False
        videos = self._assets.videos(rows)
        first, second = (_Version(int(row.id), video) for row, video in zip(rows, videos, strict=True))
        return self._alignment(actor, first, second) is not None

    def stored_times(self, actor: Actor, version: int, video: Video) -> FrameTimes | None:
        """The times of the frames of a version, if its signatures are there; nothing is requested."""
        require(actor, READ)
        signatures = _Version(version, video).derivative(DerivativeKind.SIGNATURES)
        if signatures is None or signatures.recipe != SIGNATURES:
            return None
        try:
            with self._derivatives.open(actor, signatures) as stream:
                track = SignatureTrack.from_bytes(stream.read())
        except (NotFound, InvalidTrack):
            return None
        return FrameTimes.of_ticks(track.ticks, track.end, track.time_base)

    def _version(self, actor: Actor, name: str) -> _Version:
        row = self._assets.find(self._service.sha1(actor, name))
        return _Version(int(row.id), self._assets.videos([row])[0])

    def _alignment(self, actor: Actor, source: _Version, target: _Version) -> Alignment | None:
        for version in (source, target):
            if version.video.media is not None and version.video.media.kind is MediaKind.STILL:
                raise InvalidInput(NO_TIMES, name=version.video.name)
        if source.id != target.id:
            found = self._alignments.find(source.id, target.id, METHOD)
            if found is not None:
                return found
        tracks = [self._track(actor, version) for version in (source, target)]
        first, second = tracks
        if first is None or second is None:
            return None
        if first.kind != second.kind:
            raise InvalidInput(OTHER_KIND, source=source.video.name, target=target.video.name)
        if source.id == target.id:
            times = FrameTimes.of_ticks(first.ticks, first.end, first.time_base)
            begin, end = times.start * times.time_base, times.end * times.time_base
            return Alignment(times, times, (Span(begin, end, begin),), first.kind is SignatureKind.SOUND)
        # Always in the same direction, so that carrying there and back agrees, whichever was asked for first.
        found = align(first, second) if source.id < target.id else align(second, first).inverse
        self._alignments.save(source.id, target.id, METHOD, found)
        return found

    def _track(self, actor: Actor, version: _Version) -> SignatureTrack | None:
        """The signatures of a version; None while they are not there. They are requested if need be."""
        signatures = version.derivative(DerivativeKind.SIGNATURES)
        if signatures is not None and signatures.recipe == SIGNATURES:
            try:
                with self._derivatives.open(actor, signatures) as stream:
                    return SignatureTrack.from_bytes(stream.read())
            except (NotFound, InvalidTrack):
                pass  # made again from the proxy
        runs = self._assets.runs(version.id)
        if version.derivative(DerivativeKind.PROXY) is None:
            if not runs or any(run.state in _OPEN for run in runs):
                return None
            raise NotFound(NO_PROXY, name=version.video.name, reason=_reason(runs))
        with self._db.write() as connection:
            requested = self._signing.add(connection, VersionId(version.id))
        failed = [run for run in runs if run.stage == SIGN and run.state is RunState.FAILED]
        if not requested and failed:
            raise NotFound(NO_PROXY, name=version.video.name, reason=failed[-1].reason or "")
        return None


def _clock(version: _Version, times: FrameTimes | None) -> FrameClock | None:
    media = version.video.media
    return FrameClock.of_media(media, times) if media is not None else None


def _reason(runs: Sequence[RunSummary]) -> str:
    """Why there is no proxy: the last failure, if any."""
    reasons = [run.reason for run in runs if run.state in (RunState.FAILED, RunState.SKIPPED) and run.reason]
    return reasons[-1] if reasons else "none was made"
