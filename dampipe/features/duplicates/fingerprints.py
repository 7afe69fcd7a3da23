"""The SQL of duplicates: fingerprints of frames, and contents that several files have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Select, func, select

from dampipe.features.assets.names import shown_names
from dampipe.features.assets.tables import VERSION
from dampipe.features.duplicates.model import Copy, ExactDuplicate
from dampipe.features.duplicates.tables import FINGERPRINT
from dampipe.features.duplicates.track import Track
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import EVERYTHING, View
from dampipe.media.info import MediaKind


@dataclass(frozen=True)
class Fingerprint:
    """The stored fingerprint of an asset."""

    track: Track
    saved_at: float


class FingerprintRepository:
    """Fingerprints and exact duplicates in one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def exact(self, view: View = EVERYTHING, asset: int | None = None) -> list[ExactDuplicate]:
        """Contents that at least two present files have, those that waste most space first.

        asset: only its versions.
        """
        many = (
            select(LOCATION.c.version_id)
            .where(LOCATION.c.version_id.is_not(None), LOCATION.c.state == LocationState.PRESENT)
            .where(view.shows_folder(LOCATION.c.folder_id))
            .group_by(LOCATION.c.version_id)
            .having(func.count() > 1)
        )
        if asset is not None:
            many = many.where(LOCATION.c.version_id.in_(versions_of(asset)))
        with self._db.read() as connection:
            rows = connection.execute(
                select(VERSION.c.id, VERSION.c.sha1, VERSION.c.size, *place_columns(self._db))
                .select_from(
                    VERSION.join(LOCATION, LOCATION.c.version_id == VERSION.c.id).join(FOLDER).join(SOURCE)
                )
                .where(VERSION.c.id.in_(many), LOCATION.c.state == LocationState.PRESENT)
                .where(view.shows_folder(LOCATION.c.folder_id))
                .order_by(LOCATION.c.id)
            ).all()
        paths: dict[str, list[str]] = {}
        for row in rows:
            paths.setdefault(row.sha1, []).append(printable(full_path(row)))
        sizes = {row.sha1: row.size for row in rows}
        found = [ExactDuplicate(asset=a, size=sizes[a], paths=tuple(p)) for a, p in paths.items()]
        return sorted(found, key=lambda duplicate: -duplicate.size * (len(duplicate.paths) - 1))

    def of(self, assets: Sequence[int]) -> dict[int, Fingerprint]:
        """Those of the assets that have one."""
        found: dict[int, Fingerprint] = {}
        for some in chunked(assets):
            with self._db.read() as connection:
                rows = connection.execute(
                    select(FINGERPRINT).where(self._db.among(FINGERPRINT.c.version_id, some))
                ).all()
            found.update({row.version_id: _parsed(row) for row in rows})
        return found

    def missing(self, view: View = EVERYTHING) -> int:
        """How many assets with a picture have no fingerprints."""
        query = (
            select(func.count())
            .select_from(VERSION.outerjoin(FINGERPRINT, FINGERPRINT.c.version_id == VERSION.c.id))
            .where(VERSION.c.kind != MediaKind.AUDIO, FINGERPRINT.c.version_id.is_(None))
            .where(view.shows_version(VERSION.c.id))
        )
        with self._db.read() as connection:
            return int(connection.execute(query).scalar_one())

    def copies(self, assets: Sequence[int], view: View = EVERYTHING) -> dict[int, Copy]:
        """Assets by id, as sides of a pair."""
        found: dict[int, Copy] = {}
        for some in chunked(assets):
            with self._db.read() as connection:
                rows = connection.execute(select(VERSION).where(VERSION.c.id.in_(some))).all()
                files = connection.execute(
                    select(LOCATION.c.version_id, *place_columns(self._db))
                    .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
                    .where(LOCATION.c.version_id.in_(some), view.shows_folder(LOCATION.c.folder_id))
                    .order_by(LOCATION.c.state, LOCATION.c.id.desc())
                ).all()
                names = shown_names(connection, self._db, view, some)
            paths = {row.version_id: printable(full_path(row)) for row in files}
            for row in rows:
                facts = {
                    name: getattr(row, name) for name in ("duration", "size", "width", "height", "codec")
                }
                path = paths.get(row.id) or names.get(row.id, row.sha1)
                found[row.id] = Copy(asset=row.sha1, path=path, **facts)
        return found


def versions_of(asset: int) -> Select[int]:
    """The numbers of the versions of an asset."""
    return select(VERSION.c.id).where(VERSION.c.asset_id == asset)


def _parsed(row: Any) -> Fingerprint:
    times = np.frombuffer(bytes(row.times), "<f8")
    hashes = np.frombuffer(bytes(row.data), np.int8).reshape(len(times), -1)
    return Fingerprint(Track.of(times, hashes), row.saved_at)
