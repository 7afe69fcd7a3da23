"""Where the copies of an asset are, for people: place, tier, whether each can be read, and what it costs to get it."""

from pydantic import BaseModel, ConfigDict

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.fixity.model import Verdict
from dampipe.features.sources.model import Tier
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.tiers.copies import Availabilities, Availability, CopyFacts, copies_of
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import Visibility


class Retrieval(BaseModel):
    """What it takes to get an archived copy at one speed."""

    model_config = ConfigDict(frozen=True)

    speed: str
    cost: float
    """Money for asking for it and fetching it, in the currency of the copy."""
    hours: float


class CopyReport(BaseModel):
    """A copy of a version."""

    model_config = ConfigDict(frozen=True)

    source: str
    place: str
    """Path or URL; "" for a place that is not shown."""
    size: int
    tier: Tier
    label: str
    """Where the medium of an offline source is."""
    availability: Availability
    storage_class: str
    """As the storage names it; "" for the usual one, or where there is none."""
    restored_until: float | None
    """Seconds since 1970, as are the other times."""
    leaves_at: float | None
    """When it is deleted; None unless it is leaving."""
    verified_at: float | None
    """When it was read last and found to be right; None: never, or it was found damaged then."""
    damaged: bool
    """Whether the last fixity check found another content, or could not read it."""
    currency: str
    cost: float
    """Money for fetching it when it can be read."""
    retrievals: tuple[Retrieval, ...]
    """How it can be restored, if it is archived and its source states the costs; the cheapest first."""


class CopyService:
    """The copies of single assets. Any method may raise CatalogueDown and, without the scope, Forbidden."""

    def __init__(
        self, database: Database, assets: AssetRepository, sources: SourceRepository, visibility: Visibility
    ) -> None:
        self._db = database
        self._assets = assets
        self._sources = sources
        self._visibility = visibility

    def of(self, actor: Actor, sha1: str) -> list[CopyReport]:
        """The copies of a version, by its SHA-1 or the beginning of it; those that can be read come first.

        Raises NotFound.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        version = self._assets.find(sha1, view).id
        with self._db.read() as connection:
            copies = copies_of(connection, self._db, [version], view).get(version, [])
            availability = Availabilities(self._sources.all(), database_time(connection))
        order = list(Availability)
        reports = [_report(copy, availability) for copy in copies]
        return sorted(reports, key=lambda report: (order.index(report.availability), report.cost))


def _report(copy: CopyFacts, availability: Availabilities) -> CopyReport:
    source, state = availability.source(copy), availability.of(copy)
    model, egress = source.cost, source.cost.egress_cost(1, copy.size)
    is_archived = state in (Availability.ARCHIVED, Availability.RESTORING)
    retrievals = [
        Retrieval(speed=speed, cost=model.retrieval_cost(speed, 1, copy.size) + egress, hours=stated.hours)
        for speed, stated in model.retrieval.items()
        if is_archived
    ]
    return CopyReport(
        source=source.name if copy.is_shown else "",
        place=printable(copy.path) if copy.is_shown else "",
        size=copy.size,
        tier=source.tier,
        label=source.label,
        availability=state,
        storage_class=copy.storage_class,
        restored_until=copy.restored_until,
        leaves_at=copy.leaves_at,
        verified_at=copy.verified_at if copy.verdict == Verdict.SAME else None,
        damaged=copy.verdict in (Verdict.MISMATCH, Verdict.UNREADABLE),
        currency=model.currency,
        cost=egress,
        retrievals=tuple(sorted(retrievals, key=lambda one: (one.cost, one.hours))),
    )
