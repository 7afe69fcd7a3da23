"""The arguments of a stage: subjects that can be opened, and the outputs of its upstream stages."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from dampipe.jobs.errors import FILE_AWAY, INPUT_MISSING
from dampipe.jobs.held_files import HeldFiles
from dampipe.jobs.model import Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.reads import RunReads
from dampipe.jobs.stage import Stage
from dampipe.jobs.subjects import Subjects
from dampipe.kernel.errors import (
    BadMedia,
    DampipeError,
    NotFound,
    Permanent,
    StageError,
    StorageFull,
    Transient,
)
from dampipe.kernel.file_errors import FILE_UNREADABLE
from dampipe.kernel.ids import VersionId
from dampipe.kernel.paths import kept_time, printable
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import SourceFile, VersionRef
from dampipe.kernel.staging import Staging


class StageInputs:
    """Collects arguments from the catalogue."""

    def __init__(self, runs: RunReads, subjects: Subjects, plan: Plan, staging: Staging) -> None:
        self._runs = runs
        self._subjects = subjects
        self._plan = plan
        self._staging = staging

    def hold_files(
        self, on_fetched: Callable[[Subject, int], None], report: Reporter, copies: dict[Subject, bool]
    ) -> HeldFiles:
        """What holds the remote files of one call of a stage. on_fetched, copies: see HeldFiles."""
        return HeldFiles(self._staging, on_fetched, report, copies)

    def collect(self, stage: Stage, subjects: Sequence[Subject], held: HeldFiles) -> list[dict[str, Any]]:
        """The arguments of a stage for each subject, tools excepted; remote files are fetched and held.

        Raises Transient when no file of an asset can be reached now, BadMedia when it may not be read, and for remote
        files what `Staging.hold` raises.
        """
        versions = [subject.version for subject in subjects if subject.version is not None]
        upstream = self._plan.upstream(stage)
        outputs = self._runs.outputs([self._plan.key(other) for other in upstream], versions)
        refs = self._subjects.refs(versions) if VersionRef in stage.inputs.values() else {}
        returned_by = {other.output_type: other.name for other in upstream}
        collected = []
        for subject in subjects:
            version = subject.version or VersionId(0)
            arguments: dict[str, Any] = {}
            held.next_subject()
            for name, kind in stage.inputs.items():
                if kind is SourceFile:
                    arguments[name] = self._file(subject, held)
                elif kind is VersionRef:
                    arguments[name] = refs[version]
                else:
                    output = outputs.get((version, returned_by[kind]))
                    if output is None:
                        raise Permanent(INPUT_MISSING, stage=stage.name, output=kind.__name__, asset=version)
                    arguments[name] = kind.model_validate_json(output)  # type: ignore[attr-defined]
            collected.append(arguments)
        return collected

    def _file(self, subject: Subject, held: HeldFiles) -> SourceFile:
        """A file of the subject that can be opened now, as it is on disk now; remote ones come last."""
        files = self._subjects.files(subject)
        for file in files:
            if file.remote is not None:
                continue
            try:
                facts = os.stat(file.path)
            except OSError:
                continue
            if not os.access(file.path, os.R_OK):
                raise BadMedia(FILE_UNREADABLE)
            return file.model_copy(update={"size": facts.st_size, "mtime_ns": kept_time(facts.st_mtime_ns)})
        return self._staged(subject, files, held)

    def _staged(self, subject: Subject, files: Sequence[SourceFile], held: HeldFiles) -> SourceFile:
        """The copy of a remote file. Raises for the first one, if none can be had."""
        problem: DampipeError = Transient(FILE_AWAY, path=printable(files[0].path) if files else "anywhere")
        is_known = False
        for file in files:
            if file.remote is None:
                continue
            try:
                return held.stage(subject, file)
            except NotFound:
                continue  # at the next scan it is missing
            except (StageError, StorageFull) as error:
                if not is_known:
                    problem, is_known = error, True
        raise problem
