"""The guard `filled` of workflows: fields of an asset have a value."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, select

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.errors import NOT_FILLED
from dampipe.features.metadata.registry import LibraryFields, hold_schema
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import NotFound
from dampipe.kernel.field import FIELD_UNKNOWN, Operator
from dampipe.kernel.guards import Guard, Parameters, Refusal


class FilledParameters(Parameters):
    """Which fields must have a value."""

    fields: Annotated[tuple[str, ...], Field(min_length=1, max_length=100)]
    """Their keys."""


def _check(
    connection: Connection, database: Database, assets: AssetSet, parameters: FilledParameters
) -> Sequence[Refusal]:
    # Who writes values locks their assets, and these are locked by the move.
    hold_schema(connection, database)
    registry = LibraryFields(database)
    refusals = []
    for key in parameters.fields:
        try:
            label = registry.find(connection, key).label
            is_set = registry.condition(connection, key, Operator.IS_SET)
        except NotFound as error:  # the schema was changed after the definition
            refusals.append(Refusal(assets, FIELD_UNKNOWN, error.parameters))
            continue
        filled = select(VERSION.c.asset_id).where(
            IS_CURRENT, in_ids(database, VERSION.c.asset_id, assets), is_set
        )
        empty = assets - AssetSet(connection.execute(filled).scalars())
        if len(empty):
            refusals.append(Refusal(empty, NOT_FILLED, {"label": label}))
    return refusals


FILLED = Guard("filled", "Each of these fields has a value.", _check, FilledParameters)
