"""The filter by any field: `rating>=3`, `city=Rome`, `title~beach`, `location`."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_

from dampipe.features.metadata.errors import COMPARISON_INVALID
from dampipe.features.metadata.registry import LibraryFields
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import Operator
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


class Comparison(NamedTuple):
    """A field, how it is compared, and with what."""

    key: str
    operator: Operator
    texts: tuple[str, ...]


_FORM = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:(!=|<=|>=|=|<|>|~)\s*(.*?)\s*)?", re.DOTALL)


def parse_comparison(text: str) -> Comparison:
    """A comparison from what a person writes. Raises InvalidInput (COMPARISON_INVALID).

    >>> parse_comparison("rating >= 3")
    Comparison(key='rating', operator=<Operator.AT_LEAST: '>='>, texts=('3',))
    """
    found = _FORM.fullmatch(text)
    if found is None or (found[2] is not None and not found[3]):
        raise InvalidInput(COMPARISON_INVALID, text=text)
    key, operator, value = found.groups()
    if operator is None:
        return Comparison(key, Operator.IS_SET, ())
    return Comparison(key, Operator.CONTAINS if operator == "~" else Operator(operator), (value,))


def _holds(context: FilterContext, comparisons: Sequence[Comparison]) -> Restriction:
    """Assets for which all comparisons hold."""
    fields = LibraryFields(context.database)
    with context.database.read() as connection:
        conditions = [fields.condition(connection, *one, view=context.view) for one in comparisons]
    return Restriction(where=and_(*conditions))


FIELDS = (
    FilterField(
        "field",
        "Field",
        "Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone "
        "(it has a value); several: all of them.",
        restrict=_holds,
        parse=parse_comparison,
        metavar="FIELD=VALUE",
        example="rating>=3, city=Rome",
    ),
)
