"""Resolves filters and rights, once a query, into SQL without lookups and into the mask of the vector search."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select, true

from dampipe.features.assets.tables import VERSION
from dampipe.features.search.model import FilterReport
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.asset_set import ALL, AssetSet, Selection, intersection
from dampipe.kernel.db.change_token import ChangeTokens
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.errors import ErrorCode, NotFound
from dampipe.kernel.filter import FilterContext, FilterRegistry, Restriction

NO_SUGGESTIONS = ErrorCode("filter.no_suggestions", "there is no list of values of a filter {name!r}")


MASKS = 32
"""Masks that are kept while the catalogue does not change."""
MASK_SECONDS = 60.0
"""How long one is kept at most: some filters depend on the clock."""


@dataclass(frozen=True)
class ResolvedFilter:
    """The filters of one query, and the rights of who asks, with everything looked up."""

    where: ColumnElement[bool]
    """The condition on a row of the table `asset`: filters and rights."""
    folders: frozenset[int] | None = None
    """Ids of the folders that files have to lie in; None: any. Files in them are shown before others."""
    is_empty: bool = False
    """Whether every asset passes."""
    visible: Selection = ALL
    """The assets that may be shown at all, whatever the filters."""
    selection: Selection = ALL
    """The assets in all sets that filters and rights consist of, `visible` among them."""
    condition: ColumnElement[bool] | None = None
    """What filters ask for beyond `selection`; None: nothing."""
    key: Hashable = ()
    """Equal for equal filters."""


EVERYTHING = ResolvedFilter(where=true(), is_empty=True)


class FilterResolver:
    """Resolves filters over one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, registry: FilterRegistry) -> None:
        self._db = database
        self._registry = registry
        self._tokens = ChangeTokens(database)
        self._masks = MaskCache()

    def resolve(
        self, filters: Mapping[str, Sequence[str]], rights: Restriction | None = None
    ) -> ResolvedFilter:
        """Parse the filters and look up what they name.

        rights: what may be shown at all; None: everything. Its `assets` are the set; `where`, if given, is the same
        restriction as SQL, which is faster than a long list of numbers.

        Raises InvalidInput for an unknown field or an invalid value, NotFound for a source, folder or tag that does
        not exist.
        """
        folders: frozenset[int] | None = None
        conditions: list[ColumnElement[bool]] = []
        selections: list[Selection] = []
        for name, values in self._registry.parse(filters).items():
            found = self._registry[name].restrict(FilterContext(self._db, folders), values)
            if found.folders is not None:
                folders = found.folders if folders is None else folders & found.folders
            if found.where is not None:
                conditions.append(found.where)
            selections.append(found.assets)
        if folders is not None:
            held = select(LOCATION.c.version_id).where(in_ids(self._db, LOCATION.c.folder_id, folders))
            conditions.append(VERSION.c.id.in_(held))
        sets = [] if (chosen := intersection(selections)) is ALL else [in_ids(self._db, VERSION.c.id, chosen)]
        visible: Selection = ALL if rights is None else rights.assets
        if rights is not None and visible is not ALL:
            is_sql = rights.where is not None
            sets.append(rights.where if is_sql else in_ids(self._db, VERSION.c.id, visible))  # type: ignore[arg-type]
        return ResolvedFilter(
            where=and_(true(), *conditions, *sets),
            folders=folders,
            is_empty=not conditions and not sets,
            visible=visible,
            selection=intersection([chosen, visible]),
            condition=and_(true(), *conditions) if conditions else None,
            key=tuple((name, tuple(values)) for name, values in sorted(filters.items())),
        )

    def mask(self, resolved: ResolvedFilter) -> Selection:
        """The assets that pass, by their numbers as owners of vectors.

        The answer is kept, so that the pages of a query and the queries of one filter resolve it once: as long as
        nothing is written to the catalogue.
        """
        if resolved.condition is None:
            return resolved.selection
        token = self._tokens.current()
        key = (resolved.key, resolved.selection)
        passing = self._masks.get(key, token)
        if passing is None:
            with self._db.read() as connection:
                ids = read_ids(self._db, connection, VERSION.c.id, resolved.condition)
            passing = AssetSet.from_numpy(ids)
            if resolved.selection is not ALL:
                passing &= resolved.selection
            self._masks.keep(key, token, passing)
        return passing

    def fields(self) -> list[FilterReport]:
        """All fields, in the order in which faces offer them."""
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

    def suggestions(self, name: str) -> list[str]:
        """The values of a field that exist now. Raises NotFound for a field without such a list."""
        field = self._registry.get(name)
        if field is None or field.suggest is None:
            raise NotFound(NO_SUGGESTIONS, name=name)
        return list(field.suggest(self._db))


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
