"""Saves the identifiers by which files belong together, and has their folders grouped again."""

from dampipe.features.grouping.queries import BURST, CONTENT, OFFSET, RECORDING
from dampipe.features.grouping.queries import save_identifiers as save
from dampipe.features.sources.locations import request_regrouping
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.savers import OutputBatch
from dampipe.kernel.db.chunks import chunked
from dampipe.media.info import MediaInfo


def _identifiers(media: MediaInfo) -> tuple[tuple[str, str | None], ...]:
    offset = None if media.recording_id is None else str(media.recording_offset)
    return (
        (CONTENT, media.content_id),
        (BURST, media.burst_id),
        (RECORDING, media.recording_id),
        (OFFSET, offset),
    )


def save_identifiers(batch: OutputBatch[MediaInfo]) -> None:
    """Save what the probe has read."""
    save(
        batch.connection,
        {
            version: {kind: value for kind, value in _identifiers(media) if value is not None}
            for version, media in batch.outputs
        },
        batch.database,
    )
    for versions in chunked([version for version, _ in batch.outputs]):
        request_regrouping(batch.connection, LOCATION.c.version_id.in_(versions))
