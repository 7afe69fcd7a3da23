"""Writes the fingerprints of an asset: perceptual hashes of frames with their times, and the keys to find them by.

Near duplicates themselves are searched afterwards (`search.py`): the search reads other assets, takes milliseconds
where this takes a fraction of one, and may not fail the preview.
"""

import numpy as np
from sqlalchemy import bindparam, delete, select

from dampipe.features.duplicates.frame_keys import delete_keys, store_keys
from dampipe.features.duplicates.tables import FINGERPRINT, NEAR_DUPLICATE_SEARCH
from dampipe.features.duplicates.track import Track
from dampipe.jobs.savers import OutputBatch
from dampipe.media.outputs import Preview

_STORED = select(FINGERPRINT.c.times, FINGERPRINT.c.data).where(FINGERPRINT.c.version_id == bindparam("of"))
_DELETE = delete(FINGERPRINT).where(FINGERPRINT.c.version_id == bindparam("of"))


def save_fingerprints(batch: OutputBatch[Preview]) -> None:
    """Replace the fingerprints by those of a preview pass; a preview without any leaves none.

    Fingerprints that are the same as before stay, with what was found by them.
    """
    changed = []
    for version, preview in sorted(batch.outputs, key=lambda output: output[0]):
        times = np.array(preview.hash_times, "<f8")
        new = times.tobytes(), bytes(preview.hashes)
        stored = batch.connection.execute(_STORED, {"of": version}).first()
        if new == (b"", b"") if stored is None else (bytes(stored.times), bytes(stored.data)) == new:
            continue
        changed.append({"version_id": version, "has_keys": True})
        if stored is not None:
            batch.connection.execute(_DELETE, {"of": version})
            delete_keys(batch.connection, version)
        if len(times):
            row = {"version_id": version, "times": new[0], "data": new[1], "saved_at": batch.now}
            batch.connection.execute(FINGERPRINT.insert(), row)
            hashes = np.frombuffer(preview.hashes, np.int8).reshape(len(times), -1)
            store_keys(batch.connection, batch.database, version, Track.of(times, hashes))
    if changed:
        request = batch.database.insert(NEAR_DUPLICATE_SEARCH).on_conflict_do_nothing()
        batch.connection.execute(request, changed)
