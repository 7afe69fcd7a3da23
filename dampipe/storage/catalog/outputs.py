"""What a stage gives becomes rows: one saver for each kind of output, inside the runner's transaction."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, select, text, update

from dampipe.domain.assets import ContentHash, printable
from dampipe.domain.derivatives import Derivative, Preview, Proxy
from dampipe.domain.media import MediaInfo
from dampipe.domain.moments import Embedding
from dampipe.domain.output import StageOutput
from dampipe.domain.runs import Subject
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.events import note
from dampipe.storage.catalog.tables import ASSET, DERIVATIVE, LOCATION, VECTOR

_VECTOR_LOCK = 0x64616D70
"""PostgreSQL advisory lock that makes vector ids rise in the order of commits."""


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
        _save_derivatives(connection, subject.asset, output.derivatives)
    elif isinstance(output, Proxy):
        made = (output.derivative, output.waveform)
        _save_derivatives(connection, subject.asset, tuple(one for one in made if one is not None))
    return subject.asset


def identify(
    connection: Connection, database: Database, location: int, content: ContentHash, now: float
) -> int:
    """Tie a location to the asset of its content, made if it is new, and return the asset's id."""
    name = connection.execute(select(LOCATION.c.name).where(LOCATION.c.id == location)).scalar_one()
    asset = ensure_asset(connection, database, content.sha1, content.size, name, now)
    connection.execute(update(LOCATION).where(LOCATION.c.id == location).values(asset_id=asset))
    return asset


def ensure_asset(
    connection: Connection, database: Database, sha1: str, size: int, name: str, now: float
) -> int:
    """The id of the asset with that SHA-1, made if there is none."""
    made = connection.execute(
        database.insert(ASSET)
        .values(sha1=sha1, size=size, name=printable(name), added_at=now)
        .on_conflict_do_nothing()
        .returning(ASSET.c.id)
    ).first()
    asset = int(connection.execute(select(ASSET.c.id).where(ASSET.c.sha1 == sha1)).scalar_one())
    if made is not None:
        note(connection, "asset.added", asset, now, sha1=sha1)
    return asset


def _save_media(connection: Connection, asset: int, media: MediaInfo) -> None:
    connection.execute(
        update(ASSET)
        .where(ASSET.c.id == asset)
        .values(kind=media.kind, duration=media.duration, media=media.model_dump_json())
    )


def _save_derivatives(connection: Connection, asset: int, derivatives: tuple[Derivative, ...]) -> None:
    for made in derivatives:
        connection.execute(
            delete(DERIVATIVE).where(DERIVATIVE.c.asset_id == asset, DERIVATIVE.c.kind == made.kind)
        )
        connection.execute(DERIVATIVE.insert().values(asset_id=asset, **made.model_dump()))


def _rows(output: Embedding) -> "np.ndarray[Any, np.dtype[np.float16]]":
    rows = np.frombuffer(output.vectors, dtype="<f2")
    return rows.reshape(len(output.times), output.dimension)


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
    made = [(asset, time, shot, row) for time, shot, row in zip(times, shots, rows, strict=True)]
    _replace_vectors(connection, database, [asset], model, made)


def _replace_vectors(
    connection: Connection,
    database: Database,
    assets: Sequence[int],
    model: str,
    rows: "Sequence[tuple[int, float, int, np.ndarray[Any, np.dtype[np.float16]]]]",
) -> None:
    if not database.is_sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _VECTOR_LOCK})
    connection.execute(delete(VECTOR).where(VECTOR.c.asset_id.in_(assets), VECTOR.c.model == model))
    if rows:
        connection.execute(
            VECTOR.insert(),
            [
                {"asset_id": asset, "model": model, "time": time, "shot": shot, "data": row.tobytes()}
                for asset, time, shot, row in rows
            ],
        )
