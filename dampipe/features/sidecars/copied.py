"""Copies of files: what is known of a sidecar goes with it, and what people have said is written beside the copy too."""

from dataclasses import replace

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.sidecars.queries import OutboxRepository, SidecarRepository
from dampipe.kernel.copied import Copied
from dampipe.kernel.db.database import Database


def note_copy(connection: Connection, database: Database, copied: Copied) -> None:
    """See CopyListener.

    What we have written is known of a sidecar only as long as its file is: without it, the copy would be read as if
    another program had said all of that. The copy is read as soon as possible, since it has no size yet.
    """
    of_version = select(VERSION.c.asset_id).where(VERSION.c.id == copied.version)
    asset: int = connection.execute(of_version).scalar_one()
    sidecars = SidecarRepository(database)
    known = sidecars.known(connection, [copied.made, *copied.origins])
    if copied.made not in known:
        for location, names in copied.origins.items():
            before = known.get(location)
            if before is not None and before.asset == asset and before.name in names:
                mine = replace(
                    before, location=copied.made, name=names[before.name], size=-1, mtime_ns=0, problem=None
                )
                sidecars.save(connection, mine)
                break
    OutboxRepository(database).wish_location(connection, copied.made, asset)
