"""What share links open to their guests."""

from collections.abc import Hashable, Sequence

from sqlalchemy import select

from dampipe.features.assets.tables import ASSET
from dampipe.features.collections.openings import assets_below
from dampipe.features.collections.reading import CollectionReader
from dampipe.features.collections.rights import below
from dampipe.features.collections.tables import COLLECTION
from dampipe.features.sharing.queries import shown
from dampipe.kernel.access import Actor
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.change_token import ChangeTokens
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.visibility import Opened

MOST_KEPT = 64
"""Collections whose assets are kept while the catalogue does not change."""


class SharedByLinks:
    """See Opening: the asset or the collection of a link, as the one who shared sees it now."""

    def __init__(self, database: Database, reader: CollectionReader) -> None:
        self._db = database
        self._reader = reader
        self._tokens = ChangeTokens(database)
        self._kept: dict[Hashable, tuple[Hashable, AssetSet]] = {}

    def __call__(self, database: Database, actor: Actor) -> Sequence[Opened]:
        """Nothing for actors that are not guests."""
        if actor.link is None:
            return ()
        with database.read() as connection:
            row = shown(connection, actor.link)
            owner = actor.owner
            if row is None or owner is None or (row.creator_id is None and not row.opens_all):
                return ()
            if row.asset_id is not None:
                return (Opened(row.creator_id, select(ASSET.c.id).where(ASSET.c.id == row.asset_id)),)
            number = row.collection_id
            if number is None or actor.collection != number:  # the one who shared has lost the right on it
                return ()
            tree = below(select(COLLECTION.c.id).where(COLLECTION.c.id == number))
            saved = select(COLLECTION.c.id).where(COLLECTION.c.id.in_(select(tree.c.id)))
            has_saved = connection.execute(saved.where(COLLECTION.c.filters.is_not(None)).limit(1)).first()
        opened = [Opened(row.creator_id, assets_below([number]))]
        if has_saved is not None:
            found = in_ids(database, ASSET.c.id, self._found(owner, number))
            opened.append(Opened(row.creator_id, select(ASSET.c.id).where(found)))
        return opened

    def _found(self, owner: Actor, collection: int) -> AssetSet:
        """The assets that the one who shared sees in a collection with saved searches; read once, while nothing is
        written to the catalogue."""
        key, token = (owner, collection), self._tokens.current()
        kept = self._kept.get(key)
        if kept is not None and token is not None and kept[0] == token:
            return kept[1]
        found = self._reader.assets(owner, collection)
        if token is not None:
            if len(self._kept) >= MOST_KEPT:
                self._kept = {}
            self._kept[key] = token, found
        return found
