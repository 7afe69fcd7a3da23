"""The use cases of versions: listing, stacking, splitting, choosing the current one, and undoing."""

from sqlalchemy import select

from dampipe.features.assets.errors import GONE_ASSET
from dampipe.features.assets.events import VersionCurrent
from dampipe.features.assets.lineage import locked_facts, make_current
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import VERSION
from dampipe.features.versions.errors import CANNOT_UNDO, NOTHING_TO_UNDO, ONLY_VERSION, SAME_ASSET
from dampipe.features.versions.model import (
    OperationKind,
    OperationReport,
    SplitRequest,
    StackRequest,
    VersionList,
)
from dampipe.features.versions.operations import (
    merge,
    moved_by,
    operations_of,
    report,
    sha1s,
    split,
    undo,
)
from dampipe.kernel.access import EDIT, READ, Actor, require
from dampipe.kernel.current import current_changed
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.ids import AssetId, VersionId
from dampipe.kernel.visibility import Visibility


class VersionService:
    """The versions of assets. Names are those of `AssetService`. Any method may raise CatalogueDown, and NotFound."""

    def __init__(
        self, database: Database, assets: AssetService, rows: AssetRepository, visibility: Visibility
    ) -> None:
        self._visibility = visibility
        self._db = database
        self._assets = assets
        self._rows = rows

    def list(self, actor: Actor, name: str) -> VersionList:
        """The visible versions of an asset, newest first, and what was done with them."""
        require(actor, READ)
        versions = self._assets.versions(actor, name)
        asset = self._assets.asset_id(actor, name)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            rows = operations_of(connection, asset)
            shown = select(VERSION.c.id, VERSION.c.sha1).where(
                VERSION.c.id.in_(moved_by(rows)), view.shows_some(VERSION.c.id)
            )
            names = {row.id: row.sha1 for row in connection.execute(shown)}
            done = [report(row, names) for row in rows]
            named = {sha1 for one in done for sha1 in (one.asset, one.other)}
            query = select(VERSION.c.sha1).where(VERSION.c.sha1.in_(named), view.shows_some(VERSION.c.id))
            visible = named if view.is_all else set(connection.execute(query).scalars())
        return VersionList(
            versions=versions,
            replaces=self._rows.replaced(asset, view),
            operations=tuple(one for one in done if {one.asset, one.other} <= visible),
        )

    def stack(self, actor: Actor, request: StackRequest) -> tuple[OperationReport, ...]:
        """Make the versions of other assets versions of one, which gets their metadata, all or nothing.

        Its current version stays the current one. Raises InvalidInput for an asset that is the same.
        """
        require(actor, EDIT)
        target = self._assets.asset_id(actor, request.asset)
        others = {self._assets.asset_id(actor, name): name for name in request.others}
        if target in others:
            raise InvalidInput(SAME_ASSET, name=others[target])
        done = []
        with self._db.write() as connection:
            now = database_time(connection)
            found = locked_facts(connection, (target, *others))
            for other, name in others.items():
                if target not in found or other not in found:
                    raise NotFound(GONE_ASSET, asset=name)
                done.append(
                    merge(
                        connection,
                        self._db,
                        OperationKind.STACK,
                        found[AssetId(other)],
                        locked_facts(connection, (target,))[AssetId(target)],
                        str(actor),
                        now,
                        newest=False,
                    )
                )
        return tuple(done)

    def split(self, actor: Actor, request: SplitRequest) -> OperationReport:
        """Make a version an asset of its own. Raises Conflict if it is the only one of its asset."""
        require(actor, EDIT)
        version = VersionId(self._assets.version_id(actor, request.version))
        asset = self._assets.asset_id(actor, request.version)
        with self._db.write() as connection:
            facts = locked_facts(connection, (asset,)).get(AssetId(asset))
            if facts is None or version not in facts.versions or len(facts.versions) == 1:
                raise Conflict(ONLY_VERSION, name=request.version)
            now = database_time(connection)
            return split(connection, self._db, facts, version, request.metadata, str(actor), now)

    def make_current(self, actor: Actor, name: str) -> VersionList:
        """Make a version the current one of its asset; one that is current already stays so."""
        require(actor, EDIT)
        version, asset = self._assets.version_id(actor, name), self._assets.asset_id(actor, name)
        with self._db.write() as connection:
            facts = locked_facts(connection, (asset,)).get(AssetId(asset))
            if facts is not None and version in facts.versions and facts.current != version:
                now = database_time(connection)
                make_current(connection, version, now)
                current_changed(connection, self._db, [asset])
                sha1 = sha1s(connection, (version,))[version]
                done = VersionCurrent(sha1=sha1)
                record_event(connection, done, actor=str(actor), asset=asset, sha1=sha1, at=now)
        return self.list(actor, name)

    def undo(self, actor: Actor, name: str) -> OperationReport:
        """Undo what was done last with the versions of an asset, by whom ever; returns what that was.

        Raises NotFound if nothing was done, and Conflict if it cannot be undone any more.
        """
        require(actor, EDIT)
        asset = self._assets.asset_id(actor, name)
        with self._db.write() as connection:
            locked_facts(connection, (asset,))
            rows = operations_of(connection, asset)
            if not rows:
                raise NotFound(NOTHING_TO_UNDO, name=name)
            later = {operations_of(connection, side)[0].id for side in (rows[0].asset_id, rows[0].other_id)}
            reason = "the other asset was changed since" if later != {rows[0].id} else None
            reason = reason or undo(connection, self._db, rows[0], str(actor), database_time(connection))
            if reason is not None:
                raise Conflict(CANNOT_UNDO, name=name, reason=reason)
            return report(rows[0], sha1s(connection, moved_by(rows[:1])))
