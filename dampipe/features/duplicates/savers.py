"""Writes the fingerprints of an asset's frames: perceptual hashes with their times."""

import numpy as np
from sqlalchemy import delete

from dampipe.features.duplicates.tables import FINGERPRINT
from dampipe.jobs.savers import OutputBatch
from dampipe.media.outputs import Preview


def save_fingerprints(batch: OutputBatch[Preview]) -> None:
    """Replace the fingerprints by those of a preview pass; a preview without any leaves none."""
    for asset, preview in batch.outputs:
        batch.connection.execute(delete(FINGERPRINT).where(FINGERPRINT.c.version_id == asset))
        if preview.hash_times:
            times = np.array(preview.hash_times, "<f8").tobytes()
            row = FINGERPRINT.insert().values(version_id=asset, times=times, data=preview.hashes)
            batch.connection.execute(row)
