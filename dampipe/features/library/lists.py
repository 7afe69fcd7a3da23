"""Lists of the library, kept in memory: which versions they hold, in which order, and where their buckets begin."""

import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.columns import ADDED, DATE, DURATION, FOLDER, NAME, OWNER, SIZE, Column
from dampipe.features.facets.columns import name_key as key_of_name
from dampipe.features.facets.index import FacetIndex
from dampipe.features.facets.keys import Mode, mode_of
from dampipe.features.library.errors import SORT_INVALID
from dampipe.features.library.model import Group
from dampipe.features.library.orders import Ordered, SortKey, merged, padded, sorted_anew
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import place_columns
from dampipe.features.sources.tables import FOLDER as FOLDER_TABLE
from dampipe.features.sources.tables import LOCATION, SOURCE
from dampipe.kernel.asset_set import ALL, AssetSet, Selection
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import join_root, printable
from dampipe.kernel.visibility import View

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

LISTS = 12
"""Lists that are kept, of 4 bytes a version;"""
ORDERS = 12
"""orders of all versions, which lists are taken from."""
FOLDER_SECONDS = 30.0
"""For how long the paths of folders are kept, unless there are new ones."""
DAY = 86_400
_COLUMNS = {"date": DATE, "added": ADDED, "name": NAME, "duration": DURATION, "size": SIZE}
CAMERA = "camera"
"""The fact by which assets are grouped by their cameras."""


@dataclass(frozen=True, eq=False)
class Listed:
    """One list. Immutable."""

    versions: "NDArray[np.uint32]"
    begins: "NDArray[np.intp]"
    """The positions of the first version of each bucket, ascending."""
    keys: tuple[str, ...]
    """Of the buckets, see `Bucket`."""
    stamp: str

    def position(self, version: int) -> int | None:
        """Where a version stands."""
        import numpy as np

        found = np.flatnonzero(self.versions == version)
        return int(found[0]) if len(found) else None

    def counts(self) -> list[int]:
        """How many versions each bucket has."""
        import numpy as np

        return np.diff(np.append(self.begins, len(self.versions))).tolist()  # type: ignore[no-any-return]


class _Texts(NamedTuple):
    """A field of few different texts or numbers, by the numbers of versions: 0: it has none; others in their order."""

    codes: "NDArray[np.int32]"
    names: tuple[str, ...]
    """By code; that of 0 is empty."""


class _Folders(NamedTuple):
    ranks: "NDArray[np.int32]"
    """By the numbers of folders: their places in the order of their paths, from 1; 0: there is none."""
    keys: tuple[str, ...]
    """By rank: those of their buckets; that of 0 is empty."""
    paths: Mapping[str, str]
    """By the key of the bucket."""
    until: float


@dataclass
class _Derived:
    """An array that was made of others, for as long as these are the same objects."""

    sources: tuple[Any, ...]
    made: Any


