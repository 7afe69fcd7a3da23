"""What the library takes on disks: derivatives, the catalogue, and how much is free where dampipe writes and reads."""

import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select, text

from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import MANAGE, Actor, require
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import is_url, printable
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.visibility import Visibility

PATIENCE = 3.0
"""Seconds for which disks are asked: a share that is away may not answer at all."""
LOW = 10_000_000_000
"""Bytes below which a disk on which dampipe writes is said to be nearly full."""


class DerivativeUsage(BaseModel):
    """The derivatives of one kind."""

    model_config = ConfigDict(frozen=True)

    kind: str
    files: int
    bytes: int


class Disk(BaseModel):
    """A disk or a share of the server's machine."""

    model_config = ConfigDict(frozen=True)

    path: str
    """The first of the folders on it, printable."""
    holds: tuple[str, ...]
    """What lies there: `home`, `derivatives`, `backups`, and sources as `source NAME`."""
    total: int
    """Bytes."""
    free: int
    is_low: bool = False
    """Whether dampipe writes there, and less than 10 GB is free."""


class StorageReport(BaseModel):
    """What the library takes."""

    model_config = ConfigDict(frozen=True)

    derivatives: tuple[DerivativeUsage, ...]
    catalogue_bytes: int
    disks: tuple[Disk, ...]
    unknown: tuple[str, ...] = ()
    """What lies on no disk of this machine, or on one that did not answer: `source NAME` and so on."""


class StorageService:
    """What the library takes. Its method may raise CatalogueDown."""

    def __init__(
        self, database: Database, sources: SourceRepository, settings: Settings, visibility: Visibility
    ) -> None:
        self._db = database
        self._sources = sources
        self._settings = settings
        self._visibility = visibility
        self._counts: AdaptiveCache[tuple[DerivativeUsage, ...]] = AdaptiveCache()

    def read(self, actor: Actor) -> StorageReport:
        """Ask the catalogue and the disks. Raises Forbidden for an actor who does not see everything."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        disks, unknown = _disks(self._places())
        return StorageReport(
            derivatives=self._counts.get("derivatives", self._derivatives),
            catalogue_bytes=self._catalogue_bytes(),
            disks=tuple(disks),
            unknown=tuple(unknown),
        )

    def _places(self) -> list[tuple[str, str]]:
        settings = self._settings
        places = [("home", str(settings.home)), ("derivatives", settings.blobs)]
        if settings.backup_folder:
            places.append(("backups", str(Path(settings.backup_folder).expanduser())))
        return places + [(f"source {source.name}", source.root) for source in self._sources.all()]

    def _derivatives(self) -> tuple[DerivativeUsage, ...]:
        size = func.coalesce(func.sum(DERIVATIVE.c.size), 0).label("bytes")
        query = select(DERIVATIVE.c.kind, func.count().label("files"), size).group_by(DERIVATIVE.c.kind)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(size.desc())).all()
        return tuple(DerivativeUsage(kind=row.kind, files=row.files, bytes=int(row.bytes)) for row in rows)

    def _catalogue_bytes(self) -> int:
        if self._db.url.get_backend_name() == "sqlite":
            file = Path(str(self._db.url.database))
            beside = (file.with_name(file.name + "-wal"), file)  # what was written lately is in the log
            return sum(one.stat().st_size for one in beside if one.exists())
        with self._db.read() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _disks(places: Sequence[tuple[str, str]]) -> tuple[list[Disk], list[str]]:
    """The disks on which places lie, and the places that are on none or did not answer in time."""
    local = [(what, path) for what, path in places if not is_url(path)]
    unknown = [what for what, path in places if is_url(path)]
    asking = ThreadPoolExecutor(8, thread_name_prefix="disks")
    answers = [(what, path, asking.submit(_ask, path)) for what, path in local]
    asking.shutdown(wait=False)
    found: dict[int, list[tuple[str, str, int, int]]] = {}
    for what, path, answer in answers:
        try:
            device, total, free = answer.result(timeout=PATIENCE)
        except (OSError, TooSlow):
            unknown.append(what)
        else:
            found.setdefault(device, []).append((what, path, total, free))
    return [_disk(on) for on in found.values()], unknown


def _ask(path: str) -> tuple[int, int, int]:
    """The device of a path, or of the folder that is to hold it, its size and what is free."""
    there = next(one for one in (Path(path), *Path(path).parents) if one.exists())
    usage = shutil.disk_usage(there)
    return there.stat().st_dev, usage.total, usage.free


def _disk(on: Sequence[tuple[str, str, int, int]]) -> Disk:
    _, path, total, free = on[0]
    return Disk(
        path=printable(path),
        holds=tuple(what for what, *_ in on),
        total=total,
        free=free,
        is_low=free < LOW and _is_written((what for what, *_ in on)),
    )


def _is_written(holds: Iterable[str]) -> bool:
    return any(what in ("home", "derivatives", "backups") for what in holds)
