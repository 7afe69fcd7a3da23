"""The use case of exporting a collection: its items in their order, as a timeline."""

from dampipe.features.collections import errors
from dampipe.features.collections.finding import find
from dampipe.features.collections.model import MOST_EXPORTED, CollectionExport
from dampipe.features.collections.reading import CollectionReader
from dampipe.features.search.clips import ClipService
from dampipe.features.search.hits import HitRepository
from dampipe.features.search.spans import STILL_SPAN
from dampipe.kernel.access import EXPORT, READ, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.visibility import Visibility
from dampipe.timeline import Rendered
from dampipe.timeline.clip import Clip


class CollectionExporter:
    """Exports collections. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        reader: CollectionReader,
        hits: HitRepository,
        clips: ClipService,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._reader = reader
        self._hits = hits
        self._clips = clips
        self._visibility = visibility

    def clips(self, actor: Actor, name: str | int) -> list[Clip]:
        """The items that the actor sees as clips, in their order: assets as a whole, subclips as their span, stills for
        some seconds. What has no file is left out.

        Raises NotFound, InvalidInput for a collection that is too long.
        """
        require(actor, READ)
        with self._db.read() as connection:
            held = find(connection, actor, name)
        items = self._reader.ordered(actor, held.row, MOST_EXPORTED)
        if len(items) > MOST_EXPORTED:
            raise InvalidInput(errors.EXPORT_TOO_LONG, name=held.row.name, most=MOST_EXPORTED)
        files = self._hits.files((item.asset for item in items), self._visibility.of(actor))
        found = []
        for item in items:
            asset = files.get(item.asset)
            if asset is None or not asset.paths:
                continue
            start, end = 0.0, item.duration or STILL_SPAN
            label = item.name
            if item.subclip is not None:
                start, end = item.subclip.start, item.subclip.end
                label = item.subclip.name
            found.append(
                Clip(
                    asset=item.asset,
                    path=asset.paths[0],
                    name=label,
                    media=asset.media,
                    moment=start,
                    start=start,
                    end=end,
                    score=0.0,
                )
            )
        return found

    def export(
        self,
        actor: Actor,
        name: str | int,
        request: CollectionExport,
        release: ReleaseRequest | None = None,
    ) -> Rendered:
        """A collection as a timeline. Raises as `clips` and `ClipService.write`; InvalidInput if there is no clip."""
        require(actor, EXPORT)
        with self._db.read() as connection:
            held = find(connection, actor, name)
        clips = self.clips(actor, held.row.id)
        if not clips:
            raise InvalidInput(errors.EXPORT_EMPTY, name=held.row.name)
        title = request.title or held.row.name
        return self._clips.write(actor, clips, request.format, title, release)