class Lists:
    """The lists of one catalogue. Thread-safe; what it keeps is brought up to date by what has changed."""

    def __init__(self, database: Database, fields: LibraryFields, index: FacetIndex | None = None) -> None:
        self._db = database
        self._fields = fields
        self._index = index or FacetIndex(database)
        self._lock = threading.RLock()
        self._orders: OrderedDict[Hashable, Ordered] = OrderedDict()
        self._lists: OrderedDict[Hashable, tuple[Ordered, Selection, Listed]] = OrderedDict()
        self._derived: dict[Hashable, _Derived] = {}
        self._folders: _Folders | None = None

    def read(self, connection: Connection, group: Group, sort: str, mask: Selection, view: View) -> Listed:
        """A list as it is now. mask: the versions that it may hold. Raises InvalidInput (SORT_INVALID)."""
        with self._lock:  # one thread sorts, the others take what it has made
            reading = _Reading(self, connection, group, sort, mask, view)
            order, key = reading.order(), reading.key
            kept = self._lists.get(key)
            if kept is None or kept[0] is not order or not (kept[1] is mask or kept[1] == mask):
                kept = order, mask, reading.listed(order)
            _keep(self._lists, key, kept, LISTS)
            return kept[2]

    def labels(self, connection: Connection, group: Group, listed: Listed) -> Sequence[str]:
        """What people call the buckets of a list."""
        match group:
            case Group.FOLDER:
                folders = self.folders(connection)
                return [folders.paths.get(key, "") for key in listed.keys]
            case Group.CAMERA:
                firsts = listed.versions[listed.begins].tolist()
                mine = in_ids(self._db, VERSION.c.id, firsts)
                rows = connection.execute(select(VERSION.c.id, VERSION.c.camera).where(mine))
                written = {row[0]: row[1] for row in rows}
                return [
                    (written.get(first) or key) if key else ""
                    for key, first in zip(listed.keys, firsts, strict=True)
                ]
            case _:
                return listed.keys

    # ---- what is known of all versions

    def made_of(self, key: Hashable, sources: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """What `make` makes of `sources`: once, while these are the same objects, or equal numbers or sets."""
        known = self._derived.get(key)
        if known is None or not _are_same(known.sources, sources):
            known = self._derived[key] = _Derived(sources, make())
        return known.made

    def column(self, connection: Connection, column: Column, size: int) -> "NDArray[Any]":
        """A column, for the versions with numbers below `size`."""
        entries = self._index.column(connection, column).entries
        if len(entries) == size:
            return entries
        made: NDArray[Any] = self.made_of(column, (size, entries), lambda: padded(entries, size))
        return made

    def present(self, connection: Connection) -> "NDArray[np.bool_]":
        """Which versions there are."""
        owners = self._index.column(connection, OWNER).entries
        made: NDArray[np.bool_] = self.made_of("present", (owners,), lambda: owners > 0)
        return made

    def texts(self, connection: Connection, field: str, size: int) -> _Texts:
        """A facet of texts or numbers, for the versions with numbers below `size`."""
        import numpy as np

        known = self._index.read(connection, [field])[field]
        with_names = {name: versions for name, versions in known.present() if name}

        def read() -> _Texts:
            mode = mode_of(self._fields.find(connection, field))
            names = sorted(with_names, key=None if mode is Mode.TEXT else float)
            codes = np.zeros(size, np.int32)
            for code, name in enumerate(names, start=1):
                versions = with_names[name].to_numpy()
                codes[versions[versions < len(codes)]] = code
            return _Texts(codes, ("", *names))

        made: _Texts = self.made_of(("texts", field), (size, *with_names.values()), read)
        return made

    def folders(self, connection: Connection) -> _Folders:
        """The paths of all folders."""
        import numpy as np

        used = self._index.column(connection, FOLDER).entries
        kept = self._folders
        most = int(self.made_of("folders", (used,), lambda: used.max(initial=0)))
        if kept is not None and time.monotonic() < kept.until and most < len(kept.ranks):
            return kept
        joined = FOLDER_TABLE.join(SOURCE, SOURCE.c.id == FOLDER_TABLE.c.source_id)
        query = select(FOLDER_TABLE.c.id, *place_columns(self._db)[:2]).select_from(joined)
        rows = sorted((join_root(root, path), number) for number, root, path in connection.execute(query))
        ranks = np.zeros(max([most, *(number for _, number in rows)]) + 1, np.int32)
        ranks[np.array([number for _, number in rows], np.intp)] = np.arange(1, len(rows) + 1)
        if kept is not None and np.array_equal(kept.ranks, ranks):
            ranks = kept.ranks
        paths = {str(number): printable(path) for path, number in rows}
        self._folders = _Folders(ranks, ("", *paths), paths, time.monotonic() + FOLDER_SECONDS)
        return self._folders

    def ordered(
        self, key: Hashable, is_present: "NDArray[np.bool_]", keys: Sequence[SortKey], *, is_descending: bool
    ) -> Ordered:
        """The order of a key as it is now."""
        known = self._orders.get(key)
        if known is None:
            made = sorted_anew(is_present, keys, is_descending=is_descending)
        else:
            made = merged(known, is_present, keys)
        _keep(self._orders, key, made, ORDERS)
        return made

    def find_field(self, connection: Connection, key: str) -> None:
        """Check that the library can be sorted by a facet. Raises InvalidInput (SORT_INVALID)."""
        fields = self._fields.all(connection)
        modes = (Mode.TEXT, Mode.NUMBER)
        names = [name for name, one in fields.items() if one.is_sort_order and mode_of(one) in modes]
        if key not in names:
            raise InvalidInput(SORT_INVALID, key=key, keys=", ".join([*_COLUMNS, *names]))

    def places(self, connection: Connection, versions: AssetSet, view: View) -> Mapping[int, tuple[int, str]]:
        """The folder and the name of the first file of versions that a view shows."""
        query = (
            select(LOCATION.c.version_id, LOCATION.c.folder_id, LOCATION.c.name, LOCATION.c.state)
            .where(in_ids(self._db, LOCATION.c.version_id, versions), view.shows_folder(LOCATION.c.folder_id))
            .order_by(LOCATION.c.id)
        )
        found: dict[int, tuple[int, str]] = {}
        rows = sorted(connection.execute(query), key=lambda row: row.state != LocationState.PRESENT)
        for row in rows:
            found.setdefault(row.version_id, (row.folder_id, row.name))
        return found


class _Reading:
    """One list, as it is read."""

    def __init__(
        self, lists: Lists, connection: Connection, group: Group, sort: str, mask: Selection, view: View
    ) -> None:
        self._lists = lists
        self._connection = connection
        self._group = group
        self._by, self._is_descending = sort.removeprefix("-"), sort.startswith("-")
        self._mask = mask
        self._view = view
        self._is_present = lists.present(connection)
        self._size = len(self._is_present)
        self._places = self._placed() if group is Group.FOLDER or self._by == "name" else None
        self.key: Hashable = (group, sort, view.key if self._places is not None else ())

    def order(self) -> Ordered:
        keys = self._keys()
        is_present = self._is_present
        if self._places is not None:
            # Names and folders of files that are not visible must not decide: an order of this view alone.
            is_present = is_present & self._members()
            return sorted_anew(is_present, keys, is_descending=self._is_descending)
        return self._lists.ordered(self.key, is_present, keys, is_descending=self._is_descending)

    def _keys(self) -> list[SortKey]:
        own = self._sort_key()
        match self._group:
            case Group.NONE:
                return [own]
            case Group.DAY | Group.MONTH:
                is_of_date = self._by in ("date", "added")
                # Days and months follow from the order of their dates.
                return [own] if is_of_date else [SortKey(self._codes(), is_descending=True), own]
            case _:
                return [SortKey(self._codes()), own]

    def _sort_key(self) -> SortKey:
        import numpy as np

        column = _COLUMNS.get(self._by)
        if column is None:
            self._lists.find_field(self._connection, self._by)
            entries: Any = self._lists.texts(self._connection, self._by, self._size).codes
            nothing: Any = 0
        elif column is NAME:
            return SortKey(self._names(), self._is_descending)
        else:
            entries = self._lists.column(self._connection, column, self._size)
            nothing = -1 if column is DURATION else None
        if (
            nothing is not None and not self._is_descending
        ):  # what has no value comes last, whatever the direction
            least = entries

            def with_last() -> Any:
                most = np.inf if least.dtype.kind == "f" else np.iinfo(least.dtype).max
                return np.where(least == nothing, np.array(most, least.dtype), least)

            entries = self._lists.made_of(("last", self._by), (least,), with_last)
        return SortKey(entries, self._is_descending)

    def _codes(self) -> Any:
        """What the versions of one bucket have in common, by the numbers of versions."""
        import numpy as np

        match self._group:
            case Group.DAY | Group.MONTH:
                column = ADDED if self._by == "added" else DATE
                dates = self._lists.column(self._connection, column, self._size)
                make = _days if self._group is Group.DAY else _months
                return self._lists.made_of((self._group, column.field), (dates,), lambda: make(dates))
            case Group.FOLDER:
                ranks = self._lists.folders(self._connection).ranks
                folders = self._lists.column(self._connection, FOLDER, self._size)
                if self._places is not None:
                    folders = folders.copy()
                    folders[list(self._places)] = [folder for folder, _ in self._places.values()]
                    return ranks[folders]
                return self._lists.made_of("ranks", (ranks, folders), lambda: ranks[folders])
            case Group.CAMERA:
                return self._lists.texts(self._connection, CAMERA, self._size).codes
            case _:
                return np.zeros(self._size, np.int32)

    def _names(self) -> "NDArray[np.bytes_]":
        names = self._lists.column(self._connection, NAME, self._size)
        if self._places is not None:
            names = names.copy()
            names[list(self._places)] = [key_of_name(name) for _, name in self._places.values()]
        return names

    def _members(self) -> "NDArray[np.bool_]":
        import numpy as np

        if self._mask is ALL:
            return self._is_present
        found = np.zeros(len(self._is_present), bool)
        numbers = self._mask.to_numpy()
        found[numbers[numbers < len(found)]] = True
        return found

    def _placed(self) -> Mapping[int, tuple[int, str]] | None:
        """Folder and name of those versions of the list whose first file is not visible; None: everybody's are."""
        import numpy as np

        if self._view.is_all:
            return None
        folders = self._lists.column(self._connection, FOLDER, self._size)
        seen = self._view.read_folders()

        def read() -> Mapping[int, tuple[int, str]] | None:
            is_seen = np.zeros(int(folders.max(initial=0)) + 1, bool)
            visible = np.array(sorted(seen), np.intp)
            is_seen[visible[visible < len(is_seen)]] = True
            hidden = np.flatnonzero(self._members() & ~is_seen[folders])
            if not len(hidden):
                return None
            found = self._lists.places(self._connection, AssetSet.from_numpy(hidden), self._view)
            return {int(one): found.get(int(one), (0, "")) for one in hidden}

        sources = (self._mask, folders, seen)
        made: Mapping[int, tuple[int, str]] | None = self._lists.made_of(
            ("placed", self._view.key), sources, read
        )
        return made

    def listed(self, order: Ordered) -> Listed:
        import numpy as np

        versions = order.versions
        if self._mask is not ALL and self._places is None:
            versions = versions[self._members()[versions]]
        codes = self._codes()[versions]
        begins = (
            np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
            if len(codes)
            else np.empty(0, np.intp)
        )
        keys = self._bucket_keys(codes[begins])
        stamp = zlib.crc32(begins.tobytes(), zlib.crc32(versions.tobytes()))
        stamp = zlib.crc32("\n".join(keys).encode("utf-8", "surrogatepass"), stamp)
        return Listed(versions, begins, keys, f"{len(versions):x}-{stamp:08x}")

    def _bucket_keys(self, codes: "NDArray[Any]") -> tuple[str, ...]:
        """The keys of buckets by what their versions have in common."""
        import numpy as np

        match self._group:
            case Group.DAY | Group.MONTH:
                unit = "D" if self._group is Group.DAY else "M"
                return tuple(np.datetime_as_string(codes.astype(f"datetime64[{unit}]")).tolist())
            case Group.FOLDER:
                keys = self._lists.folders(self._connection).keys
                return tuple(keys[code] for code in codes.tolist())
            case Group.CAMERA:
                names = self._lists.texts(self._connection, CAMERA, self._size).names
                return tuple(names[code] for code in codes.tolist())
            case _:
                return ("",) * len(codes)


def _are_same(some: Sequence[Any], others: Sequence[Any]) -> bool:
    return len(some) == len(others) and all(
        one is other or (isinstance(one, int) and one == other)
        for one, other in zip(some, others, strict=True)
    )


def _days(dates: "NDArray[Any]") -> "NDArray[np.int32]":
    import numpy as np

    made: NDArray[np.int32] = np.floor(_possible(dates) / DAY).astype(np.int32)
    return made


def _months(dates: "NDArray[Any]") -> "NDArray[np.int32]":
    import numpy as np

    seconds = np.floor(_possible(dates)).astype("datetime64[s]")
    made: NDArray[np.int32] = seconds.astype("datetime64[M]").astype(np.int32)
    return made


def _possible(dates: "NDArray[Any]") -> "NDArray[Any]":
    """Dates of the years 1 to 9999, which are written with four digits."""
    import numpy as np

    least, most = np.array(["0001-01-01", "9999-12-31"], "datetime64[s]").astype(np.float64)
    made: NDArray[Any] = np.clip(dates, least, most)
    return made


def _keep(kept: "OrderedDict[Hashable, Any]", key: Hashable, made: Any, most: int) -> None:
    kept[key] = made
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
