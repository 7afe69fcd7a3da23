"""Long lists of ids as one value each: one parameter of a query, one field of its result.

So a list meets no limit of parameters, and no object is made of each of a million rows.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
)

from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database

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


def _in_set(database: Database, column: ColumnElement[int], ids: AssetSet) -> ColumnElement[bool]:
    """The list is made when a statement with the condition is executed: many are not, where the set alone answers."""

    def listed() -> list[int]:
        numbers: list[int] = ids.to_numpy().tolist()
        return numbers

    if not database.is_sqlite:
        return column == any_(bindparam(None, type_=ARRAY(BigInteger), callable_=listed, unique=True))
    text = bindparam(None, type_=Text(), callable_=lambda: json.dumps(listed()), unique=True)
    return column.in_(select(func.json_each(text).table_valued("value").c.value.cast(Integer)))


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
