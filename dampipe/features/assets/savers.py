"""Writes what stages find out about assets: their contents, technical metadata and shots."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dampipe.features.assets.events import AssetAdded
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.locations import tie_to_version
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs import state
from dampipe.jobs.savers import OutputBatch
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.ids import VersionId, LocationId
from dampipe.kernel.paths import printable
from dampipe.kernel.stage_io import ContentHash
from dampipe.kernel.wall_clock import utc_offset, wall_clock
from dampipe.media.info import MediaInfo
from dampipe.media.length import corrected
from dampipe.media.outdated import kept_facts, outdated_stages
from dampipe.media.outputs import Preview, Proxy

# Built once: to build such a statement takes several times as long as to run it.
_NAME = select(LOCATION.c.name).where(LOCATION.c.id == bindparam("of"))
_BY_SHA1 = select(VERSION.c.id).where(VERSION.c.sha1 == bindparam("of"))
_NEW_ASSET: dict[str, Any] = {name: bindparam(name) for name in ("sha1", "size", "name", "added_at")}
_ADD = {
    is_sqlite: insert(VERSION).values(_NEW_ASSET).on_conflict_do_nothing().returning(VERSION.c.id)
    for is_sqlite, insert in ((True, sqlite.insert), (False, postgresql.insert))
}
_MEDIA = select(VERSION.c.media).where(VERSION.c.id == bindparam("of"))
_SHOTS = update(VERSION).where(VERSION.c.id == bindparam("of")).values(shots=bindparam("starts"))


def identify(
    connection: Connection, database: Database, location: int, content: ContentHash, now: float
) -> int:
    """Tie a location to the asset of its content, created if it is new, and return the asset's id."""
    name = connection.execute(_NAME, {"of": location}).scalar_one()
    asset = ensure_version(connection, database, content.sha1, content.size, name, now)
    tie_to_version(connection, LocationId(location), VersionId(asset))
    return asset


def ensure_version(
    connection: Connection, database: Database, sha1: str, size: int, name: str, now: float
) -> int:
    """The id of the asset with that SHA-1, created if there is none."""
    row = {"sha1": sha1, "size": size, "name": printable(name), "added_at": now}
    made = connection.execute(_ADD[database.is_sqlite], row).scalar()
    if made is None:
        return int(connection.execute(_BY_SHA1, {"of": sha1}).scalar_one())
    record_event(connection, AssetAdded(sha1=sha1), actor=WORKER, asset=made, sha1=sha1, at=now)
    return int(made)


def delete_versions(connection: Connection, assets: Sequence[int], where: ColumnElement[bool]) -> None:
    """Delete those of the assets for which a condition holds, with their rows in all tables."""
    connection.execute(delete(VERSION).where(VERSION.c.id.in_(assets), where))


def save_media(batch: OutputBatch[MediaInfo]) -> None:
    """Save technical metadata. Where an earlier probe knew better or worse, see `dampipe/media/outdated.py`."""
    for asset, found in batch.outputs:
        stored = batch.connection.execute(_MEDIA, {"of": asset}).scalar()
        media = kept_facts(stored, found)
        batch.connection.execute(update(VERSION).where(VERSION.c.id == asset).values(media_columns(media)))
        mine = RUN.c.version_id == asset
        if media is not found:
            state.replace_output(batch.connection, media.model_dump_json(), mine, RUN.c.stage == "probe")
        for stage in outdated_stages(stored, found):
            _run_again(batch.connection, asset, stage, _DEPENDENT[stage])


_DEPENDENT = {"preview": ("embed", "index", "refine"), "proxy": ("refine",)}
"""Stages whose runs are created when the stage is done, unless they exist."""


def _run_again(connection: Connection, asset: VersionId, stage: str, dependent: Sequence[str]) -> None:
    """Let a stage of an asset run once more, and then those that depend on it."""
    state.delete_runs_of_versions(connection, [asset], dependent)
    state.redo(connection, RUN.c.version_id == asset, RUN.c.stage == stage)


def save_correction(batch: OutputBatch[Preview | Proxy]) -> None:
    """Correct a duration that turned out to be wrong, and let the stages that relied on it run again.

    They do so once: the corrected facts say that the duration was found by decoding, and no pass corrects that.
    """
    for asset, output in batch.outputs:
        correction = output.correction
        if correction is None:
            continue
        mine = RUN.c.version_id == asset
        stored = batch.connection.execute(_MEDIA, {"of": asset}).scalar()
        if stored is None:
            continue
        media = corrected(MediaInfo.model_validate_json(stored), correction.duration)
        batch.connection.execute(update(VERSION).where(VERSION.c.id == asset).values(media_columns(media)))
        state.replace_output(batch.connection, media.model_dump_json(), mine, RUN.c.stage == correction.of)
        if correction.again:
            first, *others = correction.again
            _run_again(batch.connection, asset, first, others)


def media_columns(media: MediaInfo) -> dict[str, Any]:
    """The metadata as columns of an asset's row: as JSON, and what a search filters by once more."""
    width, height = media.video.display_size if media.video else (None, None)
    audio_codec = media.audio[0].codec if media.audio else None
    return {
        "kind": media.kind,
        "duration": media.duration,
        "media": media.model_dump_json(),
        "recorded_at": wall_clock(media.created_at) if media.created_at else None,
        "recorded_offset": utc_offset(media.created_at) if media.created_at else None,
        "camera": media.camera,
        "codec": media.video.codec if media.video else audio_codec,
        "width": width,
        "height": height,
    }


def save_shots(batch: OutputBatch[Proxy]) -> None:
    """Save the exact shots that the proxy pass has found."""
    for asset, proxy in batch.outputs:
        starts = json.dumps(proxy.shots) if proxy.shots else None
        batch.connection.execute(_SHOTS, {"of": asset, "starts": starts})
