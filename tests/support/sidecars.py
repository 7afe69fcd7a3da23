"""A library of files with sidecars: scans, hashes and sidecars that are read at once, and the services over them."""

import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.schema import Schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.metadata.service import MetadataService
from dampipe.features.sidecars.model import OutboxState, Place, PlaceRequest, SidecarReport
from dampipe.features.sidecars.packet import read_packet
from dampipe.features.sidecars.properties import name_of
from dampipe.features.sidecars.reader import SidecarReader
from dampipe.features.sidecars.service import SidecarService
from dampipe.features.sidecars.tables import OUTBOX
from dampipe.features.sidecars.writer import SidecarWriter
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from tests.support.scanning import Scanning
from tests.support.searching import Searching

SETTLED = time.time() - 1000
"""A time of files that nobody writes to any more."""


class Sidecars:
    """A source `footage`, and its library."""

    def __init__(self, url: str, folder: Path, set_up: bool = True) -> None:
        self.url, self.folder, self.root = url, folder, folder / "footage"
        self.root.mkdir(parents=True, exist_ok=True)
        self.library = Searching(url, folder)
        self.database = self.library.catalog.database
        self.scanning = Scanning(url, set_up=False)
        self.metadata = self.get(MetadataService)
        self.service = self.get(SidecarService)
        self.reader = self.get(SidecarReader)
        self.writer = self.get(SidecarWriter)
        self._clock = SETTLED
        if set_up:
            self.get(SourceService).add(LOCAL, SourceRequest(name="footage", path=str(self.root)))

    def get(self, kind: type[Any]) -> Any:
        return self.library.services.get(kind)

    def close(self) -> None:
        self.scanning.close()
        self.library.close()

    # ---- files

    def write(self, name: str, data: bytes) -> Path:
        """Write a file of the source; each has a later time than the one before."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self._clock += 1
        os.utime(path, (self._clock, self._clock))
        return path

    def clip(self, name: str, content: str = "") -> Path:
        return self.write(name, (content or name).encode())

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def texts(self, name: str, prop: str) -> tuple[str, ...]:
        """What a sidecar has for a property."""
        found = name_of(prop)
        assert found is not None
        return read_packet(self.read(name), [found]).texts(found)

    # ---- the library

    def scan(self) -> Any:
        """Scan, hash, and read the sidecars that changed."""
        done = self.scanning.scan(self.root)
        self.scanning.hash_all()
        self.take_in()
        return done

    def take_in(self) -> None:
        while self.reader.read_folders(100) == 100:
            pass

    def schema(self, toml: str) -> None:
        self.get(SchemaService).apply(LOCAL, Schema.from_toml(toml))

    def sha1(self, name: str) -> str:
        import hashlib

        return hashlib.sha1(self.read(name)).hexdigest()

    def edit(self, name: str, **parts: Any) -> None:
        """Edit the asset of a file as a person does."""
        self.metadata.edit(LOCAL, self.sha1(name), AssetEdit(**parts))

    def value(self, name: str, key: str) -> list[Any]:
        """What counts."""
        return list(self._field(name, key).values)

    def says(self, name: str, key: str, source: str) -> list[Any]:
        """What one source says."""
        found = [one for one in self._field(name, key).sources if one.source == source]
        return list(found[0].values) if found else []

    def _field(self, name: str, key: str) -> Any:
        return self.metadata.get(LOCAL, self.sha1(name), [key]).fields[0]

    def place(self, place: Place = Place.BESIDE, **more: Any) -> None:
        self.service.set_place(LOCAL, "footage", PlaceRequest(place=place, **more))

    def flush(self) -> dict[OutboxState, int]:
        """Try all wishes, however long they would wait."""
        with self.database.write() as connection:
            connection.execute(update(OUTBOX).values(next_at=0.0))
        return dict(self.writer.flush())

    def state(self, name: str) -> tuple[str | None, list[str]]:
        """The state of the wishes of a file, and the fields that wait."""
        report = self.report(name)
        return (None, []) if report is None else (report.state, list(report.fields))

    def report(self, name: str) -> SidecarReport | None:
        found = self.service.status(LOCAL, [self.sha1(name)]).sidecars
        return next((one for one in found if one.path == str(self.root / name)), None)

    def values_with(self, source: str) -> int:
        """How many values a source gives."""
        with self.database.read() as connection:
            assets = list(connection.execute(select(VERSION.c.asset_id)).scalars())
            rows = self.get(ValueRepository).rows(connection, assets)
            return sum(row.source == source for row in rows)
