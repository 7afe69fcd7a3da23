"""A library that the real pipeline has processed in this process, for tests of its derivatives."""

from pathlib import Path
from typing import Any

from sqlalchemy import select, update

import dampipe
from dampipe.app.api import Library
from dampipe.features.assets.tables import VERSION
from dampipe.features.derivatives.check import CheckService
from dampipe.features.derivatives.model import Checked, CheckRequest
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.search.tables import VECTOR
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database

CLIPS = 2
"""Clips in the library of tests."""
DERIVATIVES = 7
"""Derivatives of each: poster, sprite with its WebVTT, frames, proxy, waveform, signatures."""


class DerivativeLibrary:
    """The library, and what tests do to the files in its store."""

    def __init__(self, home: Path, url: str = "", **settings: Any) -> None:
        given = {"model": "tiny", "settle": 0.0, "database_url": url, **settings}
        self.library: Library = dampipe.open(home=home, in_process=True, **given)
        self.database = self.library.service(Database)
        self.store = home / "derivatives"

    def check(self, **request: Any) -> Checked:
        return self.library.service(CheckService).check(LOCAL, CheckRequest(**request))

    def rows(self, *kinds: str) -> list[Any]:
        """The rows of derivatives, of these kinds or all, in the order of their assets."""
        query = select(DERIVATIVE, VERSION.c.sha1).join(VERSION, VERSION.c.id == DERIVATIVE.c.version_id)
        if kinds:
            query = query.where(DERIVATIVE.c.kind.in_(kinds))
        with self.database.read() as connection:
            return list(connection.execute(query.order_by(DERIVATIVE.c.version_id, DERIVATIVE.c.kind)).all())

    def path(self, row: Any) -> Path:
        return self.store / str(row.key)

    def delete(self, *kinds: str, assets: int = 1) -> list[Any]:
        """Delete the files of these kinds of the first assets; returns their rows."""
        rows = [row for row in self.rows(*kinds) if row.version_id <= assets]
        for row in rows:
            self.path(row).unlink()
        return rows

    def damage(self, row: Any) -> None:
        """Flip a bit in the middle of a file: its size and time stay."""
        path = self.path(row)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    def finished(self) -> dict[tuple[int, str], float]:
        """When each run of a stage was finished, by asset and stage."""
        with self.database.read() as connection:
            rows = connection.execute(select(RUN).where(RUN.c.kind == "stage", RUN.c.version_id.is_not(None)))
            return {(row.version_id, row.stage): row.finished_at for row in rows}

    def states(self) -> set[str]:
        with self.database.read() as connection:
            return set(connection.execute(select(RUN.c.state)).scalars())

    def vectors(self) -> list[int]:
        with self.database.read() as connection:
            return list(connection.execute(select(VECTOR.c.id).order_by(VECTOR.c.id)).scalars())

    def set(self, **values: Any) -> None:
        """Set columns of all derivatives, as an older dampipe left them."""
        with self.database.write() as connection:
            connection.execute(update(DERIVATIVE).values(**values))

    def close(self) -> None:
        self.library.close()
