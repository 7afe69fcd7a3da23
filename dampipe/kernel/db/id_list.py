"""Conditions on a column by a list of ids of any length: one parameter, so that no limit of parameters is met."""

import json
from collections.abc import Iterable

from sqlalchemy import BigInteger, ColumnElement, Integer, any_, func, literal, select
from sqlalchemy.dialects import postgresql

from dampipe.kernel.db.database import Database


def in_ids(database: Database, column: ColumnElement[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether the column holds one of the ids."""
    numbers = [int(number) for number in ids]
    if database.is_sqlite:
        listed = func.json_each(json.dumps(numbers)).table_valued("value")
        return column.in_(select(listed.c.value.cast(Integer)))
    return column == any_(literal(numbers, postgresql.ARRAY(BigInteger)))
