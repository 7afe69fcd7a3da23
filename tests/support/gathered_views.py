"""What the views of collections, folders, the map and subclips have to show."""

from typing import Any

from sqlalchemy import select, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, NewCollection
from dampipe.features.collections.service import CollectionService
from dampipe.features.subclips.model import NewSubclip
from dampipe.features.subclips.service import SubclipService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.facets.dirty import mark_versions

PLACES = (
    (41.9, 12.5),
    (41.91, 12.48),
    (59.91, 10.75),
    (6.52, 3.38),
    (-33.86, 151.2),
    (35.68, 139.7),
    (64.1, -21.9),
)
"""Where assets are recorded: latitudes and longitudes."""


def gather(library: Any, film: str) -> dict[str, str]:
    """Give the library collections, subclips and positions; returns the numbers of a collection, a saved search and a
    subclip."""
    collections: CollectionService = library.service(CollectionService)
    items: CollectionItemService = library.service(CollectionItemService)
    subclip = library.service(SubclipService).create(
        LOCAL, NewSubclip(asset=film, start="1", end="3", name="The circle arrives", note="Use this one.")
    )
    made = collections.create(LOCAL, NewCollection(name="Harbour film", description="Opens in May."))
    selects = collections.create(LOCAL, NewCollection(name="Selects", parent=str(made.id)))
    collections.create(LOCAL, NewCollection(name="For the client", parent=str(made.id), private=False))
    best = collections.create(LOCAL, NewCollection(name="Best of May", filters={"where": ("rating>=3",)}))
    sha1s = [video.sha1 for video in library.videos()]
    items.add(LOCAL, made.id, Chosen(assets=tuple(sha1s[:6])))
    items.add(LOCAL, selects.id, Chosen(assets=tuple(sha1s[2:5]), subclips=(subclip.id,)))
    set_places(library)
    return {"collection": str(selects.id), "search": str(best.id), "subclip": str(subclip.id)}


def set_places(library: Any) -> None:
    """Let all assets but one have positions."""
    database: Database = library.service(Database)
    with database.write() as connection:
        versions = list(connection.execute(select(VERSION.c.id).order_by(VERSION.c.id)).scalars())[1:]
        for index, version in enumerate(versions):
            latitude, longitude = PLACES[index % len(PLACES)]
            values = {"latitude": latitude, "longitude": longitude}
            connection.execute(update(VERSION).where(VERSION.c.id == version).values(**values))
        mark_versions(connection, versions)
