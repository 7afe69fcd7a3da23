"""The use case of exporting a collection: its items in their order, as a timeline."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from dampipe.features.assets.service import AssetService
from dampipe.features.collections import errors
from dampipe.features.collections.finding import find
from dampipe.features.collections.model import MOST_EXPORTED, ItemReport
from dampipe.features.collections.reading import CollectionReader
from dampipe.features.review.exchange import CommentExchange
from dampipe.features.search.clips import ClipService
from dampipe.features.search.hits import HitRepository
from dampipe.features.search.spans import STILL_SPAN
from dampipe.features.subclips.export import SubclipExporter
from dampipe.kernel.access import EXPORT, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.visibility import Visibility
from dampipe.timeline import Format, Rendered
from dampipe.timeline.clip import Clip
from dampipe.timeline.marker import Marker


class CollectionExport(BaseModel):
    """A collection as a timeline."""

    model_config = ConfigDict(frozen=True)

    format: Format
    title: str = ""
    comments: bool = True
    """Whether comments and markers become markers of the clips."""


class CollectionExporter:
    """Exports collections. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        reader: CollectionReader,
        assets: AssetService,
        hits: HitRepository,
        subclips: SubclipExporter,
        comments: CommentExchange,
        clips: ClipService,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._reader = reader
        self._assets = assets
        self._hits = hits
        self._subclips = subclips
        self._comments = comments
        self._clips = clips
        self._visibility = visibility

    def clips(self, actor: Actor, name: str | int, *, comments: bool = True) -> list[Clip]:
        """The items that the actor sees as clips, in their order: assets as a whole, subclips as their span in the
        current version, stills for some seconds. What has no file is left out.

        comments: whether the clips have those on them as markers; a subclip has those within its span. Raises NotFound,
        InvalidInput for a collection that is too long.
        """
        require(actor, EXPORT)
        with self._db.read() as connection:
            held = find(connection, actor, name)
        items = self._reader.ordered(actor, held.row, MOST_EXPORTED)
        if len(items) > MOST_EXPORTED:
            raise InvalidInput(errors.EXPORT_TOO_LONG, name=held.row.name, most=MOST_EXPORTED)
        files = self._hits.files((item.asset for item in items), self._visibility.of(actor))
        spans = self._subclips.clips(actor, [item.subclip.id for item in items if item.subclip is not None])
        markers = self._markers(actor, items) if comments else {}
        found = []
        for item in items:
            if item.subclip is not None:
                span = spans.get(item.subclip.id)
                if span is not None:
                    within = tuple(
                        one for one in markers.get(span.asset, ()) if span.start <= one.start < span.end
                    )
                    found.append(span.model_copy(update={"markers": within}))
                continue
            asset = files.get(item.asset)
            if asset is None or not asset.paths:
                continue
            found.append(
                Clip(
                    asset=item.asset,
                    path=asset.paths[0],
                    name=asset.paths[0].rpartition("/")[2],
                    media=asset.media,
                    start=0.0,
                    end=item.duration or STILL_SPAN,
                    markers=tuple(markers.get(item.asset, ())),
                )
            )
        return found

    def _markers(self, actor: Actor, items: Sequence[ItemReport]) -> dict[str, list[Marker]]:
        """The comments on the assets of items, by the SHA-1 of the current version."""
        assets = self._assets.asset_ids(actor, list({item.asset for item in items}))
        return self._comments.markers_of(actor, assets)

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
        clips = self.clips(actor, held.row.id, comments=request.comments)
        if not clips:
            raise InvalidInput(errors.EXPORT_EMPTY, name=held.row.name)
        title = request.title or held.row.name
        return self._clips.write(actor, clips, request.format, title, release)
