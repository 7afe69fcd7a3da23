"""The import worker: lists an origin, copies its files one after the other, and ends with manifests and the receipt.

    list → match what is there by content → copy, read back, publish → list again → ASC MHL → receipt → scan

Each file is a step with one outcome, saved once. A worker does steps for some seconds and notifies the next worker, so
that several imports proceed at once; it can be killed at any time. What may pass (a full disk, a medium that is away)
blocks the session until it has passed; what lies in one file sets that file aside.
"""

import json
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import groupby
from time import monotonic

from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.imports import errors
from dampipe.features.imports.contents import KnownContents
from dampipe.features.imports.facts import FactReader
from dampipe.features.imports.file_queries import ImportFileRepository
from dampipe.features.imports.held import ImportJob, ImportStopped
from dampipe.features.imports.manifests import write_manifests
from dampipe.features.imports.model import (
    FileState,
    Manifest,
    Phase,
    SessionState,
)
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.step import ImportPolicy, Step
from dampipe.features.imports.tables import ImportFileRow
from dampipe.features.scanning.model import EnqueueRequest
from dampipe.features.scanning.service import ScanService
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs import lease
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import LeaseRenewer
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.errors import (
    BrokerDown,
    CannotStart,
    CatalogueDown,
    DampipeError,
    InvalidInput,
    NotFound,
    Permanent,
    StorageFull,
    Transient,
    Unavailable,
)
from dampipe.kernel.paths import is_url
from dampipe.kernel.progress import Progress
from dampipe.storage.files.stores import FileStores

log = logging.getLogger(__name__)

_NEXT = 200
"""Files that are read at once from the catalogue."""
MOST_SCANNED = 200
"""Folders that the scan of what was copied names; of more, the destinations are scanned."""


_NO_MANIFESTS = (
    "the program ascmhl reads the files of a folder, and would fetch all of them from the store again"
)


