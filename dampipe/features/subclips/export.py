"""The use case of exporting subclips: a timeline with a clip for each."""

from collections.abc import Sequence

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.search.clips import ClipService
from dampipe.features.search.hits import HitRepository
from dampipe.features.subclips.errors import NOTHING_TO_EXPORT
from dampipe.features.subclips.model import MOST_EXPORTED, SubclipExport
from dampipe.features.subclips.placing import PlacedSubclips
from dampipe.features.subclips.queries import SubclipRepository
from dampipe.kernel.access import EXPORT, Actor, require
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.visibility import Visibility
from dampipe.timeline import Rendered
from dampipe.timeline.clip import Clip


class SubclipExporter:
    """Exports subclips. Any method may raise CatalogueDown; what an actor does not see does not exist."""

    def __init__(
        self,
        database: Database,
        subclips: SubclipRepository,
        placed: PlacedSubclips,
        assets: AssetRepository,
        hits: HitRepository,
        clips: ClipService,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._subclips = subclips
        self._placed = placed
        self._assets = assets
        self._hits = hits
        self._clips = clips
        self._visibility = visibility

    def export(self, actor: Actor, request: SubclipExport) -> Rendered:
        """A timeline with a clip for each subclip, in the order of a list.

        A subclip is exported where it is in the current version; one that is not there, or of which that is not known
        yet, in the version that it is anchored at. Raises NotFound where there is nothing to export, and as
        `ClipService.write`.
        """
        require(actor, EXPORT)
        view = self._visibility.of(actor)
        rows = self._placed.rows(actor, request, view, MOST_EXPORTED, None)
        clips = list(self.clips(actor, [row.id for row in rows]).values())
        if not clips:
            raise NotFound(NOTHING_TO_EXPORT)
        release = ReleaseRequest(territory=request.territory, medium=request.medium, reason=request.reason)
        return self._clips.write(actor, clips, request.format, request.title, release)

    def clips(self, actor: Actor, numbers: Sequence[int]) -> dict[int, Clip]:
        """Subclips as clips of a timeline, by number in that order; those of which no file is known are left out."""
        require(actor, EXPORT)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            where = (self._subclips.among_ids(numbers), self._subclips.shown(view))
            rows = self._subclips.page(connection, where, 1 << 31, by_time=True)
        anchored = {one.row.id: one for one in self._placed.anchored(rows, view)}
        chosen: dict[int, tuple[int, AnchoredTime, AnchoredTime]] = {}
        for number, one in anchored.items():
            if one.carried.start is not None and one.carried.end is not None and one.version is not None:
                chosen[number] = one.version, one.carried.start, one.carried.end
            elif one.row.version_id is not None:
                chosen[number] = one.row.version_id, one.start, one.end
        refs = self._assets.refs(sorted({version for version, _, _ in chosen.values()}))
        files = self._hits.files((ref.sha1 for ref in refs.values()), view)
        clips = {}
        for number in dict.fromkeys(numbers):
            version, start, end = chosen.get(number, (0, None, None))
            ref = refs.get(version)
            file = files.get(ref.sha1) if ref is not None else None
            if ref is None or file is None or not file.paths or start is None or end is None:
                continue
            row = anchored[number].row
            clips[number] = Clip(
                asset=ref.sha1,
                path=file.paths[0],
                name=file.paths[0].rpartition("/")[2],
                media=file.media,
                start=float(start.seconds),
                end=float(end.seconds),
                title=row.name,
                note=row.note,
            )
        return clips
