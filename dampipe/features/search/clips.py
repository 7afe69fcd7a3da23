"""The use case of an export: the moments of a search result as spans of files, for an editing program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.shown import shown_versions
from dampipe.features.originals.release import ReleaseService
from dampipe.features.search.errors import NO_CLIPS
from dampipe.features.search.events import TimelineExported
from dampipe.features.search.hits import HitRepository
from dampipe.features.search.model import ExportRequest, Found, WholeExport
from dampipe.features.search.service import SearchService
from dampipe.features.search.spans import STILL_SPAN, all_moments, beginning, span
from dampipe.kernel.access import EXPORT, Actor, Scope, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.outbox import NewEvent
from dampipe.kernel.paths import printable
from dampipe.kernel.release import EXPORT as EXPORTING
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.visibility import Visibility
from dampipe.timeline import Format, Rendered, render
from dampipe.timeline.clip import Clip

MOST_WHOLE = 10_000
"""Assets of a timeline that has them as a whole."""
MOST_NAMED = 1000
"""SHA-1s in an audit event."""


@dataclass(frozen=True)
class TimelineExport:
    """Clips that are to leave as a timeline, without those that may not be used so."""

    clips: Sequence[Clip]
    format: Format
    title: str
    ids: Mapping[str, int]
    """The asset of each content, by SHA-1."""

    purpose: ClassVar[str] = EXPORTING
    scope: ClassVar[Scope] = EXPORT
    is_divisible: ClassVar[bool] = True
    window: ClassVar[None] = None

    @property
    def assets(self) -> tuple[int, ...]:
        """See `Outgoing`."""
        return tuple(sorted({self.ids[clip.asset] for clip in self.clips}))

    def event(self) -> NewEvent:
        """See `Outgoing`."""
        contents = sorted({clip.asset for clip in self.clips})
        return NewEvent(
            TimelineExported(
                format=str(self.format),
                clips=len(self.clips),
                contents=contents[:MOST_NAMED],
                purpose=self.purpose,
            )
        )

    def open(self, cleared: AssetSet) -> Rendered:
        """See `Outgoing`."""
        kept = [clip for clip in self.clips if self.ids[clip.asset] in cleared]
        return render(kept, self.format, self.title)


class ClipService:
    """Clips of search results. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        search: SearchService,
        hits: HitRepository,
        selection: AssetSelection,
        releases: ReleaseService,
        visibility: Visibility,
    ) -> None:
        self._visibility = visibility
        self._db = database
        self._search = search
        self._selection = selection
        self._hits = hits
        self._releases = releases

    def export(self, actor: Actor, request: ExportRequest, title: str = "dampipe") -> Rendered:
        """Search, and render the clips of the result as a timeline.

        Raises as `SearchService.find` and `write`.
        """
        require(actor, EXPORT)
        clips = self.clips(actor, self._search.results(actor, request))
        return self.write(actor, clips, request.format, title, request.release())

    def export_whole(self, actor: Actor, request: WholeExport) -> Rendered:
        """Render assets as a timeline, each as a whole: named ones in their order, else the oldest first.

        Raises as `AssetSelection` and `write`, and InvalidInput where no asset has a file, or there are more than
        MOST_WHOLE.
        """
        require(actor, EXPORT)
        view = self._visibility.of(actor)
        assets = self._selection.in_order(actor, request, MOST_WHOLE)
        with self._db.read() as connection:
            shown = shown_versions(connection, self._db, assets, view)
        contents = [shown[asset].sha1 for asset in assets if asset in shown]
        files = self._hits.files(contents, view)
        clips = [
            Clip(
                asset=sha1,
                path=found.paths[0],
                name=found.paths[0].rpartition("/")[2],
                media=found.media,
                start=0.0,
                end=(found.media.duration if found.media else None) or STILL_SPAN,
            )
            for sha1 in contents
            if (found := files.get(sha1)) is not None and found.paths
        ]
        if not clips:
            raise InvalidInput(NO_CLIPS)
        return self.write(actor, clips, request.format, request.title, request.release())

    def write(
        self,
        actor: Actor,
        clips: Sequence[Clip],
        form: Format,
        title: str,
        request: ReleaseRequest | None = None,
    ) -> Rendered:
        """Render clips as a timeline; those of assets that may not be used so are left out, with a warning each.

        Raises NotLicensed if none is left, Forbidden for a reason without the scope, and Unavailable without
        OpenTimelineIO.
        """
        require(actor, EXPORT)
        ids = self._hits.assets_of((clip.asset for clip in clips), self._visibility.of(actor))
        known = [clip for clip in clips if clip.asset in ids]
        released = self._releases.release(actor, TimelineExport(known, form, title, ids), request)
        rendered = released.opened
        return rendered._replace(warnings=(*released.clearance.warnings, *rendered.warnings))

    def clips(self, actor: Actor, found: Found) -> list[Clip]:
        """The moments of a result as spans of files, each shot once; weak ones only if there are no others.

        A hit without moments becomes its beginning. Assets that have no file are left out.
        """
        require(actor, EXPORT)
        moments = all_moments(hit.moments or [beginning(hit)] for hit in found.hits)
        moments = [moment for moment in moments if not moment.weak] or moments
        files = self._hits.files((moment.asset for moment in moments), self._visibility.of(actor))
        clips = []
        for moment in moments:
            asset = files.get(moment.asset)
            if asset is None or not asset.paths:
                continue
            start, end = span(moment)
            clips.append(
                Clip(
                    asset=moment.asset,
                    path=next(
                        (path for path in asset.paths if printable(path) == moment.path), asset.paths[0]
                    ),
                    name=moment.name,
                    media=asset.media,
                    moment=moment.time,
                    start=start,
                    end=end,
                    score=moment.score,
                    title=moment.label,
                )
            )
        return clips
