"""What a stage gives becomes rows: one saver for each kind of output, inside the runner's transaction."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from dampipe.features.assets.tables import ASSET, LOCATION
from dampipe.features.derivatives.queries import save_derivatives
from dampipe.features.duplicates.tables import FINGERPRINT
from dampipe.features.search.tables import VECTOR
from dampipe.jobs.model import RunState, Subject
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.paths import printable
from dampipe.kernel.stage_io import ContentHash, StageOutput
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import Preview, Proxy, Refined
from dampipe.vision.embedding import Embedding

_ROUNDING = 0.001
_VECTOR_LOCK = 0x64616D70
"""PostgreSQL advisory lock that makes vector ids rise in the order of commits."""

# Built once: to build such a statement takes several times as long as to run it.
_NAME = select(LOCATION.c.name).where(LOCATION.c.id == bindparam("of"))
_TIE = update(LOCATION).where(LOCATION.c.id == bindparam("of")).values(asset_id=bindparam("to"))
_BY_SHA1 = select(ASSET.c.id).where(ASSET.c.sha1 == bindparam("of"))
_NEW_ASSET: dict[str, Any] = {name: bindparam(name) for name in ("sha1", "size", "name", "added_at")}
_ADD = {
    is_sqlite: insert(ASSET).values(_NEW_ASSET).on_conflict_do_nothing().returning(ASSET.c.id)
    for is_sqlite, insert in ((True, sqlite.insert), (False, postgresql.insert))
}


def save_outputs(
    connection: Connection, database: Database, given: Sequence[tuple[Subject, StageOutput]], now: float
) -> list[int]:
    """Write outputs of one stage and return the assets they belong to; embeddings all at once."""
    embeddings = [
        (subject.asset, output)
        for subject, output in given
        if isinstance(output, Embedding) and subject.asset is not None
    ]
    if len(embeddings) < len(given):
        return [save_output(connection, database, subject, output, now) for subject, output in given]
    rows = [
        (asset, time, shot, row)
        for asset, one in embeddings
        for time, shot, row in zip(one.times, one.shots, _rows(one), strict=True)
    ]
    _replace_vectors(connection, database, [asset for asset, _ in embeddings], embeddings[0][1].model, rows)
    return [asset for asset, _ in embeddings]


def save_output(
    connection: Connection, database: Database, subject: Subject, output: StageOutput, now: float
) -> int:
    """Write an output's rows and return the asset it belongs to."""
    if isinstance(output, ContentHash):
        assert subject.location is not None
        return identify(connection, database, subject.location, output, now)
    assert subject.asset is not None
    if isinstance(output, MediaInfo):
        _save_media(connection, subject.asset, output)
    elif isinstance(output, Preview):
        save_derivatives(connection, subject.asset, output.derivatives)
        _save_prints(connection, subject.asset, output)
    elif isinstance(output, Proxy):
        made = (output.derivative, output.waveform)
        save_derivatives(connection, subject.asset, tuple(one for one in made if one is not None))
        _save_shots(connection, subject.asset, output.shots)
    elif isinstance(output, Refined) and output.preview is not None:
        _save_refined(connection, subject.asset, output, output.preview)
    return subject.asset


def identify(
    connection: Connection, database: Database, location: int, content: ContentHash, now: float
) -> int:
    """Tie a location to the asset of its content, made if it is new, and return the asset's id."""
    name = connection.execute(_NAME, {"of": location}).scalar_one()
    asset = ensure_asset(connection, database, content.sha1, content.size, name, now)
    connection.execute(_TIE, {"of": location, "to": asset})
    return asset


def ensure_asset(
    connection: Connection, database: Database, sha1: str, size: int, name: str, now: float
) -> int:
    """The id of the asset with that SHA-1, made if there is none."""
    row = {"sha1": sha1, "size": size, "name": printable(name), "added_at": now}
    made = connection.execute(_ADD[database.is_sqlite], row).scalar()
    if made is None:
        return int(connection.execute(_BY_SHA1, {"of": sha1}).scalar_one())
    record_event(connection, "asset.added", made, now, sha1=sha1)
    return int(made)


def _save_media(connection: Connection, asset: int, media: MediaInfo) -> None:
    connection.execute(update(ASSET).where(ASSET.c.id == asset).values(media_columns(media)))