class ImportWorker:
    """Claims imports and continues them."""

    def __init__(
        self,
        imports: ImportRepository,
        files: ImportFileRepository,
        contents: KnownContents,
        sources: SourceRepository,
        stores: FileStores,
        scans: Callable[[], ScanService],
        ascmhl: AscMhl,
        facts: FactReader,
        transport: TaskTransport,
        leases: LeaseRenewer,
        lease_seconds: float,
        policy: ImportPolicy,
    ) -> None:
        self._imports = imports
        self._files = files
        self._contents = contents
        self._sources = sources
        self._stores = stores
        self._scans = scans
        self._ascmhl = ascmhl
        self._facts = facts
        self._transport = transport
        self._leases = leases
        self._lease = lease_seconds
        self._policy = policy

    def portion(self, number: int) -> str:
        """Continue an import for some seconds, unless another worker does; returns what was done, for the log."""
        job = self._imports.claim(number, lease.owner(), self._lease)
        if job is None:
            return "nothing to do"

        def renew(progress: Progress | None) -> None:
            self._imports.renew(job, self._lease, None if progress is None else progress.model_dump_json())

        if job.is_cancelled:
            return self._clean_up(job)
        with self._leases.hold(renew, self._lease) as held:
            return self._guarded(job, held.on_progress)

    def _guarded(self, job: ImportJob, on_progress: Callable[[Progress], None]) -> str:
        try:
            done = self._run(job, on_progress)
        except ImportStopped:
            return "stopped: paused, cancelled or claimed by another worker"
        except (CatalogueDown, BrokerDown):  # the sweep has it continued
            raise
        except (StorageFull, Transient, NotFound, InvalidInput, CannotStart, Unavailable, Permanent) as error:
            if error.code == errors.DESTINATION_FULL.code or not isinstance(error, StorageFull):
                delay = error.delay if isinstance(error, Transient) else None
                self._imports.block(job, error, self._policy.blocked_delay if delay is None else delay)
                log.warning("import %d waits: %s", job.number, error)
                return f"blocked: {error}"
            raise
        except DampipeError:
            raise
        except Exception as error:
            # A bug: it would happen again at every attempt, and a client would wait for ever.
            log.exception("import %d failed", job.number)
            problem = (
                f"the import failed with an internal error: {type(error).__name__}: {error}; see the log"
            )
            with suppress(ImportStopped):
                self._imports.finish(
                    job, SessionState.FAILED, adds_up=False, safe=False, scan=None, problem=problem
                )
            return "failed"
        if not done:
            with suppress(BrokerDown):  # the sweep has it continued
                self._transport.notify("import", job.number)
        return "over" if done else "continued"

    def _run(self, job: ImportJob, on_progress: Callable[[Progress], None]) -> bool:
        """Whether the import is over; else it is released, and another worker continues."""
        step = self._step(job, on_progress)
        step.check_media()
        until = monotonic() + self._policy.portion
        if step.job.phase is Phase.LIST:
            step.list_origin()
        else:
            step.sweep()
        while step.job.phase is Phase.COPY:
            files = self._files.next_files(job.number, _NEXT)
            if not files:
                step.list_again()
                continue
            if files[0].id in step.tried:  # only those are left that could not be read a moment ago
                self._imports.postpone(job, self._policy.retry_delay)
                return False
            if not self._do(step, files, until):
                self._imports.release(job)
                return False
        self._end(step)
        return True

    def _do(self, step: Step, files: Sequence[ImportFileRow], until: float) -> bool:
        """Do files in their order, as far as the order stays, and have them count; False: the time is over."""
        try:
            goes_on = self._do_some(step, files, until)
        except DampipeError:
            with suppress(DampipeError, ImportStopped):  # else the next worker reads them back
                step.flush()
            raise
        step.flush()
        return goes_on

    @staticmethod
    def _do_some(step: Step, files: Sequence[ImportFileRow], until: float) -> bool:
        for is_metadata, some in groupby(files, key=lambda one: one.is_metadata):
            for file in step.use_metadata(list(some)) if is_metadata else some:
                if file.id in step.tried or not step.do(file):
                    return True  # the order is another one now
                if monotonic() > until:
                    return False
        return monotonic() <= until

    def _step(self, job: ImportJob, on_progress: Callable[[Progress], None]) -> Step:
        return Step(
            job, self._imports, self._files, self._contents, self._sources, self._stores, self._facts, self._policy,
            on_progress,
        )  # fmt: skip

    def _end(self, step: Step) -> None:
        if step.job.phase is Phase.MANIFEST:
            self._write_manifests(step)
            step.job = self._imports.set_phase(step.job, Phase.FINISH)
        job = step.job
        [(counts, _)] = self._imports.counts([job.number]).values()
        complete, problem = step.is_complete(), ""
        if not complete:
            problem = str(InvalidInput(errors.ORIGIN_CHANGED, rounds=job.rounds))
        elif not counts.adds_up:
            problem = str(InvalidInput(errors.RECEIPT_WRONG, inputs=counts.inputs, outcomes=counts.outcomes))
        safe = (
            step.importer.proves_complete
            and counts.adds_up
            and complete
            and counts.inputs > 0
            and not counts.set_aside
            and len(job.manifests) == len(job.destinations)
            and not any(one.problem or one.left_out for one in job.manifests)
            and self._all_verified(job)
        )
        state = SessionState.FAILED if problem else SessionState.DONE
        self._imports.finish(
            job, state, adds_up=counts.adds_up and complete, safe=safe, scan=self._scan(step), problem=problem
        )

    def _all_verified(self, job: ImportJob) -> bool:
        """Whether every file was read back at every destination."""
        everywhere = set(range(len(job.destinations)))
        return all(
            {copy["destination"] for copy in json.loads(row.copies)} == everywhere
            for row in self._imports.files(job.number, (), 0, None)
        )

    def _write_manifests(self, step: Step) -> None:
        rows = self._imports.files(step.job.number, (FileState.IMPORTED, FileState.ALREADY_THERE), 0, None)
        for place in step.places[len(step.job.manifests) :]:
            if is_url(place.root):
                left_out = Manifest(destination=place.number, left_out=_NO_MANIFESTS)
                step.job = self._imports.save_manifest(step.job, left_out)
                continue
            structures: dict[str, dict[str, str]] = {}
            single: dict[str, str] = {}
            for row in rows:
                if not row.sha1 or place.number not in {
                    copy["destination"] for copy in json.loads(row.copies)
                }:
                    continue
                if row.structure is None:
                    single[row.target] = row.sha1
                    continue
                folder = step.job.structures[row.structure]
                structures.setdefault(folder, {})[row.target[len(folder) + 1 :]] = row.sha1
            if not any(row.state == FileState.IMPORTED for row in rows if row.structure is None):
                single = {}  # nothing was added
            manifest = write_manifests(
                self._ascmhl, place.number, place.path, structures, single, step.job.actor, step.check_held
            )
            step.job = self._imports.save_manifest(step.job, manifest)

    def _scan(self, step: Step) -> int | None:
        """Have what was copied scanned; None: nothing was, or it cannot be scanned now."""
        rows = self._imports.files(step.job.number, (FileState.IMPORTED,), 0, None)
        if not rows:
            return None
        targets = {
            step.job.structures[row.structure] if row.structure is not None else os.path.dirname(row.target)
            for row in rows
        }
        paths = [place.full(target) if target else place.path for place in step.places for target in targets]
        if len(paths) > MOST_SCANNED:
            paths = [place.path for place in step.places]
        try:
            return self._scans().enqueue(SYSTEM, EnqueueRequest(paths=tuple(sorted(paths)))).scan
        except InvalidInput as error:
            log.warning("import %d: what was copied is not scanned now: %s", step.job.number, error)
            return None

    def _clean_up(self, job: ImportJob) -> str:
        """Delete the temporary files of an import that was cancelled."""
        try:
            step = self._step(job, lambda _: None)
            step.check_destinations()
            step.sweep()
        except (DampipeError, OSError):
            self._imports.sweep_later(job, self._policy.blocked_delay)
            return "a destination is away"
        self._imports.swept(job)
        return "cleaned up"
