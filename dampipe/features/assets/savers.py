"""Saves what stages find out about versions: technical metadata and shots."""

import json
from collections.abc import Sequence

from sqlalchemy import (
    Connection,
    bindparam,
    select,
    update,
)

from dampipe.features.assets.media_columns import media_columns
from dampipe.features.assets.tables import VERSION
from dampipe.jobs import state
from dampipe.jobs.savers import OutputBatch
from dampipe.jobs.tables import RUN
from dampipe.kernel.documents.dirty import mark_dirty_versions
from dampipe.kernel.facets.dirty import mark_versions
from dampipe.kernel.ids import VersionId
from dampipe.media.info import MediaInfo
from dampipe.media.length import corrected
from dampipe.media.outdated import kept_facts, outdated_stages
from dampipe.media.outputs import Preview, Proxy

_MEDIA = select(VERSION.c.media).where(VERSION.c.id == bindparam("of"))
_SHOTS = update(VERSION).where(VERSION.c.id == bindparam("of")).values(shots=bindparam("starts"))


def save_media(batch: OutputBatch[MediaInfo]) -> None:
    """Save technical metadata. Where an earlier probe knew better or worse, see `dampipe/media/outdated.py`."""
    for version, found in batch.outputs:
        stored = batch.connection.execute(_MEDIA, {"of": version}).scalar()
        media = kept_facts(stored, found)
        batch.connection.execute(update(VERSION).where(VERSION.c.id == version).values(media_columns(media)))
        mark_versions(batch.connection, [version])
        if media.words != (MediaInfo.model_validate_json(stored).words if stored else ()):
            mark_dirty_versions(batch.connection, [version])
        mine = RUN.c.version_id == version
        if media is not found:
            state.replace_output(batch.connection, media.model_dump_json(), mine, RUN.c.stage == "probe")
        for stage in outdated_stages(stored, found):
            _run_again(batch.connection, version, stage, _DEPENDENT[stage])


_DEPENDENT = {"preview": ("embed", "index", "refine"), "proxy": ("refine",)}
"""Stages whose runs are created when the stage is done, unless they exist."""


def _run_again(connection: Connection, version: VersionId, stage: str, dependent: Sequence[str]) -> None:
    """Let a stage of a version run once more, and then those that depend on it."""
    state.delete_runs_of_versions(connection, [version], dependent)
    state.redo(connection, RUN.c.version_id == version, RUN.c.stage == stage)


def save_correction(batch: OutputBatch[Preview | Proxy]) -> None:
    """Correct a duration that turned out to be wrong, and let the stages that relied on it run again.

    They do so once: the corrected facts say that the duration was found by decoding, and no pass corrects that.
    """
    for version, output in batch.outputs:
        correction = output.correction
        if correction is None:
            continue
        mine = RUN.c.version_id == version
        stored = batch.connection.execute(_MEDIA, {"of": version}).scalar()
        if stored is None:
            continue
        media = corrected(MediaInfo.model_validate_json(stored), correction.duration)
        batch.connection.execute(update(VERSION).where(VERSION.c.id == version).values(media_columns(media)))
        mark_versions(batch.connection, [version])
        state.replace_output(batch.connection, media.model_dump_json(), mine, RUN.c.stage == correction.of)
        if correction.again:
            first, *others = correction.again
            _run_again(batch.connection, version, first, others)


def save_shots(batch: OutputBatch[Proxy]) -> None:
    """Save the exact shots that the proxy pass has found."""
    for asset, proxy in batch.outputs:
        starts = json.dumps(proxy.shots) if proxy.shots else None
        batch.connection.execute(_SHOTS, {"of": asset, "starts": starts})
