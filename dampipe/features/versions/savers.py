"""What the outputs of stages say about provisional assets, in the transactions in which they are saved."""

from dampipe.features.versions.provisional import by_kind, by_path, by_preview, when_complete
from dampipe.jobs.savers import OutputBatch
from dampipe.kernel.stage_io import ContentHash
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import Preview, Proxy


def replace_by_path(batch: OutputBatch[ContentHash]) -> None:
    """A new content in a source with `versions = "path"` is a version of what it replaced."""
    if by_path(batch.connection, batch.database, list(batch.assets.values()), batch.now):
        batch.moved.update(batch.assets)


def settle_other_kinds(batch: OutputBatch[MediaInfo]) -> None:
    """Stills and sound are not compared."""
    by_kind(batch.connection, list(batch.assets.values()), batch.now)


def compare_footage(batch: OutputBatch[Preview]) -> None:
    """Compare what the frames show: those of a provisional asset, or of one that another may replace."""
    if by_preview(batch.connection, batch.database, list(batch.assets.values()), batch.now):
        batch.moved.update(batch.assets)


def compare_frames(batch: OutputBatch[Proxy]) -> None:
    """With the last proxy of both assets, their frames can be compared."""
    when_complete(batch.connection, batch.database, list(batch.assets.values()), batch.now)
