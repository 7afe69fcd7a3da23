"""What versions have now, read from facts and values for the facet index, many versions at a time."""

import math
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Select, case, func, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.columns import ADDED, DATE, DURATION, FOLDER, NAME, OWNER, SIZE, Column, name_key
from dampipe.features.facets.keys import EVERY, Key, Mode, mode_of, number_name, number_names, text_name
from dampipe.features.facets.texts import encoded
from dampipe.features.metadata.tables import VALUE
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.field import MetadataField

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHOT_ON = "shot_on"
"""The field in which people say when something was shot."""
_AT_ONCE = 20_000
"""Rows that are held as objects at a time."""


@dataclass
class Contents:
    """The keys and texts of some versions, of those that exist."""

    keys: dict[Key, int] = field(default_factory=dict)
    """Keys, numbered from 0."""
    pairs: "list[tuple[NDArray[np.int64], NDArray[np.int64]]]" = field(default_factory=list)
    """Versions, and the numbers of keys that they have; pairs may occur more than once."""
    texts: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    """Texts of the fields of the mode `column`, with their versions, by field."""
    columns: "dict[str, list[tuple[NDArray[np.int64], NDArray[Any]]]]" = field(default_factory=dict)
    """Versions, each once, and what columns have for them, by the field of the column."""

    def column(self, column: Column) -> "tuple[NDArray[np.int64], NDArray[Any]]":
        """Versions, ascending, and what a column has for each."""
        import numpy as np

        parts = self.columns.get(column.field, [])
        versions = np.concatenate([np.empty(0, np.int64), *(one for one, _ in parts)])
        values = np.concatenate([np.empty(0, column.dtype), *(one for _, one in parts)])
        ascending = np.argsort(versions, kind="stable")
        return versions[ascending], values[ascending]

    def number(self, key: Key) -> int:
        """The number of a key."""
        return self.keys.setdefault(key, len(self.keys))

    def add(self, said: "_Said", numbers: Sequence[int]) -> None:
        """Let versions have keys. numbers: those of the keys of what was said, in the order of `said.made`; -1: none."""
        import numpy as np

        has = np.array(numbers, np.int64)[said.codes]
        is_key = has >= 0
        self.pairs.append((said.versions[is_key], has[is_key]))


class _Made(dict[Any, int]):
    """Different contents, numbered in the order in which they are met."""

    def __missing__(self, content: Any) -> int:
        self[content] = code = len(self)
        return code


class _Said(NamedTuple):
    """What versions have: arrays of equal length, of versions and of the numbers of contents."""

    versions: "NDArray[np.int64]"
    codes: "NDArray[np.intp]"
    made: Mapping[Any, int]


def read_contents(
    database: Database, connection: Connection, fields: Mapping[str, MetadataField], versions: Collection[int]
) -> Contents:
    """What versions have now: four statements for any number."""
    found = Contents()
    _add_facts(database, connection, fields, versions, found)
    _add_values(database, connection, fields, versions, found)
    _add_places(database, connection, versions, found)
    _add_dates(database, connection, versions, found)
    return found


def _add_facts(
    database: Database,
    connection: Connection,
    fields: Mapping[str, MetadataField],
    versions: Collection[int],
    found: Contents,
) -> None:
    import numpy as np

    facts = [one for one in fields.values() if one.column is not None]
    columns = [one.column.label(f"fact{n}") for n, one in enumerate(facts) if one.column is not None]
    own = (VERSION.c.added_at, VERSION.c.duration, VERSION.c.size)
    query: Select[Any] = select(VERSION.c.id, VERSION.c.asset_id, *own, *columns)
    query = query.where(in_ids(database, VERSION.c.id, versions))
    every, made = [], [_Made() for _ in facts]
    codes: list[list[Any]] = [[] for _ in facts]
    for rows in _rows(connection, query):
        numbers, assets, added, lengths, sizes, *contents = zip(*rows, strict=True)
        every.append(np.array(numbers, np.int64))
        known_lengths = [-1.0 if one is None else one for one in lengths]
        for kept, values in ((OWNER, assets), (ADDED, added), (DURATION, known_lengths), (SIZE, sizes)):
            found.columns.setdefault(kept.field, []).append((every[-1], np.array(values, kept.dtype)))
        for one, known, column in zip(codes, made, contents, strict=True):
            one.append(np.array([known[content] for content in column], np.intp))
    if not every:
        return
    all_versions = np.concatenate(every)
    found.add(_Said(all_versions, np.zeros(len(all_versions), np.intp), {None: 0}), [found.number(EVERY)])
    for given, one, known in zip(facts, codes, made, strict=True):
        if len(known) == 1 and None in known:
            continue
        said, mode, key = _Said(all_versions, np.concatenate(one), known), mode_of(given), given.key
        present = found.number(Key(key, ""))
        found.add(said, [-1 if content is None else present for content in known])
        names = fact_names(mode, known)
        found.add(said, [-1 if name is None else found.number(Key(key, name)) for name in names])


