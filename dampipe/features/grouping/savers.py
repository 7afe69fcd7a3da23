"""Saves the identifiers by which files belong together, and has their folders grouped again."""

from dampipe.features.grouping.queries import BURST, CONTENT
from dampipe.features.grouping.queries import save_identifiers as save
from dampipe.features.sources.locations import request_regrouping
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.savers import OutputBatch
from dampipe.kernel.db.chunks import chunked
from dampipe.media.info import MediaInfo


def save_identifiers(batch: OutputBatch[MediaInfo]) -> None:
    """Save what the probe has read."""
    save(
        batch.connection,
        {
            asset: {
                kind: value
                for kind, value in ((CONTENT, media.content_id), (BURST, media.burst_id))
                if value is not None
            }
            for asset, media in batch.outputs
        },
        batch.database,
    )
    for assets in chunked([asset for asset, _ in batch.outputs]):
        request_regrouping(batch.connection, LOCATION.c.version_id.in_(assets))
