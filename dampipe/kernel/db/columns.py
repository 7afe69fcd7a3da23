"""Building blocks of tables: columns, references and indexes."""

import os
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel


class FsPath(TypeDecorator[str]):
    """A path as `os.fsdecode` gives it, stored as bytes: a name need not be UTF-8."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """To the database."""
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """From the database."""
        return None if value is None else os.fsdecode(bytes(value))


def fs_path() -> Column[str]:
    """A path or a file's name."""
    return Column(FsPath, nullable=False)


def big() -> Column[int]:
    """A number that may need 64 bits."""
    return Column(BigInteger, nullable=False)


def long_text(nullable: bool = False, server_default: str | None = None) -> Column[str]:
    """Text of any length."""
    return Column(Text, nullable=nullable, server_default=server_default)


def binary() -> Column[bytes]:
    """Bytes of any length."""
    return Column(LargeBinary, nullable=False)


def owned(target: str, *, nullable: bool = False, **more: Any) -> Column[int]:
    """A reference whose row is deleted with its target."""
    return Column(ForeignKey(target, ondelete="CASCADE"), nullable=nullable, **more)


def pointing(target: str) -> Column[int]:
    """A reference that becomes NULL when its target is deleted."""
    return Column(ForeignKey(target, ondelete="SET NULL"), nullable=True)


def index_where(name: str, where: str, *columns: str, unique: bool = False) -> Index:
    """A partial index over the rows for which a condition holds."""
    return PartialIndex(name, *columns, unique=unique, sqlite_where=text(where))


class PartialIndex(Index):
    """An index over the rows for which a condition holds.

    PostgreSQL gets the condition when the index is created there, not here: SQLAlchemy imports the dialect with all its
    drivers as soon as an index has an option of it.
    """


@compiles(CreateIndex, "postgresql")
def _create_index(create: CreateIndex, compiler: DDLCompiler, **options: Any) -> str:
    index = create.element
    if isinstance(index, PartialIndex):
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
    statement: str = compiler.visit_create_index(create, **options)  # type: ignore[no-untyped-call]
    return statement


def one_each(name: str, subject: str, *columns: str) -> Index:
    """A unique index: at most one row for a subject and those columns, where there is a subject."""
    return index_where(name, f"{subject} IS NOT NULL", subject, *columns, unique=True)


def table_of(model: type[SQLModel]) -> Table:
    """The model's table, for SQLAlchemy Core statements."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
