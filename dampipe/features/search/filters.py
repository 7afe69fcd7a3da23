"""Resolves the filters of a query, once, into SQL without lookups and into the set of versions that pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select, true

from dampipe.features.assets.savers import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.search.model import FilterReport
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.access import SEARCH, Actor, require
from dampipe.kernel.asset_set import ALL, AssetSet, Selection, intersection
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.errors import ErrorCode, NotFound
from dampipe.kernel.filter import FilterContext, FilterRegistry
from dampipe.kernel.visibility import EVERYTHING as VIEW_OF_ALL
from dampipe.kernel.visibility import View, Visibility

NO_SUGGESTIONS = ErrorCode("filter.no_suggestions", "there is no list of values of a filter {name!r}")


@dataclass(frozen=True)
class ResolvedFilter:
    """The filters of one query with everything looked up."""

    where: ColumnElement[bool]
    """The condition on a row of the table `version`."""
    folders: frozenset[int] | None = None
    """Ids of the folders that files have to lie in; None: any. Files in them are shown before others."""
    is_empty: bool = False
    """Whether every version passes."""
    only_current: bool = False
    """Whether all that is asked is that a version is the current one of its asset."""
    view: View = VIEW_OF_ALL
    """What the one who asks may see; `where` holds it, too. Files outside are not shown."""


EVERYTHING = ResolvedFilter(where=true(), is_empty=True)


class FilterResolver:
    """Resolves filters over one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, registry: FilterRegistry, visibility: Visibility) -> None:
        self._visibility = visibility
        self._db = database
        self._registry = registry

    def resolve(
        self, actor: Actor, filters: Mapping[str, Sequence[str]], all_versions: bool = False
    ) -> ResolvedFilter:
        """Parse the filters and look up what they name. Facts are those of a version, metadata those of its asset.

        all_versions: superseded versions pass, too.

        Raises InvalidInput for an unknown field or an invalid value, NotFound for a source, folder or tag that does
        not exist.
        """
        view = self._visibility.of(actor)
        visible = None if view.is_all else view.read_folders()
        folders = visible
        conditions: list[ColumnElement[bool]] = []
        selections: list[Selection] = []
        for name, values in self._registry.parse(filters).items():
            found = self._registry[name].restrict(FilterContext(self._db, folders, view), values)
            if found.folders is not None:
                folders = found.folders if folders is None else folders & found.folders
            if found.where is not None:
                conditions.append(found.where)
            selections.append(found.assets)
        if folders is not None and folders is not visible:
            held = select(LOCATION.c.version_id).where(in_ids(self._db, LOCATION.c.folder_id, folders))
            conditions.append(VERSION.c.id.in_(held))
        if (selection := intersection(selections)) is not ALL:
            conditions.append(in_ids(self._db, VERSION.c.asset_id, selection))
        if not view.is_all:
            conditions.append(view.shows_version(VERSION.c.id))
        is_open = not conditions
        if not all_versions and self._has_superseded():
            conditions.append(IS_CURRENT)
        return ResolvedFilter(
            and_(true(), *conditions),
            folders,
            is_empty=not conditions,
            only_current=is_open and bool(conditions),
            view=view,
        )

    def _has_superseded(self) -> bool:
        """Whether any asset has more than one version."""
        with self._db.read() as connection:
            return connection.execute(select(VERSION.c.id).where(~IS_CURRENT).limit(1)).first() is not None

    def versions(self, resolved: ResolvedFilter) -> Selection:
        """The numbers of the versions that pass; it may hold numbers of which there is no version."""
        if resolved.is_empty:
            return ALL
        with self._db.read() as connection:
            if not resolved.only_current:
                return AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.id, resolved.where))
            # To read the numbers of all that pass takes half a second for a million; few are superseded.
            newest = connection.execute(select(func.max(VERSION.c.id))).scalar() or 0
            superseded = AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.id, ~IS_CURRENT))
            return AssetSet(range(1, newest + 1)) - superseded

    def share(self, assets: AssetSet) -> float:
        """The part of the library that a set is, 0 to 1."""
        with self._db.read() as connection:
            count = connection.execute(select(func.count()).select_from(VERSION)).scalar_one()
        return len(assets) / count if count else 0.0

    def fields(self, actor: Actor) -> list[FilterReport]:
        """All fields, in the order in which faces offer them."""
        require(actor, SEARCH)
        return [
            FilterReport(
                name=field.name,
                label=field.label,
                help=field.help,
                multiple=field.multiple,
                choices=field.choices,
                example=field.example,
                suggests=field.suggest is not None,
            )
            for field in self._registry.values()
        ]

    def suggestions(self, actor: Actor, name: str) -> list[str]:
        """The values of a field that exist now. Raises NotFound for a field without such a list."""
        require(actor, SEARCH)
        field = self._registry.get(name)
        if field is None or field.suggest is None:
            raise NotFound(NO_SUGGESTIONS, name=name)
        return list(field.suggest(FilterContext(self._db, None, self._visibility.of(actor))))
