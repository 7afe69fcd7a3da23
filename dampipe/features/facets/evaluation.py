"""Answers queries: as a set of versions from the facet index, and as a condition of SQL. Both mean the same.

A condition on a field of few different values is answered by the index alone. Of numbers and dates the index knows
spans: those within the asked interval are taken whole, and what lies in a span at its edge is checked by SQL. The texts
of fields that are no facets are searched one and all. What the index does not hold (long texts) is checked by SQL among
the versions that the other conditions leave.
"""

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, literal, not_, or_, select, true

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.errors import WHERE_VALUE_INVALID
from dampipe.features.facets.grammar import (
    All,
    Any,
    Condition,
    Negation,
    Query,
    conditions,
    invalid,
    shown_at,
)
from dampipe.features.facets.index import FacetIndex
from dampipe.features.facets.keys import (
    Interval,
    Mode,
    mode_of,
    month_limits,
    number_name,
    span_limits,
)
from dampipe.features.facets.owners import Owners
from dampipe.features.facets.postings import FieldPostings
from dampipe.features.facets.texts import Search
from dampipe.features.facets.units import in_unit_of
from dampipe.features.metadata.conditions import on_fact, on_values
from dampipe.features.metadata.errors import OPERATOR_INVALID
from dampipe.features.metadata.references import look_up
from dampipe.features.metadata.registry import library_fields, numbers_of
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import SHORT, fold
from dampipe.kernel.asset_set import ALL, NONE, AssetSet, Selection
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import FieldType, MetadataField, Operator
from dampipe.kernel.filter import FilterContext, FilterField, FilterRegistry
from dampipe.kernel.ranges import parse_date
from dampipe.kernel.visibility import EVERYTHING, View
from dampipe.kernel.wall_clock import utc_offset, wall_clock

ZONES_APART = 2 * 86_400.0
"""Seconds by which clocks of two zones may differ, at most."""
CHECKED_AT_ONCE = 200_000
"""Versions that are sent to SQL as a list; of more, all are checked;"""
CHECKED_ONE_BY_ONE = 1_000
"""and of more than these all that have a number which is in question."""


@dataclass(frozen=True)
class Comparison:
    """A condition with everything looked up. Never NOT_EQUAL: that is the negation of EQUAL."""

    field: MetadataField
    operator: Operator
    texts: tuple[str, ...]
    numbers: tuple[float, ...] = ()
    ids: tuple[int, ...] = ()
    """Of terms, with narrower ones, or of assets."""
    among: ColumnElement[bool] | None = None
    """Of a filter that queries have, too (`FilterField.in_queries`): the condition on a row of `version`;"""
    selected: Selection = ALL
    """and the assets that it leaves."""

    @property
    def sql(self) -> ColumnElement[bool]:
        """The condition on a row of `version`; it is never NULL."""
        if self.among is not None:
            return self.among
        if self.field.is_fact:
            return func.coalesce(on_fact(self.field, self.operator, self.texts, self.numbers), false())
        said = on_values(self.field, self.operator, self.texts, self.numbers, self.ids)
        return exists(
            select(literal(1)).select_from(VALUE).where(VALUE.c.asset_id == VERSION.c.asset_id, said)
        )

    def said_within(self, least: float, after: float) -> ColumnElement[bool]:
        """The condition on a row of `value`, of a number from `least` to before `after`: the index of values has them in
        their order."""
        said = on_values(self.field, self.operator, self.texts, self.numbers, self.ids)
        return and_(said, VALUE.c.number >= least, VALUE.c.number < after)

    @property
    def cost(self) -> int:
        """How long it takes to answer: 0: there are sets; 1: texts are searched; 2: SQL checks each version."""
        if self.among is not None or self.operator is Operator.IS_SET:
            return 0
        return {Mode.COLUMN: 1, Mode.PRESENCE: 2}.get(mode_of(self.field), 0)