def media_columns(media: MediaInfo) -> dict[str, Any]:
    """The metadata as columns of an asset's row: as JSON, and what a search filters by once more."""
    width, height = media.video.display_size if media.video else (None, None)
    sound = media.audio[0].codec if media.audio else None
    return {
        "kind": media.kind,
        "duration": media.duration,
        "media": media.model_dump_json(),
        "recorded_at": media.created_at.timestamp() if media.created_at else None,
        "camera": media.camera,
        "codec": media.video.codec if media.video else sound,
        "width": width,
        "height": height,
    }


def _save_refined(connection: Connection, asset: int, refined: Refined, preview: Preview) -> None:
    """Put the better preview into its place, and let what was made of the old one be made again.

    A worker that is at it loses its lease by this: what it makes of the old one is not kept.
    """
    mine = RUN.c.asset_id == asset
    connection.execute(
        update(RUN)
        .where(mine, RUN.c.stage == refined.of, RUN.c.state == RunState.DONE)
        .values(output=preview.model_dump_json())
    )
    save_derivatives(connection, asset, preview.derivatives)
    first, *others = refined.again
    connection.execute(delete(RUN).where(mine, RUN.c.stage.in_(others)))
    again = {"state": RunState.PENDING, "output": None, "queued_at": None, "owner": None, "lease_until": 0.0}
    again |= {"attempts": 0, "not_before": 0.0, "error_kind": None, "reason": None, "finished_at": None}
    connection.execute(update(RUN).where(mine, RUN.c.stage == first).values(again))


def _save_prints(connection: Connection, asset: int, preview: Preview) -> None:
    connection.execute(delete(FINGERPRINT).where(FINGERPRINT.c.asset_id == asset))
    if preview.hash_times:
        times = np.array(preview.hash_times, "<f8").tobytes()
        connection.execute(FINGERPRINT.insert().values(asset_id=asset, times=times, data=preview.hashes))


def _save_shots(connection: Connection, asset: int, starts: Sequence[float]) -> None:
    """Keep the exact shots; the vectors that are there already are put into them."""
    connection.execute(
        update(ASSET).where(ASSET.c.id == asset).values(shots=json.dumps(starts) if starts else None)
    )
    if starts:
        rows = connection.execute(select(VECTOR.c.id, VECTOR.c.time).where(VECTOR.c.asset_id == asset)).all()
        if rows:
            renumber = update(VECTOR).where(VECTOR.c.id == bindparam("vector"))
            places = [{"vector": row.id, "within": shot_at(starts, row.time)} for row in rows]
            connection.execute(renumber.values(shot=bindparam("within")), places)


def shot_at(starts: Sequence[float], time: float) -> int:
    """Which shot a time lies in; times are rounded to milliseconds.

    >>> [shot_at((0.0, 4.0, 8.0), time) for time in (0.0, 3.999, 4.0, 99.0)]
    [0, 1, 1, 2]
    """
    return max(0, bisect_right(starts, time + _ROUNDING) - 1)


def _rows(output: Embedding) -> list[bytes]:
    """The vectors, one a frame."""
    size = output.dimension * 2
    return [output.vectors[at : at + size] for at in range(0, len(output.times) * size, size or 1)]


def save_vectors(
    connection: Connection,
    database: Database,
    asset: int,
    model: str,
    times: tuple[float, ...],
    shots: tuple[int, ...],
    rows: "np.ndarray[Any, np.dtype[np.float16]]",
) -> None:
    """Replace an asset's vectors of one model by new ones (rows of shape (len(times), dimension))."""
    made = [(asset, time, shot, row.tobytes()) for time, shot, row in zip(times, shots, rows, strict=True)]
    _replace_vectors(connection, database, [asset], model, made)


def _replace_vectors(
    connection: Connection,
    database: Database,
    assets: Sequence[int],
    model: str,
    rows: Sequence[tuple[int, float, int, bytes]],
) -> None:
    if not database.is_sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _VECTOR_LOCK})
    connection.execute(delete(VECTOR).where(VECTOR.c.asset_id.in_(assets), VECTOR.c.model == model))
    if not rows:
        return
    known = connection.execute(select(ASSET.c.id, ASSET.c.shots).where(ASSET.c.id.in_(assets)))
    exact = {row.id: json.loads(row.shots) for row in known if row.shots}
    columns = ("asset_id", "model", "time", "shot", "data")
    database.insert_many(
        connection,
        VECTOR,
        columns,
        [
            (asset, model, time, shot_at(exact[asset], time) if asset in exact else shot, row)
            for asset, time, shot, row in rows
        ],
    )
