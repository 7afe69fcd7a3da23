"""The use case of an export: the moments of a search result as spans of files, for an editing program."""

from dampipe.features.search.hits import HitRepository
from dampipe.features.search.model import ExportRequest, Found
from dampipe.features.search.service import SearchService
from dampipe.features.search.spans import all_moments, beginning, span
from dampipe.kernel.access import EXPORT, Actor, require
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import Visibility
from dampipe.timeline import Rendered, render
from dampipe.timeline.clip import Clip


class ClipService:
    """Clips of search results. Any method may raise CatalogueDown."""

    def __init__(self, search: SearchService, hits: HitRepository, visibility: Visibility) -> None:
        self._visibility = visibility
        self._search = search
        self._hits = hits

    def export(self, actor: Actor, request: ExportRequest, title: str = "dampipe") -> Rendered:
        """Search, and render the clips of the result as a timeline. Raises as `SearchService.find`, and Unavailable."""
        require(actor, EXPORT)
        return render(self.clips(actor, self._search.results(actor, request)), request.format, title)

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
                )
            )
        return clips