def compared(
    database: Database,
    connection: Connection,
    given: MetadataField,
    operator: Operator,
    texts: Sequence[str],
    view: View,
) -> Comparison:
    """A condition on a field, looked up. Raises InvalidInput and NotFound for texts that the field does not take."""
    ids: Sequence[int] = ()
    if given.type in (FieldType.TERM, FieldType.ASSET) and texts:
        ids = look_up(database, connection, given, texts, view)
    asked = Operator.EQUAL if operator is Operator.NOT_EQUAL else operator
    return Comparison(given, asked, tuple(texts), tuple(numbers_of(given, texts)), tuple(ids))


_MATCHING = (Operator.EQUAL, Operator.NOT_EQUAL, Operator.CONTAINS)
_ORDERING = (Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST)
"""Operators of conditions on filters, see `FilterField.is_ordered`."""


def _filters_of_queries() -> dict[str, FilterField[object]]:
    return {one.in_queries: one for one in FilterRegistry().values() if one.in_queries}


def _about_value(text: str, condition: Condition, error: InvalidInput) -> InvalidInput:
    return InvalidInput(
        WHERE_VALUE_INVALID,
        problem=str(error),
        remedy=error.hint,
        cause=error.code,
        position=condition.at + 1,
        shown=shown_at(text, condition.at),
    )


def filtered(context: FilterContext, text: str, query: Query) -> dict[Condition, Comparison]:
    """The conditions on filters that queries have, too (`FilterField.in_queries`): looked up outside of a transaction,
    since a filter reads with a connection of its own. Raises InvalidInput (WHERE_VALUE_INVALID)."""
    found: dict[Condition, Comparison] = {}
    names = {one.field for one in conditions(query)}
    filters = {name: one for name, one in _filters_of_queries().items() if name in names}
    for condition in conditions(query):
        given = filters.get(condition.field)
        if given is None:
            continue
        allowed = _ORDERING if given.is_ordered else _MATCHING
        try:
            if condition.operator not in allowed:
                raise InvalidInput(
                    OPERATOR_INVALID,
                    label=given.label,
                    operator=condition.operator,
                    operators=", ".join(allowed),
                )
            sign = str(condition.operator) if given.is_ordered else ""
            assets = given.restrict(context, [given.parse(f"{sign}{one}") for one in condition.values]).assets
        except InvalidInput as error:
            raise _about_value(text, condition, error) from error
        among = true() if assets is ALL else in_ids(context.database, VERSION.c.asset_id, assets)
        known = MetadataField(given.in_queries, given.label)
        found[condition] = Comparison(known, Operator.EQUAL, condition.values, among=among, selected=assets)
    return found


class QueryReader:
    """Looks up what a query names, in one transaction."""

    def __init__(self, database: Database, connection: Connection, view: View = EVERYTHING) -> None:
        """view: assets outside do not exist for references."""
        self._db = database
        self._connection = connection
        self._view = view
        self._fields = library_fields(connection)

    def read(
        self, text: str, query: Query, known: Mapping[Condition, Comparison] | None = None
    ) -> dict[Condition, Comparison]:
        """What each condition asks for. text: the query as it was written. known: what `filtered` has found.

        Raises InvalidInput (WHERE_INVALID, WHERE_VALUE_INVALID), which says where something is wrong.
        """
        known = known or {}
        return {one: known.get(one) or self._comparison(text, one) for one in conditions(query)}

    def _comparison(self, text: str, condition: Condition) -> Comparison:
        given = self._fields.get(condition.field)
        if given is None:
            names = [*self._fields, *_filters_of_queries()]
            near = difflib.get_close_matches(condition.field.lower(), names, n=3)
            known = f"; did you mean {' or '.join(near)}?" if near else ""
            raise invalid(text, condition.at, f"there is no field “{condition.field}”{known}")
        try:
            return self._looked_up(given, condition)
        except InvalidInput as error:
            raise _about_value(text, condition, error) from error

    def _looked_up(self, given: MetadataField, condition: Condition) -> Comparison:
        operator = condition.operator
        if operator is Operator.NOT_EQUAL or (operator is Operator.CONTAINS and not given.type.is_text):
            operator = Operator.EQUAL
        if operator not in given.operators:
            allowed = ", ".join(given.operators)
            raise InvalidInput(OPERATOR_INVALID, label=given.label, operator=operator, operators=allowed)
        texts = [in_unit_of(given, one) for one in condition.values]
        if given.type is FieldType.DATE:
            for one in texts:
                parse_date(one)
        return compared(self._db, self._connection, given, operator, texts, self._view)


