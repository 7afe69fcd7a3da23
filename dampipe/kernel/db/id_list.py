"""Long lists of ids as one value each: one parameter of a query, one field of its result.

So a list meets no limit of parameters, and no object is made of each of a million rows.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Text,
    cast,
    func,
    literal,
    select,
)

from dampipe.kernel.db.database import Database

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray


def in_ids(database: Database, column: ColumnElement[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether the column holds one of the ids."""
    numbers = [int(number) for number in ids]
    if database.is_sqlite:
        listed = func.json_each(json.dumps(numbers)).table_valued("value")
        return column.in_(select(listed.c.value.cast(Integer)))
    return database.among(column, numbers)


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
