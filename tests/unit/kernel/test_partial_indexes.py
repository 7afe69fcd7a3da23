"""Partial indexes have their condition in both dialects, although tables do not import that of PostgreSQL."""

from typing import Any

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex

from dampipe.kernel.db.columns import index_where, one_each


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_the_condition_is_part_of_the_statement(dialect: Any) -> None:
    indexes = [index_where("part", "a > 1", "a"), one_each("one", "a", "b"), Index("all", "b")]
    Table("t", MetaData(), Column("a", Integer), Column("b", Integer), *indexes)
    statements = [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    assert statements == [
        "CREATE INDEX part ON t (a) WHERE a > 1",
        "CREATE UNIQUE INDEX one ON t (a, b) WHERE a IS NOT NULL",
        'CREATE INDEX "all" ON t (b)',
    ]