Meaning = Mapping[Condition, Comparison]


def as_sql(query: Query, meaning: Meaning) -> ColumnElement[bool]:
    """The condition on a row of `version`."""
    match query:
        case Condition():
            found = meaning[query].sql
            return not_(found) if query.operator is Operator.NOT_EQUAL else found
        case Negation(part):
            return not_(as_sql(part, meaning))
        case All(parts):
            return and_(true(), *(as_sql(part, meaning) for part in parts))
        case Any(parts):
            return or_(false(), *(as_sql(part, meaning) for part in parts))


class Known(NamedTuple):
    """What the index knows about a comparison."""

    sure: AssetSet
    """Versions for which it holds."""
    unsure: AssetSet = NONE
    """Versions for which it may hold."""
    within: tuple[float, float] | None = None
    """The first number for which one cannot be sure, and the first after those: of a field of numbers."""


class IndexSearch:
    """Finds versions by the index."""

    def __init__(
        self,
        database: Database,
        connection: Connection,
        index: FacetIndex,
        meaning: Meaning,
    ) -> None:
        """meaning: of all conditions of the queries."""
        self._db = database
        self._connection = connection
        self._index = index
        self._postings = index.read(connection, {"", *(asked.field.key for asked in meaning.values())})
        self._meaning = meaning
        self._all = self._postings[""].named("")

    def find(self, query: Query) -> AssetSet:
        """The numbers of the versions that a query finds."""
        return self._find(query, self._all)

    def _find(self, query: Query, among: AssetSet) -> AssetSet:
        match query:
            case Condition():
                found = self._holding(self._meaning[query], among)
                return among - found if query.operator is Operator.NOT_EQUAL else found
            case Negation(part):
                return among - self._find(part, among)
            case All(parts):
                for part in sorted(parts, key=self._cost):
                    among = self._find(part, among)
                return among
            case Any(parts):
                return AssetSet.union(self._find(part, among) for part in parts)

    def _cost(self, query: Query) -> int:
        return max(self._meaning[one].cost for one in conditions(query))

    def _holding(self, asked: Comparison, among: AssetSet) -> AssetSet:
        """The versions among these for which a comparison holds."""
        if asked.among is not None:
            return among if asked.selected is ALL else among & self._owners().versions_of(asked.selected)
        known = self._postings.get(asked.field.key, FieldPostings())
        if asked.operator is Operator.IS_SET:
            return known.named("") & among
        found = self._known(asked, known)
        sure = found.sure & among
        to_check = (found.unsure & among) - sure
        return sure | self._checked(asked, to_check, found.within) if to_check else sure

    def _owners(self) -> Owners:
        return self._index.owners(self._connection)

    def _known(self, asked: Comparison, known: FieldPostings) -> "Known":
        match mode_of(asked.field):
            case Mode.TEXT:
                return _by_text(asked, known)
            case Mode.TERM | Mode.ASSET:
                return Known(AssetSet.union(known.named(str(number)) for number in asked.ids))
            case Mode.NUMBER:
                return Known(_by_number(asked, known))
            case Mode.SPAN:
                return _by_span(asked, known, span_limits)
            case Mode.MONTH:
                return _by_span(asked, known, month_limits)
            case Mode.COLUMN:
                return self._by_column(asked, known)
            case _:
                return Known(NONE, known.named(""))

    def _by_column(self, asked: Comparison, known: FieldPostings) -> "Known":
        import numpy as np

        is_part = asked.operator is Operator.CONTAINS
        wanted = list(dict.fromkeys(fold(one) for one in asked.texts))
        if is_part and "" in wanted:
            return Known(known.named(""))
        sure, unsure = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        searches = [Search(one, whole=not is_part) for one in wanted if one]
        for block in self._index.texts(self._connection, asked.field.key):
            for one in searches:
                found = one.within(block)
                sure.append(found.sure)
                unsure.append(found.unsure)
        return Known(AssetSet.from_numpy(np.concatenate(sure)), AssetSet.from_numpy(np.concatenate(unsure)))

    def _checked(self, asked: Comparison, versions: AssetSet, within: tuple[float, float] | None) -> AssetSet:
        """Those of the versions for which a comparison holds, by SQL. within: the numbers that are in question."""
        if within is not None and not asked.field.is_fact and len(versions) > CHECKED_ONE_BY_ONE:
            said = read_ids(self._db, self._connection, VALUE.c.asset_id, asked.said_within(*within))
            return self._owners().versions_of(AssetSet.from_numpy(said)) & versions
        if len(versions) > CHECKED_AT_ONCE:
            where = asked.sql
        else:
            where = and_(in_ids(self._db, VERSION.c.id, versions), asked.sql)
        return AssetSet.from_numpy(read_ids(self._db, self._connection, VERSION.c.id, where)) & versions


