"""Has lost derivatives made again: by the runs that made them, and by nothing else."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from dampipe.features.derivatives.checks import OPEN
from dampipe.features.derivatives.model import Kept
from dampipe.features.derivatives.queries import is_intact
from dampipe.features.derivatives.sign_items import SignItems
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs import state
from dampipe.jobs.model import STAGE, RunState
from dampipe.jobs.plan import Plan
from dampipe.jobs.stage import Stage
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.ids import VersionId
from dampipe.kernel.stage_io import StageOutput
from dampipe.media.outputs import MADE_BY, DerivativeKind, Preview, Proxy, Refined
from dampipe.storage.blobs.errors import BLOB_NOT_FOUND

ASSETS_PER_TRANSACTION = 100


class Remaker:
    """Lets runs start again whose files are lost.

    What runs again: the stage that makes the lost kind. What does not: stages that take its result, since that does
    not change; `save_preview` compares the new frames with those that were embedded. If the frames were extended by
    the stage refine, it runs again, too, after the preview. Signatures alone are made from the proxy. With `one_pass`
    the preview pass writes the proxy, so the proxy stage takes that over again.
    """

    def __init__(
        self, database: Database, plan: Callable[[], Plan], one_pass: bool, signing: SignItems
    ) -> None:
        self._db = database
        self._signing = signing
        self._plan = plan
        self._one_pass = one_pass

    def remake(self, lost: Mapping[int, set[str]]) -> dict[tuple[int, str], Kept | None]:
        """Have these kinds of derivatives of these assets made again; returns by asset and kind why not, or None."""
        outcome: dict[tuple[int, str], Kept | None] = {}
        assets = sorted(lost)
        for at in range(0, len(assets), ASSETS_PER_TRANSACTION):
            some = assets[at : at + ASSETS_PER_TRANSACTION]
            with self._db.write() as connection:
                outcome |= self._remake(connection, {asset: lost[asset] for asset in some})
        return outcome

    def _remake(
        self, connection: Connection, lost: Mapping[int, set[str]]
    ) -> dict[tuple[int, str], Kept | None]:
        runs: dict[int, list[Row[Any]]] = {version: [] for version in lost}
        # Locked: a worker may claim one of them at this moment.
        query = select(RUN).where(in_ids(self._db, RUN.c.version_id, lost), RUN.c.kind == STAGE)
        for row in connection.execute(query.order_by(RUN.c.id).with_for_update()):
            runs[row.version_id].append(row)
        present = select(LOCATION.c.version_id).where(
            in_ids(self._db, LOCATION.c.version_id, lost), LOCATION.c.state == LocationState.PRESENT
        )
        with_file = set(connection.execute(present).scalars())
        outcome: dict[tuple[int, str], Kept | None] = {}
        for version, kinds in lost.items():
            if self._can_sign(connection, version, kinds):
                self._signing.add(connection, VersionId(version))
                outcome[version, DerivativeKind.SIGNATURES] = None
                kinds = kinds - {DerivativeKind.SIGNATURES}
            if not kinds:
                continue
            if version not in with_file:
                outcome |= {(version, kind): Kept.NO_FILE for kind in kinds}
            elif any(run.state in OPEN for run in runs[version]):
                outcome |= {(version, kind): Kept.BUSY for kind in kinds}
            else:
                outcome |= self._start(connection, VersionId(version), kinds, runs[version])
        return outcome

    @staticmethod
    def _can_sign(connection: Connection, version: int, kinds: set[str]) -> bool:
        """Whether signatures are lost, and the proxy to make them from is not."""
        return (
            DerivativeKind.SIGNATURES in kinds
            and DerivativeKind.PROXY not in kinds
            and is_intact(connection, version, DerivativeKind.PROXY)
        )

    def _start(
        self, connection: Connection, version: VersionId, kinds: set[str], runs: list[Row[Any]]
    ) -> dict[tuple[int, str], Kept | None]:
        made_by = {kind: self._done_run(MADE_BY[DerivativeKind(kind)], runs) for kind in kinds}
        again = {run.id: run for run in made_by.values() if run is not None}
        if not again:
            return {(version, kind): Kept.NOT_DONE for kind in kinds}
        follow: list[str] = []  # deleted, and created again once the runs before them are done
        refined = self._done_run(Refined, runs)
        if DerivativeKind.FRAMES in kinds and refined is not None and json.loads(refined.output)["added"]:
            follow.append(refined.stage)
        preview, proxy = self._done_run(Preview, runs), self._done_run(Proxy, runs)
        if self._one_pass and proxy is not None and preview is not None and preview.id in again:
            again.pop(proxy.id, None)
            follow.append(proxy.stage)
        state.remake(connection, RUN.c.id.in_(list(again)))
        if follow:
            state.delete_runs_of_versions(connection, [version], follow)
        broken = [run.id for run in runs if run.state == RunState.FAILED and _failed_for_loss(run)]
        if broken:
            state.delete_idle(connection, RUN.c.id.in_(broken))
        return {(version, kind): None if run is not None else Kept.NOT_DONE for kind, run in made_by.items()}

    def _done_run(self, output: type[StageOutput], runs: list[Row[Any]]) -> Row[Any] | None:
        """The run of the pipeline's stage with that output, if it is done."""
        stage: Stage | None = next((s for s in self._plan().stages if s.output_type is output), None)
        if stage is None:
            return None
        key = self._plan().key(stage)
        return next(
            (
                run
                for run in runs
                if (run.stage, run.version, run.state) == (key.stage, key.version, RunState.DONE)
            ),
            None,
        )


def _failed_for_loss(run: Row[Any]) -> bool:
    """Whether a stage has failed since it could not open what is being made again."""
    return bool(run.error) and json.loads(run.error).get("code") == BLOB_NOT_FOUND.code
