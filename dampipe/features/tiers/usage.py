"""What sources hold, and what that costs. Only reads."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from dampipe.features.sources.costs import GB
from dampipe.features.sources.model import LocationState, Source, Tier
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.features.tiers.estimate import Amount
from dampipe.features.tiers.plan_reports import SourceUsage
from dampipe.kernel.db.database import Database
from dampipe.storage.files.base import StorageState


def usage_of(database: Database, sources: Iterable[Source]) -> list[SourceUsage]:
    """What sources hold and cost, by tier and name."""
    by = (FOLDER.c.source_id, LOCATION.c.state, LOCATION.c.storage_state)
    counted = (
        select(*by, func.count().label("files"), func.coalesce(func.sum(LOCATION.c.size), 0).label("bytes"))
        .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
        .group_by(*by)
    )
    held: dict[int, list[Any]] = {}
    with database.read() as connection:
        for row in connection.execute(counted):
            held.setdefault(row.source_id, []).append(row)

    def amount(rows: Iterable[Any]) -> Amount:
        found = list(rows)
        return Amount(files=sum(row.files for row in found), bytes=int(sum(row.bytes for row in found)))

    reports = []
    for source in sorted(sources, key=lambda one: (list(Tier).index(one.tier), one.name)):
        rows = held.get(int(source.id), [])
        present = [row for row in rows if row.state == LocationState.PRESENT]
        archived = (StorageState.ARCHIVED, StorageState.RESTORING)
        leaving = amount(row for row in rows if row.state == LocationState.LEAVING)
        here = amount(present)
        reports.append(
            SourceUsage(
                source=source.name,
                tier=source.tier,
                label=source.label,
                managed=source.managed,
                present=here,
                archived=amount(row for row in present if row.storage_state in archived),
                leaving=leaving,
                missing=amount(row for row in rows if row.state == LocationState.MISSING),
                currency=source.cost.currency,
                month=source.cost.gb_month * (here.bytes + leaving.bytes) / GB,
            )
        )
    return reports
