"""The guard `verified`: the files of all versions of an asset were read again, and are what they were."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, and_, exists, or_, select

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.fixity.errors import FILE_BAD, NEVER_VERIFIED, VERIFIED_LONG_AGO
from dampipe.features.fixity.model import BAD, Verdict
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.guards import Guard, Parameters, Refusal, hold

DAY = 86400.0


class VerifiedParameters(Parameters):
    """How long ago the files may have been read."""

    days: Annotated[float, Field(gt=0, le=36500)] | None = None
    """None: any time ago."""


def _check(
    connection: Connection, database: Database, assets: AssetSet, parameters: VerifiedParameters
) -> Sequence[Refusal]:
    mine = in_ids(database, VERSION.c.asset_id, assets)
    is_there = exists().where(
        LOCATION.c.version_id == VERSION.c.id, LOCATION.c.state == LocationState.PRESENT
    )
    # Any version that has a file can become the current one later.
    needed = select(VERSION.c.id, VERSION.c.asset_id).where(mine, or_(IS_CURRENT, is_there))
    checks = (
        select(VERSION.c.id, VERIFICATION.c.result, VERIFICATION.c.at)
        .select_from(
            VERSION.join(LOCATION, LOCATION.c.version_id == VERSION.c.id).join(
                VERIFICATION,
                and_(VERIFICATION.c.location_id == LOCATION.c.id, VERIFICATION.c.version_id == VERSION.c.id),
            )
        )
        .where(mine, LOCATION.c.state == LocationState.PRESENT)
        .order_by(VERIFICATION.c.location_id)
    )
    since = 0.0 if parameters.days is None else database_time(connection) - parameters.days * DAY
    rows = connection.execute(hold(connection, checks, VERIFICATION)).all()
    damaged = {row.id for row in rows if row.result in BAD}
    good = {row.id for row in rows if row.result == Verdict.SAME}
    recent = {row.id for row in rows if row.result == Verdict.SAME and row.at >= since}
    versions = connection.execute(needed).all()
    bad = AssetSet(row.asset_id for row in versions if row.id in damaged)
    never = AssetSet(row.asset_id for row in versions if row.id not in good) | (
        assets - AssetSet(row.asset_id for row in versions)
    )
    old = AssetSet(row.asset_id for row in versions if row.id not in recent)
    refusals = [Refusal(bad, FILE_BAD), Refusal(never - bad, NEVER_VERIFIED)]
    if parameters.days is not None:
        refusals.append(Refusal(old - never - bad, VERIFIED_LONG_AGO, {"days": parameters.days}))
    return [one for one in refusals if len(one.assets)]


VERIFIED = Guard(
    "verified",
    "Every version that has files was read again and has its checksum, and no file was found damaged.",
    _check,
    VerifiedParameters,
)
