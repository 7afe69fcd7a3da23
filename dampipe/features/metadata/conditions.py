"""Comparisons of fields as SQL: on the columns of facts, and on the rows of values."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, TextClause, and_, exists, false, func, literal, or_, select, text

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import SHORT, fold
from dampipe.kernel.field import FieldType, MetadataField, Operator
from dampipe.kernel.ranges import parse_date
from dampipe.kernel.wall_clock import utc_offset, wall_clock

IS_EFFECTIVE = text("value.is_effective")
IS_SHORT = text(f"length(value.folded) <= {SHORT}")
"""As the partial indexes say it: SQLite uses them for no other words, such as `is_effective = 1`."""


def compare_number(
    column: ColumnElement[Any], operator: Operator, first: float, after: float | None = None
) -> ColumnElement[bool]:
    """A comparison with a number; with `after`, with the period from `first` to before `after`."""
    end = first if after is None else after
    match operator:
        case Operator.EQUAL:
            return column == first if after is None else and_(column >= first, column < end)
        case Operator.LESS:
            return column < first
        case Operator.AT_MOST:
            return column <= end if after is None else column < end
        case Operator.MORE:
            return column > first if after is None else column >= end
        case Operator.AT_LEAST:
            return column >= first
        case _:
            raise ValueError(f"{operator} does not compare numbers")


def compare_date(
    column: ColumnElement[Any], zone: ColumnElement[Any] | None, operator: Operator, given: str
) -> ColumnElement[bool]:
    """A comparison of what clocks showed with a period such as 2024-05. Where both have a time zone, moments are
    compared."""
    first, after = parse_date(given)
    offset = utc_offset(first)
    if offset is not None and zone is not None:
        column = column + 60.0 * (offset - func.coalesce(zone, offset))
    return compare_number(column, operator, wall_clock(first), wall_clock(after))


def on_fact(given: MetadataField, operator: Operator, texts: Sequence[str], numbers: Sequence[float]) -> Any:
    """A comparison of a fact, for an operator other than NOT_EQUAL.

    texts: what is compared; numbers: the same, of a field that holds numbers.
    """
    column = given.column
    assert column is not None
    if operator is Operator.IS_SET:
        return column.is_not(None)
    if given.type is FieldType.DATE:
        return or_(*(compare_date(column, given.zone, operator, one) for one in texts))
    if given.type.is_text:
        lower = func.lower(column)
        if operator is Operator.CONTAINS:
            return or_(*(lower.contains(one.lower(), autoescape=True) for one in texts))
        return lower.in_([one.lower() for one in texts])
    return or_(*(compare_number(column, operator, number) for number in numbers))


def on_values(
    given: MetadataField,
    operator: Operator,
    texts: Sequence[str],
    numbers: Sequence[float],
    ids: Sequence[int],
) -> ColumnElement[bool]:
    """A comparison of a field's values, for an operator other than NOT_EQUAL: a condition on a row of `value`."""
    mine = (VALUE.c.field == given.key, IS_EFFECTIVE)
    return and_(*mine, holds(VALUE, IS_SHORT, given, operator, texts, numbers, ids))


def holds(
    table: Table,
    is_short: ColumnElement[bool] | TextClause,
    given: MetadataField,
    operator: Operator,
    texts: Sequence[str],
    numbers: Sequence[float],
    ids: Sequence[int],
) -> ColumnElement[bool]:
    """The condition that a row of a table with the columns of `value` fulfils a comparison.

    is_short: that its folded text is one of those which an index holds.
    """
    if operator is Operator.IS_SET:
        return literal(True)
    match given.type:
        case FieldType.DATE:
            return or_(*(compare_date(table.c.number, table.c.zone, operator, one) for one in texts))
        case FieldType.TERM:
            return table.c.term_id.in_(ids)
        case FieldType.ASSET:
            return table.c.linked_id.in_(ids)
        case kind if kind.is_text:
            folded = [fold(one) for one in texts]
            if operator is Operator.CONTAINS:
                return or_(*(table.c.folded.contains(one, autoescape=True) for one in folded))
            # The index holds short ones only.
            short = [one for one in folded if len(one) <= SHORT]
            long = [one for one in folded if len(one) > SHORT]
            found = [and_(table.c.folded.in_(short), is_short)] if short else []
            found += [table.c.folded.in_(long)] if long else []
            return or_(false(), *found)
        case _:
            return or_(*(compare_number(table.c.number, operator, number) for number in numbers))


def has(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition on a row of `version` that its asset has a value which fulfils the condition."""
    return VERSION.c.asset_id.in_(select(VALUE.c.asset_id).where(condition))


def has_not(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that it has none."""
    mine = (VALUE.c.asset_id == VERSION.c.asset_id, condition)
    return ~exists(select(literal(1)).select_from(VALUE).where(*mine))
