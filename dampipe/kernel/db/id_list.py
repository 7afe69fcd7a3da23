"""Long lists of ids as one value each: one parameter of a query, one field of its result.

So a list meets no limit of parameters, and no object is made of each of a million rows.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Text,
    TypeDecorator,
    any_,
    cast,
    func,
    literal,
    select,
)

from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database, array_for, fitting

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray


def in_ids(database: Database, column: ColumnElement[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether the column holds one of the ids."""
    if isinstance(ids, AssetSet):
        return _in_set(database, column, ids)
    numbers = [int(number) for number in ids]
    if database.is_sqlite:
        listed = func.json_each(json.dumps(numbers)).table_valued("value")
        return column.in_(select(listed.c.value.cast(Integer)))
    return database.among(column, numbers)


class _SetAsJson(TypeDecorator[AssetSet]):
    """A set as a JSON list, which is made when a statement is executed: many conditions are in none, where the set alone
    answers."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: AssetSet | None, dialect: Dialect) -> str | None:
        """To SQLite."""
        return None if value is None else json.dumps(value.to_numpy().tolist())


class _SetAsArray(TypeDecorator[AssetSet]):
    """The same as an array of PostgreSQL."""

    impl = ARRAY
    cache_ok = True

    def process_bind_param(self, value: AssetSet | None, dialect: Dialect) -> list[int] | None:
        """To PostgreSQL."""
        if value is None:
            return None
        numbers: list[int] = value.to_numpy().tolist()
        assert isinstance(self.impl_instance, ARRAY)
        return fitting(self.impl_instance.item_type, numbers)


def _in_set(database: Database, column: ColumnElement[int], ids: AssetSet) -> ColumnElement[bool]:
    if not database.is_sqlite:
        return column == any_(literal(ids, _SetAsArray(array_for(column).item_type)))
    listed = func.json_each(literal(ids, _SetAsJson())).table_valued("value")
    return column.in_(select(listed.c.value.cast(Integer)))


def read_ids(
    database: Database, connection: Connection, column: ColumnElement[int], *conditions: ColumnElement[bool]
) -> "NDArray[np.int64]":
    """The values of a column of ids in the rows that fulfil the conditions, in no order."""
    import numpy as np

    joined = (
        func.group_concat(column) if database.is_sqlite else func.string_agg(cast(column, Text), literal(","))
    )
    text = connection.execute(select(joined).where(*conditions)).scalar()
    return np.fromstring(text, np.int64, sep=",") if text else np.empty(0, np.int64)
