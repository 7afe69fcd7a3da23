"""Runs by their state, whatever their stage or lane: a skip scan over the leading column of an index.

A library of a million files has ten million runs, nearly all of them done; what looks for the others must not walk
the table. The indexes begin with the stage or the lane, so the conditions here name all values of these columns.
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, func, select

from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN


def in_state(connection: Connection, *states: RunState) -> ColumnElement[bool]:
    """Runs in one of these states, of any stage."""
    return and_(RUN.c.stage.in_(_values(connection, RUN.c.stage)), RUN.c.state.in_(states))


def in_any_lane(connection: Connection) -> ColumnElement[bool]:
    """All runs, so that conditions on the columns after the lane can use the index."""
    return RUN.c.lane.in_(_values(connection, RUN.c.lane))


def _values(connection: Connection, column: Column[Any]) -> list[str]:
    """The values of a column that leads an index, in as many steps as there are values."""
    found = select(func.min(column).label("value")).cte("found", recursive=True)
    following = select(func.min(column)).where(column > found.c.value).scalar_subquery()
    found = found.union_all(select(following).where(found.c.value.is_not(None)))
    return list(connection.execute(select(found.c.value).where(found.c.value.is_not(None))).scalars())