def _add_values(
    database: Database,
    connection: Connection,
    fields: Mapping[str, MetadataField],
    versions: Collection[int],
    found: Contents,
) -> None:
    import numpy as np

    columns = (
        VERSION.c.id, VALUE.c.field, VALUE.c.folded, VALUE.c.number, VALUE.c.term_id, VALUE.c.linked_id
    )  # fmt: skip
    joined = VERSION.join(VALUE, VALUE.c.asset_id == VERSION.c.asset_id)
    query = select(*columns).select_from(joined)
    query = query.where(in_ids(database, VERSION.c.id, versions), VALUE.c.is_effective)
    made, which, codes = _Made(), [], []
    for rows in _rows(connection, query):
        which.append(np.array([row[0] for row in rows], np.int64))
        codes.append(np.array([made[row[1:]] for row in rows], np.intp))
    if not which:
        return
    said = _Said(np.concatenate(which), np.concatenate(codes), made)
    # The values of a field that was removed are kept, and have no keys.
    modes = {key: mode_of(one) for key, one in fields.items() if not one.is_fact}
    present = {key: found.number(Key(key, "")) for key in {one[0] for one in made} & modes.keys()}
    found.add(said, [present.get(one[0], -1) for one in made])
    numbers, is_column = [-1] * len(made), np.zeros(len(made), bool)
    for code, (key, *content) in enumerate(made):
        mode = modes.get(key)
        if mode is Mode.COLUMN:
            is_column[code] = content[0] is not None
        elif mode is not None and (name := value_name(mode, *content)) is not None:
            numbers[code] = found.number(Key(key, name))
    found.add(said, numbers)
    texts, where = list(made), np.flatnonzero(is_column[said.codes])
    for version, code in zip(said.versions[where].tolist(), said.codes[where].tolist(), strict=True):
        key, folded, *_ = texts[code]
        found.texts.setdefault(key, []).append((version, encoded(folded)))


def _add_places(
    database: Database, connection: Connection, versions: Collection[int], found: Contents
) -> None:
    """The folder and the name of the first file of versions."""
    import numpy as np

    state = case((LOCATION.c.state == LocationState.PRESENT, 0), else_=1)
    query = (
        select(LOCATION.c.version_id, LOCATION.c.folder_id, LOCATION.c.name)
        .where(in_ids(database, LOCATION.c.version_id, versions))
        .order_by(LOCATION.c.version_id, state, LOCATION.c.id)
    )
    first: dict[int, tuple[int, bytes]] = {}
    for rows in _rows(connection, query):
        for version, folder, name in rows:
            if version not in first:
                first[version] = folder, name_key(os.fsdecode(bytes(name)))  # as the driver has it
    known = np.fromiter(first, np.int64, len(first))
    folders = np.array([folder for folder, _ in first.values()], FOLDER.dtype)
    found.columns[FOLDER.field] = [(known, folders)]
    found.columns[NAME.field] = [(known, np.array([name for _, name in first.values()], NAME.dtype))]


def _add_dates(
    database: Database, connection: Connection, versions: Collection[int], found: Contents
) -> None:
    """When versions were shot."""
    import numpy as np

    said = (
        select(VALUE.c.asset_id, func.min(VALUE.c.number).label("at"))
        .where(VALUE.c.field == SHOT_ON, VALUE.c.is_effective, VALUE.c.number.is_not(None))
        .where(
            VALUE.c.asset_id.in_(select(VERSION.c.asset_id).where(in_ids(database, VERSION.c.id, versions)))
        )
        .group_by(VALUE.c.asset_id)
        .subquery()
    )
    date = func.coalesce(said.c.at, VERSION.c.recorded_at, VERSION.c.added_at)
    query = (
        select(VERSION.c.id, date)
        .select_from(VERSION.outerjoin(said, said.c.asset_id == VERSION.c.asset_id))
        .where(in_ids(database, VERSION.c.id, versions))
    )
    for rows in _rows(connection, query):
        numbers, dates = zip(*rows, strict=True)
        known = (np.array(numbers, np.int64), np.array(dates, DATE.dtype))
        found.columns.setdefault(DATE.field, []).append(known)


def _rows(connection: Connection, query: Select[Any]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows of a query, some at a time, as the driver gives them: an object more for each takes as long again."""
    cursor: Any = connection.execute(query).cursor
    while rows := cursor.fetchmany(_AT_ONCE):
        yield rows


def value_name(
    mode: Mode, folded: str | None, number: float | None, term: int | None, linked: int | None
) -> str | None:
    """The name of the key of a value; None: it has none."""
    match mode:
        case Mode.TEXT if folded is not None:
            return text_name(folded)
        case Mode.TERM if term is not None:
            return str(term)
        case Mode.ASSET if linked is not None:
            return str(linked)
        case Mode.NUMBER | Mode.SPAN | Mode.MONTH if number is not None:
            return number_name(mode, number)
        case _:
            return None


def fact_names(mode: Mode, contents: Collection[Any]) -> list[str | None]:
    """The names of the keys of facts; None: one has no key."""
    match mode:
        case Mode.TEXT:
            return [text_name(one) if isinstance(one, str) else None for one in contents]
        case Mode.NUMBER | Mode.SPAN | Mode.MONTH:
            numbers = [math.nan if one is None else float(one) for one in contents]
            names = iter(number_names(mode, [one for one in numbers if math.isfinite(one)]))
            return [next(names) if math.isfinite(one) else None for one in numbers]
        case _:
            return [None] * len(contents)
