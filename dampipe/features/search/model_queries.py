"""Which models the catalogue has vectors of, and how far one has got in taking over from another."""

import json

from sqlalchemy import exists, func, literal, select

from dampipe.features.search.tables import VECTOR
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database


class ModelRepository:
    """Models, by their fingerprints."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[str]:
        """Those that have vectors; costs a look at the index for each."""
        found: list[str] = []
        with self._db.read() as connection:
            while True:
                above = VECTOR.c.model > (found[-1] if found else "")
                least = connection.execute(select(func.min(VECTOR.c.model)).where(above)).scalar_one()
                if least is None:
                    return found
                found.append(least)

    def assets(self, model: str) -> int:
        """How many assets have vectors of a model."""
        counted = select(func.count(VECTOR.c.asset_id.distinct())).where(VECTOR.c.model == model)
        with self._db.read() as connection:
            return int(connection.execute(counted).scalar_one())

    def left(self, old: str, new: str, stages: list[RunKey]) -> int:
        """How many assets can be found by the old model and not yet by the new one.

        Those that failed in one of the stages (in the present version) are not waited for.
        """
        held = select(VECTOR.c.asset_id).where(VECTOR.c.model == old).distinct().subquery()
        newer = VECTOR.alias()
        embedded = exists().where(newer.c.asset_id == held.c.asset_id, newer.c.model == new)
        failed = [
            exists().where(
                RUN.c.asset_id == held.c.asset_id,
                RUN.c.stage == key.stage,
                RUN.c.version == key.version,
                RUN.c.state == RunState.FAILED,
            )
            for key in stages
        ]
        # Nothing worth a vector was found in it by the new model's frames.
        empty = exists(literal(1)).where(
            RUN.c.asset_id == held.c.asset_id,
            RUN.c.stage == stages[-1].stage,
            RUN.c.version == stages[-1].version,
            RUN.c.state == RunState.DONE,
        )
        waiting = select(func.count()).select_from(held).where(~embedded, ~empty, *(~one for one in failed))
        with self._db.read() as connection:
            return int(connection.execute(waiting).scalar_one())

    def names(self, stage: str) -> dict[str, str]:
        """What models were called in the settings, by fingerprint, as the stage's results tell.

        The oldest results first, since it is of an old model that one asks.
        """
        given = select(RUN.c.output).where(RUN.c.stage == stage, RUN.c.state == RunState.DONE)
        with self._db.read() as connection:
            outputs = connection.execute(given.order_by(RUN.c.id).limit(100)).scalars().all()
        told = [json.loads(text) for text in outputs if text]
        return {one["model"]: one["name"] for one in told if one.get("name")}

    def forget(self, model: str) -> int:
        """Remove a model's vectors; returns how many."""
        gone = 0
        while True:
            some = select(VECTOR.c.id).where(VECTOR.c.model == model).limit(10_000)
            with self._db.write() as connection:
                count = connection.execute(VECTOR.delete().where(VECTOR.c.id.in_(some))).rowcount
            gone += count
            if not count:
                return gone
