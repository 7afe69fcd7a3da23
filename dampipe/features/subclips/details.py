"""The subclips in the details of an asset."""

from fractions import Fraction

from pydantic import BaseModel, ConfigDict

from dampipe.features.subclips.queries import SubclipRepository
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.detail import DetailField
from dampipe.kernel.timecode import clock
from dampipe.kernel.visibility import Visibility

MOST_BRIEF = 100
"""Subclips in the details of an asset."""


class BriefSubclip(BaseModel):
    """A subclip in the details of its asset."""

    model_config = ConfigDict(frozen=True)

    id: int
    name: str
    start: float
    """Seconds in the version that it is anchored at."""
    end: float


class BriefSubclips:
    """The subclips of one asset in a few words. It imports nothing that reads pictures: `dampipe show` starts fast."""

    def __init__(self, database: Database, subclips: SubclipRepository, visibility: Visibility) -> None:
        self._db = database
        self._subclips = subclips
        self._visibility = visibility

    def of(self, actor: Actor, asset: int) -> tuple[BriefSubclip, ...]:
        """Those of a visible asset, by its number: the first MOST_BRIEF."""
        require(actor, READ)
        with self._db.read() as connection:
            where = (self._subclips.of_assets([asset]), self._subclips.shown(self._visibility.of(actor)))
            rows = self._subclips.page(connection, where, MOST_BRIEF, by_time=True)
        return tuple(
            BriefSubclip(
                id=row.id,
                name=row.name,
                start=row.start_seconds,
                end=float(row.end_ticks * Fraction(row.base)),
            )
            for row in rows
        )


def _read(services: Services, actor: Actor, asset: int) -> tuple[BriefSubclip, ...]:
    return services.get(BriefSubclips).of(actor, asset)


def _text(subclips: tuple[BriefSubclip, ...]) -> str:
    return ", ".join(f"{one.name} ({clock(one.start)}–{clock(one.end)})" for one in subclips)


SUBCLIPS = DetailField("subclips", tuple[BriefSubclip, ...], (), "subclips", _read, _text)
