"""The use case of excerpts: a part of an original, of which no more is fetched than its container makes necessary."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path, PurePath
from tempfile import mkdtemp
from threading import BoundedSemaphore
from typing import BinaryIO

from dampipe.features.alignment.anchors import Anchors
from dampipe.features.alignment.times import boundary, first_at_or_after
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.excerpts import errors
from dampipe.features.excerpts.maker import ExcerptMaker, OnStep
from dampipe.features.excerpts.model import (
    ExcerptRelease,
    ExcerptReport,
    ExcerptRequest,
    MadeExcerpt,
    file_name,
    parse_handles,
)
from dampipe.features.originals.errors import MISSING
from dampipe.features.originals.queries import OriginalRepository
from dampipe.features.originals.release import ReleaseService
from dampipe.features.originals.scopes import ORIGINALS
from dampipe.kernel.access import Actor, require
from dampipe.kernel.errors import Busy, Conflict, InvalidInput, NotFound
from dampipe.kernel.paths import printable
from dampipe.kernel.private_files import make_folder, user_umask
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.visibility import Visibility
from dampipe.media.excerpt.container import muxer_of
from dampipe.media.excerpt.span import WantedSpan

AT_ONCE = 2
"""Excerpts that a web server makes at the same time."""
MOST_FETCHED = 8_000_000_000
"""Bytes of a file that is fetched whole while a client waits for an answer."""
LEFTOVER_AGE = 86_400.0
"""Seconds after which what a killed process has left is deleted."""


class ExcerptService:
    """Copies parts of originals. Any method may raise CatalogueDown and, without the scope, Forbidden."""

    def __init__(
        self,
        service: AssetService,
        assets: AssetRepository,
        originals: OriginalRepository,
        anchors: Anchors,
        releases: ReleaseService,
        visibility: Visibility,
        maker: ExcerptMaker,
        folder: Path,
    ) -> None:
        """folder: for excerpts that are sent."""
        self._service = service
        self._assets = assets
        self._originals = originals
        self._anchors = anchors
        self._releases = releases
        self._visibility = visibility
        self._maker = maker
        self._folder = folder
        self._places = BoundedSemaphore(AT_ONCE)

    def write(
        self,
        actor: Actor,
        request: ExcerptRequest,
        target: Path,
        on_step: OnStep = lambda *_: None,
    ) -> ExcerptReport:
        """Write a part of an original to a file, or under a name of its own into a folder; nothing is overwritten.

        Raises NotFound for an unknown asset or folder; InvalidInput for a time that it does not have, and for a file of
        another kind; Conflict where the target exists, or the original was changed or is archived; NotLicensed;
        ServiceDown where its storage or volume cannot be read; and StorageFull.
        """
        require(actor, ORIGINALS)
        target = target.absolute()
        folder = target if target.is_dir() else target.parent
        if not folder.is_dir():
            raise NotFound(errors.NO_FOLDER, folder=printable(str(folder)))
        with _temporary(folder) as work:
            release = self._prepare(actor, request, work, on_step)
            if folder == target:
                target = folder / file_name(release.wanted, self._code(release.wanted))
            elif target.suffix.lower() != (suffix := PurePath(release.wanted.name).suffix.lower()):
                raise InvalidInput(errors.OTHER_SUFFIX, name=printable(release.wanted.name), suffix=suffix)
            if os.path.lexists(target):
                raise Conflict(errors.FILE_EXISTS, path=printable(str(target)))
            made, report = self._release(actor, request, release)
            _move(made.excerpt.path, target)
        return report.model_copy(update={"name": printable(str(target))})

    def open(self, actor: Actor, request: ExcerptRequest) -> tuple[BinaryIO, ExcerptReport]:
        """The same as a stream, which the caller closes. Raises Busy as well, and TooLarge."""
        require(actor, ORIGINALS)
        if not self._places.acquire(blocking=False):
            raise Busy(errors.BUSY)
        try:
            make_folder(self._folder)
            _delete_leftovers(self._folder)
            with _temporary(self._folder) as work:
                release = self._prepare(actor, request, work, most=MOST_FETCHED)
                made, report = self._release(actor, request, release)
                return made.excerpt.path.open("rb"), report
        finally:
            self._places.release()

    def _release(
        self, actor: Actor, request: ExcerptRequest, release: ExcerptRelease
    ) -> tuple[MadeExcerpt, ExcerptReport]:
        use = ReleaseRequest(territory=request.territory, medium=request.medium, reason=request.reason)
        released = self._releases.release(actor, release, use)
        return released.opened, _report(release, released.opened, released.clearance.warnings)

    def _prepare(
        self,
        actor: Actor,
        request: ExcerptRequest,
        work: Path,
        on_step: OnStep = lambda *_: None,
        most: int | None = None,
    ) -> ExcerptRelease:
        """Find out what is to be copied; nothing is read of the file yet."""
        require(actor, ORIGINALS)
        sha1 = self._service.sha1(actor, request.asset)
        view = self._visibility.of(actor)
        row = self._assets.find(sha1, view)
        times = self._anchors.version(actor, sha1)
        places = self._originals.present(row.id, view)
        name = self._assets.videos([row], view)[0].name
        if not places:
            raise NotFound(MISSING, name=name)
        if times.media is None:
            raise Conflict(errors.NO_FACTS, name=name)
        if request.last is not None:
            start, end = times.span_through(request.start, request.last)
        else:
            start, end = times.span(request.start, request.end)
        rate = None if times.clock is None else times.clock.rate
        handles = parse_handles(request.handles, rate)
        first, behind = max(Fraction(0), start.seconds - handles), end.seconds + handles
        if times.clock is not None:
            frames = times.clock.times
            first = frames.begin(frames.shown_at(first)).seconds
            behind = boundary(frames, first_at_or_after(frames, behind)).seconds
        path = places[0].path
        wanted = WantedSpan(times.media, times.clock, path.rpartition("/")[2], first, behind)
        muxer_of(wanted.media, wanted.name)

        def make() -> MadeExcerpt:
            return self._maker.make(places, wanted, name, work, on_step, most)

        return ExcerptRelease(row.id, row.asset_id, row.sha1, path, wanted, make)

    def _code(self, wanted: WantedSpan) -> str | None:
        if wanted.clock is None or wanted.clock.rate is None:
            return None
        frame = wanted.clock.times.nearest(wanted.start)
        return str(wanted.clock.timecode(wanted.clock.time(frame)))


def _report(release: ExcerptRelease, made: MadeExcerpt, warnings: tuple[str, ...]) -> ExcerptReport:
    excerpt, wanted = made.excerpt, release.wanted
    first = None if wanted.clock is None else wanted.clock.times.nearest(excerpt.start)
    due = 0 if wanted.clock is None else wanted.clock.times.nearest(wanted.start)
    earlier = 0 if first is None else due - first
    notes = list(warnings)
    if earlier:
        notes.append(
            f"it begins {earlier} frame{'' if earlier == 1 else 's'} earlier, at a key frame: "
            "the frames between cannot be decoded without it"
        )
    notes += [
        f"left out: {count} {kind} track{'' if count == 1 else 's'}"
        for kind, count in excerpt.left_out.items()
    ]
    return ExcerptReport(
        sha1=release.sha1,
        name=file_name(wanted, excerpt.timecode),
        size=excerpt.size,
        start=float(excerpt.start),
        first_frame=first,
        frames=excerpt.frames,
        timecode=excerpt.timecode,
        earlier_frames=earlier,
        fetched=made.fetched,
        whole=made.whole,
        warnings=tuple(notes),
    )


@contextmanager
def _temporary(parent: Path) -> Iterator[Path]:
    """A folder for one excerpt, which is deleted afterwards."""
    try:
        folder = Path(mkdtemp(prefix=".dampipe-", suffix=".part", dir=parent))
    except OSError as error:
        raise _of_system(error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(made: Path, target: Path) -> None:
    """Give a file its name, for the readers that the user's umask allows; replaces nothing."""
    try:
        made.chmod(0o666 & ~user_umask())
        os.link(made, target)
    except FileExistsError:
        raise Conflict(errors.FILE_EXISTS, path=printable(str(target))) from None
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise _of_system(error) from error
        made.rename(target)  # a file system without links


def _of_system(error: OSError) -> InvalidInput:
    return InvalidInput(errors.NOT_WRITTEN, reason=error.strerror or type(error).__name__)


def _delete_leftovers(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFTOVER_AGE:
                shutil.rmtree(path, ignore_errors=True)
