"""An answer becomes spans of files, for an editing program."""

from dampipe.features.assets.catalog import Catalog
from dampipe.features.search.model import Found
from dampipe.features.search.spans import all_moments, beginning, span
from dampipe.kernel.paths import printable
from dampipe.media.info import MediaInfo
from dampipe.timeline.clip import Clip


def find_clips(catalog: Catalog, found: Found) -> list[Clip]:
    """The moments of an answer as spans of files, each shot once; weak ones only if there are no others.

    Of a hit without moments its beginning is taken.
    """
    moments = all_moments(hit.moments or [beginning(hit)] for hit in found.hits)
    moments = [moment for moment in moments if not moment.weak] or moments
    media, cuts = dict[str, MediaInfo | None](), list[Clip]()
    places = dict[str, str]()
    for moment in moments:
        if moment.asset not in media:
            row = catalog.assets.find(moment.asset)
            files = catalog.assets.files(asset=row.id)
            media[moment.asset] = MediaInfo.model_validate_json(row.media) if row.media else None
            shown = [file.path for file in files if printable(file.path) == moment.path]
            places[moment.asset] = (shown or [file.path for file in files] or [""])[0]
        if places[moment.asset]:
            start, end = span(moment)
            cuts.append(
                Clip(
                    asset=moment.asset,
                    path=places[moment.asset],
                    name=moment.name,
                    media=media[moment.asset],
                    moment=moment.time,
                    start=start,
                    end=end,
                    score=moment.score,
                )
            )
    return cuts
