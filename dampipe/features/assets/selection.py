"""The assets that filters match, for what is done to many assets at a time."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select

from dampipe.features.assets.lineage import is_superseded
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.asset_set import ALL, AssetSet, Selection, intersection
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.filter import FilterContext, FilterRegistry
from dampipe.kernel.visibility import View


class AssetSelector:
    """Resolves filters to assets. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, registry: FilterRegistry) -> None:
        self._db = database
        self._registry = registry

    def select(self, view: View, filters: Mapping[str, Sequence[str]]) -> AssetSet:
        """The visible assets whose current version passes all filters, as a search finds them.

        Raises InvalidInput for an unknown filter or an invalid value, NotFound for a source or a tag that does not
        exist.
        """
        seen = None if view.is_all else view.read_folders()
        folders = seen
        conditions: list[ColumnElement[bool]] = [~is_superseded(view), view.shows_version(VERSION.c.id)]
        selections: list[Selection] = []
        for name, values in self._registry.parse(filters).items():
            found = self._registry[name].restrict(FilterContext(self._db, folders, view), values)
            if found.folders is not None:
                folders = found.folders if folders is None else folders & found.folders
            if found.where is not None:
                conditions.append(found.where)
            selections.append(found.assets)
        if folders is not None and folders is not seen:
            held = select(LOCATION.c.version_id).where(in_ids(self._db, LOCATION.c.folder_id, folders))
            conditions.append(VERSION.c.id.in_(held))
        if (selection := intersection(selections)) is not ALL:
            conditions.append(in_ids(self._db, VERSION.c.asset_id, selection))
        with self._db.read() as connection:
            return AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.asset_id, *conditions))
