"""The arguments of a stage: subjects that can be opened, and the outputs of its upstream stages."""

import os
from collections.abc import Sequence
from typing import Any

from dampipe.jobs.errors import FILE_AWAY, INPUT_MISSING
from dampipe.jobs.model import Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.reads import RunReads
from dampipe.jobs.stage import Stage
from dampipe.jobs.subjects import Subjects
from dampipe.kernel.errors import BadMedia, Permanent, Transient
from dampipe.kernel.file_errors import FILE_UNREADABLE
from dampipe.kernel.ids import VersionId
from dampipe.kernel.paths import kept_time, printable
from dampipe.kernel.stage_io import SourceFile, VersionRef


class StageInputs:
    """Collects arguments from the catalogue."""

    def __init__(self, runs: RunReads, subjects: Subjects, plan: Plan) -> None:
        self._runs = runs
        self._subjects = subjects
        self._plan = plan

    def collect(self, stage: Stage, subjects: Sequence[Subject]) -> list[dict[str, Any]]:
        """The arguments of a stage for each subject, tools excepted.

        Raises Transient when no file of an asset can be reached now, BadMedia when it may not be read.
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
            for name, kind in stage.inputs.items():
                if kind is SourceFile:
                    arguments[name] = self._file(subject)
                elif kind is VersionRef:
                    arguments[name] = refs[version]
                else:
                    output = outputs.get((version, returned_by[kind]))
                    if output is None:
                        raise Permanent(INPUT_MISSING, stage=stage.name, output=kind.__name__, asset=version)
                    arguments[name] = kind.model_validate_json(output)  # type: ignore[attr-defined]
            collected.append(arguments)
        return collected

    def _file(self, subject: Subject) -> SourceFile:
        """A file of the subject that can be opened now, as it is on disk now."""
        files = self._subjects.files(subject)
        for file in files:
            try:
                facts = os.stat(file.path)
            except OSError:
                continue
            if not os.access(file.path, os.R_OK):
                raise BadMedia(FILE_UNREADABLE)
            return file.model_copy(update={"size": facts.st_size, "mtime_ns": kept_time(facts.st_mtime_ns)})
        raise Transient(FILE_AWAY, path=printable(files[0].path) if files else "anywhere")
