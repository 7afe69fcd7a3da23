"""Query results as instances of the tables' models, for code that is not on a hot path."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import Row
from sqlmodel import SQLModel

M = TypeVar("M", bound=SQLModel)


def rows_of(model: type[M], rows: Iterable[Row[Any]]) -> list[M]:
    """One instance a row. The query selects the columns of the model's table under their own names."""
    return [model(**row._mapping) for row in rows]
