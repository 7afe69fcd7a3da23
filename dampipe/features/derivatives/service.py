"""The use cases of derivatives: finding one of an asset, reading it, and requesting checks."""

import json
import os
from collections.abc import Callable
from typing import Any, BinaryIO
from uuid import uuid4

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.derivatives.checks import CheckRepository
from dampipe.features.derivatives.errors import LOST_DERIVATIVE, UNKNOWN_CHECK, UNKNOWN_DERIVATIVE
from dampipe.features.derivatives.handler import CheckItems
from dampipe.features.derivatives.model import (
    CHECK,
    Checked,
    CheckRequest,
    CheckStarted,
    CheckState,
    Problem,
)
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.work import WorkRepository
from dampipe.kernel.access import PROCESS, READ, Actor, require
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.ids import RunId
from dampipe.kernel.progress import Progress
from dampipe.kernel.visibility import Visibility
from dampipe.media.outputs import Derivative
from dampipe.storage.blobs.derivatives import DerivativeStore


class DerivativeService:
    """The derivatives of a library. Any method may raise CatalogueDown."""

    def __init__(
        self,
        assets: AssetRepository,
        store: DerivativeStore,
        checks: CheckRepository,
        items: CheckItems,
        visibility: Visibility,
    ) -> None:
        self._visibility = visibility
        self._assets = assets
        self._store = store
        self._checks = checks
        self._items = items

    def find(self, actor: Actor, sha1: str, name: str) -> tuple[Derivative, str]:
        """A derivative by its kind or its file's name, and the name to download it under.

        Raises NotFound for an unknown asset or a derivative that it does not have.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        video = self._assets.videos([self._assets.find(sha1, view)], view)[0]
        for derivative in video.derivatives:
            if name in (derivative.kind, derivative.key.rpartition("/")[2]):
                return derivative, video.download_name(derivative)
        raise NotFound(UNKNOWN_DERIVATIVE, name=video.name, derivative=name, sha1=video.sha1)

    def open(self, actor: Actor, derivative: Derivative) -> BinaryIO:
        """A seekable reader of its bytes. Raises NotFound where they are gone or not as many as were written.

        That is noted, and a check is requested, which has it made again.
        """
        require(actor, READ)
        try:
            stream = self._store.open(derivative)
        except NotFound as error:
            raise self._lost(derivative, Problem.MISSING) from error
        if stream.seek(0, os.SEEK_END) != derivative.size:
            stream.close()
            raise self._lost(derivative, Problem.DAMAGED)
        stream.seek(0)
        return stream

    def _lost(self, derivative: Derivative, problem: Problem) -> NotFound:
        if self._checks.report(derivative.key, problem):
            self._items.repair_reported()
        return NotFound(LOST_DERIVATIVE, derivative=derivative.kind.value, problem=problem.value)


class CheckRequests:
    """Checks that workers do. Any method may raise CatalogueDown."""

    def __init__(
        self,
        assets: AssetService,
        items: CheckItems,
        work: WorkRepository,
        transport: Callable[[], TaskTransport],
        visibility: Visibility,
    ) -> None:
        self._visibility = visibility
        self._assets = assets
        self._items = items
        self._work = work
        self._transport = transport

    def start(self, actor: Actor, request: CheckRequest) -> CheckStarted:
        """Request a check, and return at once. Raises NotFound for an unknown asset, and BrokerDown."""
        require(actor, PROCESS)
        if not request.what:
            self._visibility.of(actor).require_all(actor)
        for name in request.what:
            self._assets.version_id(actor, name)
        item = self._items.add(f"request-{uuid4().hex}", request)
        assert item is not None  # no two requests have the same key
        self._transport().notify("sweep")
        return CheckStarted(check=item)

    def _may_read(self, actor: Actor, row: Any) -> bool:
        """Whether all that a check was asked to look at is visible."""
        request = CheckRequest.model_validate(json.loads(row.parameters or "{}"))
        try:
            for name in request.what:
                self._assets.asset_id(actor, name)
        except (NotFound, InvalidInput):
            return False
        return bool(request.what)

    def read(self, actor: Actor, check: int) -> CheckState:
        """How a check stands. Raises NotFound, also for one whose result is older than a week."""
        require(actor, PROCESS)
        row = self._work.find(CHECK, RunId(check))
        if row is None:
            raise NotFound(UNKNOWN_CHECK, check=check)
        if not self._visibility.of(actor).is_all and not self._may_read(actor, row):
            raise NotFound(UNKNOWN_CHECK, check=check)
        return CheckState(
            check=check,
            state=row.state,
            progress=Progress.model_validate(json.loads(row.progress)) if row.progress else None,
            result=Checked.model_validate(self._work.result(row)) if row.output else None,
            reason=row.reason or "",
        )