def _by_text(asked: Comparison, known: FieldPostings) -> Known:
    """The names of long texts are their beginnings only."""
    wanted = [fold(one) for one in asked.texts]
    sure, unsure = [], []
    if asked.operator is Operator.CONTAINS:
        for name, versions in known.present():
            if name and any(one in name for one in wanted):
                sure.append(versions)
            elif len(name) >= SHORT:
                unsure.append(versions)
    else:
        for one in wanted:
            (sure if len(one) < SHORT else unsure).append(known.named(one[:SHORT]) if one else NONE)
    return Known(AssetSet.union(sure), AssetSet.union(unsure))


def _by_number(asked: Comparison, known: FieldPostings) -> AssetSet:
    if asked.operator is Operator.EQUAL:
        return AssetSet.union(known.named(number_name(Mode.NUMBER, one)) for one in asked.numbers)
    wanted = _intervals(asked)
    present = ((float(name), versions) for name, versions in known.present() if name)
    return AssetSet.union(
        versions for number, versions in present if any(one.holds(number) for one, _ in wanted)
    )


def _by_span(asked: Comparison, known: FieldPostings, limits: Callable[[int], tuple[float, float]]) -> Known:
    wanted = _intervals(asked)
    sure, unsure = [], []
    least, most = math.inf, -math.inf
    for name, versions in known.present():
        if not name:
            continue
        first, after = limits(int(name))
        if any(one.covers(first, after, slack) for one, slack in wanted):
            sure.append(versions)
        elif any(one.meets(first, after, slack) for one, slack in wanted):
            unsure.append(versions)
            least, most = min(least, first), max(most, after)
    return Known(AssetSet.union(sure), AssetSet.union(unsure), (least, most) if unsure else None)


def _intervals(asked: Comparison) -> list[tuple[Interval, float]]:
    """The numbers for which a comparison holds, and by how much those of other time zones may be shifted."""
    if asked.field.type is not FieldType.DATE:
        return [(_interval(asked.operator, one, None), 0.0) for one in asked.numbers]
    found = []
    for text in asked.texts:
        first, after = parse_date(text)
        slack = 0.0 if utc_offset(first) is None else ZONES_APART
        found.append((_interval(asked.operator, wall_clock(first), wall_clock(after)), slack))
    return found


def _interval(operator: Operator, first: float, after: float | None) -> Interval:
    """As `compare_number` of metadata compares."""
    is_period = after is not None
    end = first if after is None else after
    match operator:
        case Operator.EQUAL:
            return Interval(first, end, with_most=not is_period)
        case Operator.LESS:
            return Interval(most=first, with_most=False)
        case Operator.AT_MOST:
            return Interval(most=end, with_most=not is_period)
        case Operator.MORE:
            return Interval(least=end, with_least=is_period)
        case Operator.AT_LEAST:
            return Interval(least=first)
        case _:
            raise ValueError(f"{operator} does not compare numbers")
