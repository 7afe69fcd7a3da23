"""The use case of checks: compare stored derivatives with the catalogue, and have lost ones made again.

Derivatives are like a cache: what is lost can be made from the footage, so repairs need no question. But a store that
is away or was emptied must not make everything again: as with scans, nothing is believed to be lost when too much is.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from dampipe.features.assets.service import AssetService
from dampipe.features.derivatives.checks import CheckRepository, DerivativeCheck
from dampipe.features.derivatives.health import StoreSample
from dampipe.features.derivatives.model import (
    CHECK,
    SHOWN,
    Checked,
    CheckRequest,
    Kept,
    LostDerivative,
    Problem,
    StoreHealth,
)
from dampipe.features.derivatives.orphans import OrphanedBlobs
from dampipe.features.derivatives.remake import Remaker
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.model import Failure
from dampipe.kernel.access import PROCESS, Actor, require
from dampipe.kernel.errors import BrokerDown, NotFound
from dampipe.kernel.visibility import EVERYTHING, View
from dampipe.storage.blobs.derivatives import Damaged, DerivativeStore

ORPHAN_AGE = 86400.0
"""Seconds since an orphan was written before it is deleted: longer than any time between the writing of a file and the
transaction that refers to it, that of a worker which was suspended included."""
MOST_REPAIRS = 10_000
"""Derivatives found to be lost earlier that one check has made again."""
NIGHT = 20 * 3600.0
"""Seconds: what was checked since then counts as checked in this night."""

OnProgress = Callable[[int, int], object]
"""Called while checking, with how many derivatives are checked and how many are to be."""


@dataclass
class _Findings:
    """What a check has found so far."""

    counts: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[DerivativeCheck, Problem]] = field(default_factory=list)
    """In memory until it is decided whether to believe it."""


class CheckService:
    """Checks and repairs derivatives. Any method may raise CatalogueDown."""

    def __init__(
        self,
        checks: CheckRepository,
        assets: AssetService,
        store: DerivativeStore,
        orphans: OrphanedBlobs,
        remaker: Remaker,
        transport: Callable[[], TaskTransport],
        sample: StoreSample,
    ) -> None:
        self._checks = checks
        self._assets = assets
        self._store = store
        self._orphans = orphans
        self._remaker = remaker
        self._transport = transport
        self._sample = sample

    def check(
        self, actor: Actor, request: CheckRequest, on_progress: OnProgress = lambda *_: None
    ) -> Checked:
        """Read derivatives and compare them with their sizes and checksums; with `repair`, have lost ones made again.

        One without a checksum gets one. Raises NotFound for an unknown asset, Transient when the store does not answer.
        """
        require(actor, PROCESS)
        began = time.monotonic()
        assets = [self._assets.version_id(actor, name) for name in request.what] if request.what else None
        if assets is None and not request.all:
            health = self._sample.look()
            if health.away:
                return _suspicious(health, Checked(wanted=self._checks.count()), began)
        wanted, pages = self._selection(request, assets)
        found = self._look_at(pages, wanted, began, request.minutes, on_progress)
        done = Checked(wanted=wanted, **found.counts)
        if done.missing and not request.all:
            health = self._sample.look()
            of = wanted - done.left
            if health.away or (assets is None and self._sample.policy.is_suspicious(done.missing, of)):
                return _suspicious(health, done, began)
        self._checks.record_bad(found.bad, self._checks.now())
        done = self._repair(done, found.bad, assets, request)
        if request.percent is None and not done.left:
            done = self._orphaned(actor, done, request)
        return done.model_copy(update={"seconds": time.monotonic() - began})

    def repair_reported(self) -> Checked:
        """Have made again what readers and earlier checks have found to be lost, after another look at it."""
        began = time.monotonic()
        rows = self._checks.bad(MOST_REPAIRS)
        found = self._look_at(iter([rows] if rows else []), len(rows), began, None, lambda *_: None)
        done = Checked(wanted=len(rows), **found.counts)
        health = self._sample.look() if found.bad else StoreHealth()
        if health.away:
            return _suspicious(health, done, began)
        self._checks.record_bad(found.bad, self._checks.now())
        return self._repair(done, found.bad, None, CheckRequest(repair=True, percent=100))

    def failures(self, limit: int, view: View = EVERYTHING) -> list[Failure]:
        """Derivatives that are lost and not made again yet, newest first."""
        rows = self._checks.bad(limit, view=view)
        names = self._checks.names(sorted({row.version for row in rows}), view)
        return [
            Failure(
                asset=names[row.version][0],
                path=names[row.version][1],
                stage=CHECK,
                kind=str(row.problem),
                reason=f"the derivative {row.kind} is {row.problem}",
                attempts=1,
                at=row.checked_at or None,
            )
            for row in rows
            if row.version in names
        ]

    def _selection(
        self, request: CheckRequest, assets: Sequence[int] | None
    ) -> tuple[int, Iterator[list[DerivativeCheck]]]:
        count = self._checks.count(assets)
        if request.percent is None or assets is not None:
            return count, self._checks.pages(assets)
        share = -int(-count * request.percent // 100)
        return share, self._checks.oldest(share, self._checks.now() - NIGHT)

    def _look_at(
        self,
        pages: Iterator[list[DerivativeCheck]],
        wanted: int,
        began: float,
        minutes: float | None,
        on_progress: OnProgress,
    ) -> _Findings:
        found, looked_at = _Findings(), 0
        for page in pages:
            sound: list[tuple[DerivativeCheck, str]] = []
            bad: list[tuple[DerivativeCheck, Problem]] = []
            for row in page:
                verdict = self._compare(row)
                if isinstance(verdict, Problem):
                    bad.append((row, verdict))
                else:
                    sound.append((row, verdict))
                looked_at += 1
                on_progress(looked_at, wanted)
                if minutes is not None and time.monotonic() - began > 60 * minutes:
                    break
            self._checks.record_sound(sound, self._checks.now())
            open_versions = self._checks.in_progress([row.version for row, _ in bad])
            found.counts["sound"] += len(sound)
            found.counts["bytes"] += sum(row.size for row, _ in sound)
            found.counts["first"] += sum(row.checksum is None for row, _ in sound)
            for row, problem in bad:
                if row.version in open_versions:
                    found.counts["busy"] += 1
                else:
                    found.counts[problem.value] += 1
                    found.bad.append((row, problem))
            if len(sound) + len(bad) < len(page):  # the time is over
                break
        return found

    def _compare(self, row: DerivativeCheck) -> str | Problem:
        """The checksum of a sound derivative, or what is wrong with it."""
        try:
            size, checksum = self._store.read_again(row.key)
        except NotFound:
            return Problem.MISSING
        except Damaged:
            return Problem.DAMAGED
        if size != row.size or checksum != (row.checksum or checksum):
            return Problem.DAMAGED
        return checksum

    def _repair(
        self,
        done: Checked,
        bad: Sequence[tuple[DerivativeCheck, Problem]],
        assets: Sequence[int] | None,
        request: CheckRequest,
    ) -> Checked:
        rows = {row.id: (row, problem) for row, problem in bad}
        if request.repair and request.percent is not None:  # a share also repairs what was found before
            earlier = self._checks.bad(MOST_REPAIRS, assets)
            rows = {row.id: (row, Problem(str(row.problem))) for row in earlier} | rows
        outcome: dict[tuple[int, str], Kept | None] = {}
        if request.repair:
            lost: dict[int, set[str]] = {}
            for row, _ in rows.values():
                lost.setdefault(row.version, set()).add(row.kind)
            outcome = self._remaker.remake(lost)
            self._wake(outcome)
        found_now = {(row.version, row.kind) for row, _ in bad}
        again = {key for key, kept in outcome.items() if kept is None}
        names = self._checks.names(sorted({row.version for row, _ in bad}))
        return done.model_copy(
            update={
                "again": len(again & found_now),
                "assets": len({asset for asset, _ in again}),
                "lost": tuple(
                    LostDerivative(
                        asset=names[row.version][0],
                        name=names[row.version][1],
                        kind=row.kind,
                        problem=problem,
                        kept=outcome.get((row.version, row.kind), Kept.NOT_ASKED),
                    )
                    for row, problem in bad[:SHOWN]
                    if row.version in names
                ),
            }
        )

    def _wake(self, outcome: dict[tuple[int, str], Kept | None]) -> None:
        if any(kept is None for kept in outcome.values()):
            try:
                self._transport().notify("sweep")
            except BrokerDown:  # the sweep finds the runs once there is a broker
                return

    def _orphaned(self, actor: Actor, done: Checked, request: CheckRequest) -> Checked:
        keys = (
            (sha1, key)
            for name in (request.what and [self._assets.sha1(actor, name) for name in request.what]) or [""]
            for sha1, key in self._store.keys(name)
        )
        oldest = time.time() - ORPHAN_AGE
        sizes: list[int] = []

        def take(key: str, delete: bool) -> None:
            try:
                if self._store.modified(key) > oldest:
                    return
            except NotFound:
                return
            size = self._store.size(key)
            if delete:
                self._store.delete(key)
            sizes.append(size)

        if request.repair:
            self._orphans.remove(keys, lambda key: take(key, delete=True))
        else:
            for key in self._orphans.find(keys):
                take(key, delete=False)
        return done.model_copy(update={"orphans": len(sizes), "orphan_bytes": sum(sizes)})


def _suspicious(health: StoreHealth, done: Checked, began: float) -> Checked:
    update = {"suspicious": True, "sampled": health.sampled, "sampled_missing": health.missing}
    return done.model_copy(update={**update, "seconds": time.monotonic() - began})
