"""The SQL of derivatives; the only writer of the table `derivative`."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.media.outputs import Derivative, DerivativeKind


_NAMES = DERIVATIVE.c.keys()
"""Of the columns in the order of a row: a page of a list reads some hundred rows, and their own mapping is slow."""


class DerivativeRepository:
    """The derivatives of assets."""

    def of_assets(self, connection: Connection, versions: Sequence[int]) -> dict[int, list[Derivative]]:
        """The derivatives of each of these versions that has any, oldest first."""
        query = select(DERIVATIVE).where(DERIVATIVE.c.version_id.in_(versions)).order_by(DERIVATIVE.c.id)
        found: dict[int, list[Derivative]] = {}
        for row in connection.execute(query):
            derivative = Derivative.model_validate(dict(zip(_NAMES, row, strict=True)), extra="ignore")
            found.setdefault(row.version_id, []).append(derivative)
        return found


def save_derivatives(
    connection: Connection, version: int, derivatives: Sequence[Derivative], now: float
) -> None:
    """Record derivatives of a version, written at `now`; one of a kind that it has already is replaced."""
    for derivative in derivatives:
        same_kind = (DERIVATIVE.c.version_id == version, DERIVATIVE.c.kind == derivative.kind)
        connection.execute(delete(DERIVATIVE).where(*same_kind))
        row = derivative.model_dump()
        connection.execute(DERIVATIVE.insert().values(version_id=version, checked_at=now, **row))


def is_lost(connection: Connection, version: int, kind: DerivativeKind) -> bool:
    """Whether the last check has found that a derivative is missing or damaged."""
    row = select(DERIVATIVE.c.problem).where(DERIVATIVE.c.version_id == version, DERIVATIVE.c.kind == kind)
    return connection.execute(row).scalar() is not None


def is_intact(connection: Connection, version: int, kind: DerivativeKind) -> bool:
    """Whether there is such a derivative and no check has found it missing or damaged."""
    mine = (DERIVATIVE.c.version_id == version, DERIVATIVE.c.kind == kind)
    return (
        connection.execute(select(DERIVATIVE.c.id).where(*mine, DERIVATIVE.c.problem.is_(None))).first()
        is not None
    )
