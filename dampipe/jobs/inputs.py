"""What a stage is called with: subjects that can be opened, and the outputs of its givers."""

import os
from collections.abc import Sequence
from typing import Any

from dampipe.features.assets.catalog import Catalog
from dampipe.jobs.model import Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.stage import Stage
from dampipe.kernel.errors import BadMedia, Permanent, Transient
from dampipe.kernel.paths import kept_time, printable
from dampipe.kernel.stage_io import AssetRef, SourceFile


class Inputs:
    """Collects arguments from the catalogue."""

    def __init__(self, catalog: Catalog, plan: Plan) -> None:
        self._catalog = catalog
        self._plan = plan

    def collect(self, stage: Stage, subjects: Sequence[Subject]) -> list[dict[str, Any]]:
        """The arguments of a stage for each subject, tools excepted.

        Raises Transient when no file of an asset can be reached now, BadMedia when it may not be read.
        """
        assets = [subject.asset for subject in subjects if subject.asset is not None]
        outputs = self._catalog.results.outputs([self._plan.key(g) for g in self._plan.givers(stage)], assets)
        wants_asset = AssetRef in stage.inputs.values()
        refs = self._catalog.assets.refs(assets) if wants_asset else {}
        given_by = {giver.gives: giver.name for giver in self._plan.givers(stage)}
        collected = []
        for subject in subjects:
            arguments: dict[str, Any] = {}
            for name, kind in stage.inputs.items():
                if kind is SourceFile:
                    arguments[name] = self._file(subject)
                elif kind is AssetRef:
                    arguments[name] = refs[subject.asset or 0]
                else:
                    text = outputs.get((subject.asset or 0, given_by[kind]))
                    if text is None:
                        raise Permanent(f"{stage.name} has no {kind.__name__} of asset {subject.asset}")
                    arguments[name] = kind.model_validate_json(text)  # type: ignore[attr-defined]
            collected.append(arguments)
        return collected

    def _file(self, subject: Subject) -> SourceFile:
        """A file of the subject that can be opened now, as it is on disk now."""
        places = (
            self._catalog.assets.files(location=subject.location)
            if subject.location is not None
            else self._catalog.assets.files(asset=subject.asset)
        )
        for place in places:
            try:
                facts = os.stat(place.path)
            except OSError:
                continue
            if not os.access(place.path, os.R_OK):
                raise BadMedia(
                    "the file cannot be read: permission denied",
                    "Give dampipe the right to read it, then `dampipe retry`.",
                )
            return place.model_copy(update={"size": facts.st_size, "mtime_ns": kept_time(facts.st_mtime_ns)})
        where = printable(places[0].path) if places else "anywhere"
        raise Transient(f"the file is not at {where} now", "Is the share mounted?")
