"""The SQL of models: which ones have vectors, and how much a new one lacks to replace an old one."""

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
        """The models that have vectors; costs one index look-up for each."""
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
        counted = select(func.count(VECTOR.c.version_id.distinct())).where(VECTOR.c.model == model)
        with self._db.read() as connection:
            return int(connection.execute(counted).scalar_one())

    def left(self, old: str, new: str, stages: list[RunKey]) -> int:
        """How many assets have vectors of the old model and none of the new one.

        Assets that failed in one of the stages (in the present version) do not count.
        """
        held = select(VECTOR.c.version_id).where(VECTOR.c.model == old).distinct().subquery()
        newer = VECTOR.alias()
        embedded = exists().where(newer.c.version_id == held.c.version_id, newer.c.model == new)
        failed = [
            exists().where(
                RUN.c.version_id == held.c.version_id,
                RUN.c.stage == key.stage,
                RUN.c.version == key.version,
                RUN.c.state == RunState.FAILED,
            )
            for key in stages
        ]
        # Embedded without a result: its frames show nothing.
        empty = exists(literal(1)).where(
            RUN.c.version_id == held.c.version_id,
            RUN.c.stage == stages[-1].stage,
            RUN.c.version == stages[-1].version,
            RUN.c.state == RunState.DONE,
        )
        waiting = (
            select(func.count())
            .select_from(held)
            .where(~embedded, ~empty, *(~condition for condition in failed))
        )
        with self._db.read() as connection:
            return int(connection.execute(waiting).scalar_one())

    def names(self, stage: str) -> dict[str, str]:
        """The names that models had in the settings, by fingerprint, from the outputs of a stage.

        Reads the oldest outputs, since the name of an old model is asked for.
        """
        done = select(RUN.c.output).where(RUN.c.stage == stage, RUN.c.state == RunState.DONE)
        with self._db.read() as connection:
            outputs = connection.execute(done.order_by(RUN.c.id).limit(100)).scalars().all()
        embedded = [json.loads(text) for text in outputs if text]
        return {output["model"]: output["name"] for output in embedded if output.get("name")}

    def forget(self, model: str) -> int:
        """Remove the vectors of a model in transactions of 10,000; returns how many."""
        removed = 0
        while True:
            some = select(VECTOR.c.id).where(VECTOR.c.model == model).limit(10_000)
            with self._db.write() as connection:
                count = connection.execute(VECTOR.delete().where(VECTOR.c.id.in_(some))).rowcount
            removed += count
            if not count:
                return removed
