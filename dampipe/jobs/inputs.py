"""The arguments of a stage: subjects that can be opened, and the outputs of its upstream stages."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from dampipe.jobs.errors import FILE_AWAY, INPUT_MISSING
from dampipe.jobs.held_files import HeldFiles
from dampipe.jobs.model import Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.reads import RunReads
from dampipe.jobs.remote_source import RemoteSource
from dampipe.jobs.stage import Stage
from dampipe.jobs.subjects import Subjects
from dampipe.kernel.errors import (
    BadMedia,
    Permanent,
    Transient,
)
from dampipe.kernel.file_errors import FILE_UNREADABLE
from dampipe.kernel.ids import VersionId
from dampipe.kernel.paths import kept_time, printable
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import LazySource, SourceFile, VersionRef
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
                    arguments[name] = self._file(stage, subject, held).whole()
                elif kind is LazySource:
                    arguments[name] = self._file(stage, subject, held)
                elif kind is VersionRef:
                    arguments[name] = refs[version]
                else:
                    output = outputs.get((version, returned_by[kind]))
                    if output is None:
                        raise Permanent(INPUT_MISSING, stage=stage.name, output=kind.__name__, asset=version)
                    arguments[name] = kind.model_validate_json(output)  # type: ignore[attr-defined]
            collected.append(arguments)
        return collected

    def _file(self, stage: Stage, subject: Subject, held: HeldFiles) -> LazySource:
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
            now = {"size": facts.st_size, "mtime_ns": kept_time(facts.st_mtime_ns)}
            is_same = (file.size, file.mtime_ns) == (now["size"], now["mtime_ns"])
            return file.model_copy(update={**now, "sha1": file.sha1 if is_same else ""})
        remote = [file for file in files if file.remote is not None]
        if not remote:
            raise Transient(FILE_AWAY, path=printable(files[0].path) if files else "anywhere")
        is_lazy = LazySource in stage.inputs.values() and not self._is_wanted_whole(stage, subject)
        return RemoteSource(
            remote,
            held.stage_later(subject),
            (lambda file: held.parts(subject, file)) if is_lazy else None,
        )

    def _is_wanted_whole(self, stage: Stage, subject: Subject) -> bool:
        """Whether other stages are still to read the file, so that it is fetched once, and whole."""
        if subject.version is None:
            return True
        others = [
            self._plan.key(other)
            for other in self._plan.stages
            if other is not stage and not other.on_location and other.reads_footage
        ]
        return not self._runs.have_ended(others, subject.version)
