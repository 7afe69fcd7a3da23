"""Resolves filters and rights, once a query, into SQL without lookups and into the mask of the vector search."""

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select, true

from dampipe.features.assets.lineage import IS_CURRENT, is_superseded
from dampipe.features.assets.tables import VERSION
from dampipe.features.search.model import FilterReport
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.access import SEARCH, Actor, require
from dampipe.kernel.asset_set import ALL, AssetSet, Selection, intersection
from dampipe.kernel.db.change_token import ChangeTokens
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.errors import ErrorCode, NotFound
from dampipe.kernel.filter import FilterContext, FilterRegistry
from dampipe.kernel.visibility import EVERYTHING as VIEW_OF_ALL
from dampipe.kernel.visibility import View, Visibility

NO_SUGGESTIONS = ErrorCode("filter.no_suggestions", "there is no list of values of a filter {name!r}")


MASKS = 32
"""Masks that are kept while the catalogue does not change."""
MASK_SECONDS = 60.0
"""How long one is kept at most: some filters depend on the clock."""
SHORT_LIST = 1_000
"""Versions with which every row of a query is compared by their numbers;"""
LONG_LIST = 100_000
"""that are sent to SQL as a list."""


@dataclass(frozen=True)
class Visible:
    """What an actor may see at all, whatever is asked."""

    versions: AssetSet
    """The numbers of versions. It may hold numbers of which there is no version."""
    where: ColumnElement[bool] | None = None
    """The same restriction as a condition on a row of the table `version`, which SQL checks faster than a long list of
    numbers; None: by the numbers."""


@dataclass(frozen=True)
class ResolvedFilter:
    """The filters of one query, and what may be seen by who asks, with everything looked up."""

    where: ColumnElement[bool]
    """The condition on a row of the table `version`."""
    folders: frozenset[int] | None = None
    """Ids of the folders that files have to lie in; None: any. Files in them are shown before others."""
    is_empty: bool = False
    """Whether every version passes."""
    visible: Selection = ALL
    """The versions that may be seen at all."""
    filtered: ColumnElement[bool] | None = None
    """What the filters alone ask for, besides `known`; None: nothing."""
    known: Selection = ALL
    """The versions that pass those filters for which they are known."""
    only_current: bool = False
    """Whether superseded versions, of which there are some, do not pass."""
    key: Hashable = ()
    """Equal for equal filters."""
    view: View = VIEW_OF_ALL
    """What the one who asks may see. Files outside are not shown."""


EVERYTHING = ResolvedFilter(where=true(), is_empty=True)


