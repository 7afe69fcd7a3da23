"""The use cases of sidecars: what waits, where sidecars are written, and what a person decides."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, true

from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import VERSION
from dampipe.features.sidecars import errors
from dampipe.features.sidecars.events import SidecarPlaceSet
from dampipe.features.sidecars.model import (
    WAITING,
    Naming,
    OutboxState,
    Place,
    PlaceReport,
    PlaceRequest,
    SidecarReport,
    SidecarStatus,
    WriteReport,
    WriteRequest,
)
from dampipe.features.sidecars.queries import OutboxRepository, SidecarRepository, shows_sidecar
from dampipe.features.sidecars.reader import SidecarReader
from dampipe.features.sidecars.tables import OUTBOX, SIDECAR
from dampipe.features.sidecars.writer import SidecarWriter
from dampipe.features.sources.paths import full_path
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import EDIT, MANAGE, PROCESS, READ, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.paths import is_url, printable
from dampipe.kernel.visibility import Visibility

MOST_SHOWN = 1000
"""Sidecars of one answer, at most."""


class SidecarService:
    """Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        outbox: OutboxRepository,
        sidecars: SidecarRepository,
        sources: SourceRepository,
        assets: AssetService,
        visibility: Visibility,
        reader: SidecarReader,
        writer: SidecarWriter,
    ) -> None:
        self._db = database
        self._outbox = outbox
        self._sidecars = sidecars
        self._sources = sources
        self._assets = assets
        self._visibility = visibility
        self._reader = reader
        self._writer = writer

    # ---- what there is

    def status(
        self,
        actor: Actor,
        names: Sequence[str] = (),
        states: Sequence[OutboxState] = (),
        limit: int = 100,
    ) -> SidecarStatus:
        """How many sidecars wait for what, and the first of those that wait or could not be read.

        names: assets, whose sidecars are listed whatever their state; states: only those in these. Raises NotFound.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        assets = sorted(self._assets.asset_ids(actor, names)) if names else []
        where: ColumnElement[bool] = or_(OUTBOX.c.state.in_(WAITING), SIDECAR.c.problem.is_not(None))
        if states:
            where = OUTBOX.c.state.in_(states)
        if names:
            mine = in_ids(self._db, VERSION.c.asset_id, assets)
            known = or_(SIDECAR.c.location_id.is_not(None), OUTBOX.c.location_id.is_not(None))
            where = and_(mine, where if states else known)
        with self._db.read() as connection:
            return SidecarStatus(
                counts=self._outbox.counts(connection, view),
                problems=self._sidecars.problems(connection, view),
                sidecars=self._reports(
                    connection, self._outbox.rows(connection, where, min(limit, MOST_SHOWN), view)
                ),
            )

    def of_asset(self, actor: Actor, asset: int) -> tuple[SidecarReport, ...]:
        """The sidecars of the visible files of an asset."""
        require(actor, READ)
        known = or_(SIDECAR.c.location_id.is_not(None), OUTBOX.c.location_id.is_not(None))
        with self._db.read() as connection:
            where = and_(VERSION.c.asset_id == asset, known)
            rows = self._outbox.rows(connection, where, MOST_SHOWN, self._visibility.of(actor))
            return self._reports(connection, rows)

    def _reports(self, connection: Connection, rows: Sequence[Any]) -> tuple[SidecarReport, ...]:
        wishes = self._outbox.wishes(connection, [row.id for row in rows])
        return tuple(
            SidecarReport(
                sha1=row.sha1,
                path=printable(full_path(row)),
                sidecar=None if row.sidecar is None else printable(row.sidecar),
                problem=row.problem,
                skipped=tuple(json.loads(row.skipped or "[]")),
                state=row.state,
                fields=tuple(wishes.get(row.id, ())),
                reason=row.reason or "",
                written_at=None if row.written_at is None else datetime.fromtimestamp(row.written_at, UTC),
            )
            for row in rows
        )

    # ---- places

    def places(self, actor: Actor) -> list[PlaceReport]:
        """Where sidecars of each source are written, by the name of the source."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        with self._db.read() as connection:
            waiting = self._outbox.waiting(connection)
            rows = self._outbox.places(connection)
        return [
            PlaceReport(
                source=row.name,
                place=Place(row.place or Place.NEVER),
                folder=None if row.folder is None else printable(row.folder),
                naming=Naming(row.naming or Naming.FULL),
                waiting=waiting.get(row.id, 0),
            )
            for row in rows
        ]

    def set_place(self, actor: Actor, source: str, request: PlaceRequest) -> PlaceReport:
        """Say where sidecars of a source are written; what people have said of its assets before is, too.

        Raises NotFound for a source that does not exist, InvalidInput for a folder that cannot be a tree.
        """
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        known = self._sources.named(source)
        folder = None if request.folder is None else os.path.abspath(request.folder)
        self._check_folder(request.place, folder, known.id)
        with self._db.write() as connection:
            self._outbox.set_place(connection, known.id, request.place, folder, request.naming)
            payload = SidecarPlaceSet(source=known.name, place=request.place)
            record_event(connection, payload, actor=actor)
        return next(one for one in self.places(actor) if one.source == known.name)

    def _check_folder(self, place: Place, folder: str | None, source: int) -> None:
        if place is not Place.TREE:
            if folder is not None:
                raise InvalidInput(errors.FOLDER_NOT_NEEDED)
            return
        if folder is None or not os.path.isdir(folder):
            raise InvalidInput(errors.TREE_NEEDS_FOLDER)
        with self._db.read() as connection:
            trees = [row.folder for row in self._outbox.places(connection) if row.folder and row.id != source]
        others = [one.root for one in self._sources.all() if not is_url(one.root)]
        real = PurePath(os.path.realpath(folder))
        for other in [*others, *trees]:
            there = PurePath(os.path.realpath(other))
            if real.is_relative_to(there) or there.is_relative_to(real):
                raise InvalidInput(errors.TREE_OVERLAPS, folder=printable(folder), other=printable(other))

    # ---- wishes

    def request(self, actor: Actor, request: WriteRequest) -> WriteReport:
        """Have wishes tried by the next worker, however long they would wait; see `write`."""
        require(actor, PROCESS)
        return WriteReport(files=len(self._retry(actor, request)))

    def write(self, actor: Actor, request: WriteRequest) -> WriteReport:
        """Try wishes now, in this process. Without assets: those of all that wait, without conflicts.

        overwrite: replace what other programs have written meanwhile, for which assets are named. Raises NotFound.
        """
        require(actor, PROCESS)
        locations = self._retry(actor, request)
        among = in_ids(self._db, OUTBOX.c.location_id, locations)
        done = self._writer.flush(among) if locations else {}
        return WriteReport(
            files=len(locations), states={state: done[state] for state in OutboxState if state in done}
        )

    def _retry(self, actor: Actor, request: WriteRequest) -> list[int]:
        if request.overwrite:
            require(actor, EDIT)
        view = self._visibility.of(actor)
        where: ColumnElement[bool] = true()
        overwrite = request.overwrite and bool(request.assets)
        if request.assets:
            where = in_ids(self._db, OUTBOX.c.asset_id, sorted(self._assets.asset_ids(actor, request.assets)))
        with self._db.write() as connection:
            shown = and_(where, shows_sidecar(view, OUTBOX.c.location_id, OUTBOX.c.asset_id))
            return self._outbox.retry(connection, shown, overwrite=overwrite)

    def discard(self, actor: Actor, names: Sequence[str]) -> int:
        """Leave sidecars of assets as they are; the values stay in the catalogue. Returns how many files wait no more.

        Raises NotFound, also if nothing waits.
        """
        require(actor, EDIT)
        assets = sorted(self._assets.asset_ids(actor, names))
        view = self._visibility.of(actor)
        shown = shows_sidecar(view, OUTBOX.c.location_id, OUTBOX.c.asset_id)
        with self._db.write() as connection:
            count = self._outbox.discard(connection, and_(in_ids(self._db, OUTBOX.c.asset_id, assets), shown))
        if not count:
            raise NotFound(errors.NOTHING_WAITS, asset=printable(names[0]) if names else "")
        return count

    def read(self, actor: Actor, names: Sequence[str]) -> tuple[SidecarReport, ...]:
        """Read the sidecars of assets now, whether they have changed or not. Raises NotFound."""
        require(actor, PROCESS)
        found: list[SidecarReport] = []
        for asset in sorted(self._assets.asset_ids(actor, names)):
            with self._db.read() as connection:
                rows = self._sidecars.locations(connection, VERSION.c.asset_id == asset)
            self._reader.read_locations([row.id for row in rows], again=True)
            found += self.of_asset(actor, asset)
        return tuple(found)
