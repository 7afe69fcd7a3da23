"""The filters by metadata fields: `field`, which compares one field each, and `where`, a query over all of them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_

from dampipe.features.facets.evaluation import IndexSearch, QueryReader, as_sql, compared, filtered
from dampipe.features.facets.grammar import All, Condition, Query, parse_query
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.features.metadata.comparison import Comparison, parse_comparison
from dampipe.features.metadata.registry import LibraryFields
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


class Written(NamedTuple):
    """A query as it was written, and its tree."""

    text: str
    query: Query


def parse_where(text: str) -> Written:
    """A query from what a person writes. Raises InvalidInput (WHERE_INVALID)."""
    return Written(text, parse_query(text))


def _holding(context: FilterContext, comparisons: Sequence[Comparison]) -> Restriction:
    """What has all the values: by the index, unless more is dirty than a reader waits for."""
    fields = LibraryFields(context.database)
    index = FacetIndex(context.database)
    is_fresh = index.refresh(BY_READERS)
    with context.database.read() as connection:
        where = and_(*(fields.condition(connection, *one, view=context.view) for one in comparisons))
        if not is_fresh:
            return Restriction(where=where)
        meaning = {
            Condition(one.key, one.operator, one.texts, at): compared(
                context.database,
                connection,
                fields.find(connection, one.key),
                one.operator,
                one.texts,
                context.view,
            )
            for at, one in enumerate(comparisons)
        }
        versions = IndexSearch(context.database, connection, index, meaning).find(All(tuple(meaning)))
    return Restriction(where=where, versions=versions)


def _found(context: FilterContext, queries: Sequence[Written]) -> Restriction:
    """What a query finds: by the index, unless more is dirty than a reader waits for."""
    [(text, query)] = queries
    index = FacetIndex(context.database)
    is_fresh = index.refresh(BY_READERS)
    known = filtered(context, text, query)
    with context.database.read() as connection:
        meaning = QueryReader(context.database, connection, context.view).read(text, query, known)
        where = as_sql(query, meaning)
        if not is_fresh:
            return Restriction(where=where)
        versions = IndexSearch(context.database, connection, index, meaning).find(query)
    return Restriction(where=where, versions=versions)


FIELDS = (
    FilterField(
        "field",
        "Field",
        "Only what has such a value in a metadata field: =, !=, <, <=, >, >=, ~ (contains), or the field alone "
        "(it has a value); several: all of them.",
        restrict=_holding,
        parse=parse_comparison,
        metavar="FIELD=VALUE",
        example="rating>=3, city=Rome",
    ),
    FilterField(
        "where",
        "Query",
        "Only what a query over metadata fields finds: rating>=3 and (city=Rome or keywords:beach) and not has:title.",
        restrict=_found,
        parse=parse_where,
        multiple=False,
        metavar="QUERY",
        example="rating>=3 and has:title",
    ),
)