class FilterResolver:
    """Resolves filters over one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, registry: FilterRegistry, visibility: Visibility) -> None:
        self._visibility = visibility
        self._db = database
        self._registry = registry
        self._tokens = ChangeTokens(database)
        self._masks = MaskCache()

    def resolve(
        self,
        actor: Actor,
        filters: Mapping[str, Sequence[str]],
        all_versions: bool = False,
        visible: Visible | None = None,
    ) -> ResolvedFilter:
        """Parse the filters and look up what they name. Facts are those of a version, metadata those of its asset.

        all_versions: superseded versions pass, too. visible: instead of what the actor may see.

        Raises InvalidInput for an unknown field or an invalid value, NotFound for a source, folder or tag that does
        not exist.
        """
        view = self._visibility.of(actor)
        seen = None if view.is_all else view.read_folders()
        if visible is None and not view.is_all:
            visible = Visible(view.read_mask(), view.shows_version(VERSION.c.id))

        def search(others: Mapping[str, Sequence[str]]) -> AssetSet:
            return self.versions(self.resolve(actor, others, visible=visible))

        folders = seen
        conditions: list[ColumnElement[bool]] = []
        answered: list[ColumnElement[bool]] = []
        selected, selections = list[Selection](), list[Selection]()
        known: Selection = ALL
        for name, values in self._registry.parse(filters).items():
            found = self._registry[name].restrict(
                FilterContext(self._db, folders, view, actor, search), values
            )
            if found.folders is not None:
                folders = found.folders if folders is None else folders & found.folders
            if found.versions is not ALL:
                known = intersection([known, found.versions])
            if found.where is not None:
                (conditions if found.versions is ALL else answered).append(found.where)
            if found.assets is not ALL:
                selected.append(found.assets)
                if found.versions is ALL:
                    selections.append(found.assets)
                else:
                    answered.append(in_ids(self._db, VERSION.c.asset_id, found.assets))
        if folders is not None and folders is not seen:
            held = select(LOCATION.c.version_id).where(in_ids(self._db, LOCATION.c.folder_id, folders))
            conditions.append(VERSION.c.id.in_(held))
        if (selection := intersection(selections)) is not ALL:
            conditions.append(in_ids(self._db, VERSION.c.asset_id, selection))
        filtered = and_(*conditions) if conditions else None
        if known is not ALL:
            # A row is compared with a short list faster than with the conditions, and with a long one slower.
            is_short = len(known) <= SHORT_LIST
            conditions += [in_ids(self._db, VERSION.c.id, known)] if is_short else answered
        only_current = not all_versions and self._has_superseded()
        if only_current:
            conditions.append(~is_superseded(view))
        if visible is not None:
            where = visible.where
            conditions.append(in_ids(self._db, VERSION.c.id, visible.versions) if where is None else where)
        return ResolvedFilter(
            and_(true(), *conditions),
            folders,
            is_empty=not conditions,
            visible=ALL if visible is None else visible.versions,
            filtered=filtered,
            known=known,
            only_current=only_current,
            # What a field resolves to assets may depend on who asks, and not on the view alone.
            key=(
                view.key,
                intersection(selected),
                *((name, tuple(values)) for name, values in sorted(filters.items())),
            ),
            view=view,
        )

    def assets(self, actor: Actor, filters: Mapping[str, Sequence[str]]) -> AssetSet:
        """See AssetSelector."""
        require(actor, SEARCH)
        resolved = self.resolve(actor, filters)
        where = resolved.where
        if resolved.known is not ALL and len(resolved.known) > SHORT_LIST:
            where = in_ids(self._db, VERSION.c.id, self.versions(resolved))
        with self._db.read() as connection:
            return AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.asset_id, where))

    def passing(self, actor: Actor, filters: Mapping[str, Sequence[str]], among: Collection[int]) -> AssetSet:
        """See AssetSelector."""
        require(actor, SEARCH)
        where = self.resolve(actor, filters).where
        with self._db.read() as connection:
            mine = in_ids(self._db, VERSION.c.asset_id, among)
            return AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.asset_id, mine, where))

    def versions(self, resolved: ResolvedFilter) -> AssetSet:
        """The numbers of the versions that pass."""
        mask = self.mask(resolved)
        if mask is not ALL:
            return mask
        with self._db.read() as connection:
            return AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.id))

    def mask(self, resolved: ResolvedFilter) -> Selection:
        """The numbers of the versions that pass; it may hold numbers of which there is no version.

        They are kept, so that the pages of a query and the queries of one filter read them once: as long as nothing is
        written to the catalogue.
        """
        if resolved.filtered is None and not resolved.only_current:
            return intersection([resolved.visible, resolved.known])
        token = self._tokens.current()
        key = (resolved.key, resolved.only_current, resolved.visible)
        passing = self._masks.get(key, token)
        if passing is None:
            passing = self._passing(resolved)
            if resolved.visible is not ALL:
                passing &= resolved.visible
            if resolved.known is ALL:  # else it was read before the token
                self._masks.keep(key, token, passing)
        return passing

    def _passing(self, resolved: ResolvedFilter) -> AssetSet:
        """The versions that pass the filters, visible or not."""
        with self._db.read() as connection:
            if resolved.filtered is not None:
                current = ~is_superseded(resolved.view) if resolved.only_current else true()
                where = and_(resolved.filtered, current)
                if resolved.known is not ALL and len(resolved.known) <= LONG_LIST:
                    where = and_(in_ids(self._db, VERSION.c.id, resolved.known), where)
                passing = AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.id, where))
                return passing if resolved.known is ALL else passing & resolved.known
            # To read the numbers of all that pass takes half a second for a million; few are superseded.
            newest = connection.execute(select(func.max(VERSION.c.id))).scalar() or 0
            hidden = is_superseded(resolved.view)
            superseded = AssetSet.from_numpy(read_ids(self._db, connection, VERSION.c.id, hidden))
            among = AssetSet(range(1, newest + 1)) if resolved.known is ALL else resolved.known
            return among - superseded

    def _has_superseded(self) -> bool:
        """Whether any asset has more than one version."""
        with self._db.read() as connection:
            return connection.execute(select(VERSION.c.id).where(~IS_CURRENT).limit(1)).first() is not None

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
                in_queries=field.in_queries,
                is_ordered=field.is_ordered,
            )
            for field in self._registry.values()
        ]

    def suggestions(self, actor: Actor, name: str) -> list[str]:
        """The values of a field that exist now. Raises NotFound for a field without such a list."""
        require(actor, SEARCH)
        field = self._registry.get(name)
        if field is None or field.suggest is None:
            raise NotFound(NO_SUGGESTIONS, name=name)
        return list(field.suggest(FilterContext(self._db, None, self._visibility.of(actor), actor)))


class MaskCache:
    """The masks of the latest filters. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Hashable, float, AssetSet]] = OrderedDict()
        """The change token, until when, and the mask."""

    def get(self, key: Hashable, token: Hashable) -> AssetSet | None:
        """The mask kept under a key, if the catalogue has not changed since."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or token is None or kept[0] != token or time.monotonic() > kept[1]:
                return None
            self._kept.move_to_end(key)
            return kept[2]

    def keep(self, key: Hashable, token: Hashable, mask: AssetSet) -> None:
        """Keep a mask. token: of the catalogue before the mask was read; None: it cannot be kept."""
        if token is None:
            return
        with self._lock:
            self._kept[key] = token, time.monotonic() + MASK_SECONDS, mask
            self._kept.move_to_end(key)
            while len(self._kept) > MASKS:
                self._kept.popitem(last=False)
