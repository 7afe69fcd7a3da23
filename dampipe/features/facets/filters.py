"""The filter `where`: a query over all fields."""

from collections.abc import Sequence
from typing import NamedTuple

from dampipe.features.facets.evaluation import IndexSearch, QueryReader, as_sql, filtered
from dampipe.features.facets.grammar import Query, parse_query
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


class Written(NamedTuple):
    """A query as it was written, and its tree."""

    text: str
    query: Query


def parse_where(text: str) -> Written:
    """A query from what a person writes. Raises InvalidInput (WHERE_INVALID)."""
    return Written(text, parse_query(text))


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
