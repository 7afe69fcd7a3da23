"""The plan: the pipeline's list, validated, with a key for each stage of everything that changes its result."""

import hashlib
from collections.abc import Callable, Sequence

from dampipe.jobs.errors import (
    AFTER_UNKNOWN,
    CYCLE,
    DUPLICATE_STAGE,
    INPUT_AMBIGUOUS,
    INPUT_NOT_PRODUCED,
    NOT_ONE_IDENTITY,
    PIPELINE_EMPTY,
    TOOL_UNKNOWN,
    WRONG_ORDER,
)
from dampipe.jobs.keys import FollowUp, RunKey
from dampipe.jobs.stage import SUBJECTS, PipelineError, Stage
from dampipe.jobs.toolbox import Toolbox

MAIN_LANE = "main"


class Plan:
    """What a deployment does with every file.

    A stage runs once its upstream stages are done: those whose outputs it takes, and those named in `after`. The
    stages of a lane are carried by one chain, in the order of the list.
    """

    def __init__(self, stages: Sequence[Stage], toolbox: Toolbox) -> None:
        """Raises PipelineError that names the stage: a duplicate, a missing upstream stage or tool, a cycle."""
        if not stages:
            raise PipelineError(PIPELINE_EMPTY)
        self.stages = tuple(stages)
        self._by_name = {stage.name: stage for stage in stages}
        if len(self._by_name) < len(stages):
            twice = next(s.name for s in stages if sum(s.name == other.name for other in stages) > 1)
            raise PipelineError(DUPLICATE_STAGE, stage=twice)
        self._check_identity()
        self._upstream = {stage.name: self._find_upstream(stage) for stage in stages}
        self._check_order()
        self._versions: dict[str, str] = {}
        self._results: dict[str, str] = {}
        for stage in stages:
            self._versions[stage.name] = self._version(stage, toolbox.fingerprint, stage.revision)
            self._results[stage.name] = self._version(stage, toolbox.handed_on)
        self._follow_ups = {stage.name: self._find_follow_ups(stage) for stage in stages}

    def __getitem__(self, name: str) -> Stage:
        """The stage of that name. Raises KeyError."""
        return self._by_name[name]

    @property
    def first(self) -> Stage:
        """The stage that identifies a file's content."""
        return next(stage for stage in self.stages if stage.on_location)

    @property
    def lanes(self) -> dict[str, tuple[Stage, ...]]:
        """The stages that one chain carries, by lane: the main one, and one for each stage with its own chain."""
        lanes: dict[str, list[Stage]] = {}
        for stage in self.stages:
            lanes.setdefault(self.lane(stage), []).append(stage)
        return {name: tuple(stages) for name, stages in lanes.items()}

    @property
    def queues(self) -> tuple[str, ...]:
        """All queues, in the order in which a file meets them."""
        return tuple(dict.fromkeys(stage.queue for stage in self.stages))

    def lane(self, stage: Stage) -> str:
        """Which lane carries a stage."""
        return stage.name if stage.own_chain else MAIN_LANE

    def key(self, stage: Stage) -> RunKey:
        """What identifies the stage's runs now: its version, those of its tools and of its upstream stages."""
        return RunKey(stage.name, self._versions[stage.name], self.lane(stage), stage.on_location)

    def upstream(self, stage: Stage) -> tuple[Stage, ...]:
        """The stages that must be done before this one."""
        return self._upstream[stage.name]

    def chain_from(self, name: str) -> tuple[Stage, ...]:
        """A stage and those that follow it in its lane."""
        lane = self.lanes[self.lane(self[name])]
        return lane[[stage.name for stage in lane].index(name) :]

    def follow_ups(self, stage: Stage) -> tuple[FollowUp, ...]:
        """The runs to create once the stage is done."""
        return self._follow_ups[stage.name]

    def steps(self) -> tuple[FollowUp, ...]:
        """Every stage with its upstream stages, in order: what a complete asset has."""
        return tuple(
            FollowUp(self.key(stage), self._upstream_keys(stage), same_chain=False) for stage in self.stages
        )

    def _check_identity(self) -> None:
        firsts = [stage.name for stage in self.stages if stage.on_location]
        if len(firsts) != 1:
            raise PipelineError(NOT_ONE_IDENTITY, count=len(firsts), stages=firsts)

    def _find_upstream(self, stage: Stage) -> tuple[Stage, ...]:
        found: dict[str, Stage] = {}
        for parameter, kind in stage.inputs.items():
            if kind in SUBJECTS:
                continue
            upstream = [other for other in self.stages if other.output_type is kind]
            if len(upstream) != 1:
                raise PipelineError(
                    INPUT_AMBIGUOUS if upstream else INPUT_NOT_PRODUCED,
                    stage=stage.name,
                    parameter=parameter,
                    output=kind.__name__,
                    stages=[other.name for other in upstream],
                )
            found[upstream[0].name] = upstream[0]
        for name in stage.after:
            if name not in self._by_name:
                raise PipelineError(AFTER_UNKNOWN, stage=stage.name, name=name)
            found[name] = self._by_name[name]
        found.pop(self.first.name, None)  # every asset has been hashed
        return tuple(found.values())

    def _check_order(self) -> None:
        ready: set[str] = {self.first.name}
        waiting = [stage for stage in self.stages if stage.name not in ready]
        while waiting:
            free = [s for s in waiting if all(other.name in ready for other in self.upstream(s))]
            if not free:
                names = ", ".join(stage.name for stage in waiting)
                raise PipelineError(CYCLE, stages=names)
            ready.update(stage.name for stage in free)
            waiting = [stage for stage in waiting if stage.name not in ready]
        seen: set[str] = set()
        for stage in self.stages:
            late = [other.name for other in self.upstream(stage) if other.name not in seen]
            if late:
                raise PipelineError(WRONG_ORDER, stage=stage.name, other=late[0])
            seen.add(stage.name)

    def _version(self, stage: Stage, fingerprint: Callable[[type], str | None], revision: int = 0) -> str:
        """The key of a stage, or of its results for the stages that take them: by other fingerprints, no revision."""
        parts = [f"{stage.version}.{revision}" if revision else str(stage.version)]
        for parameter, tool in stage.tools.items():
            try:
                parts.append(fingerprint(tool) or "")
            except KeyError:
                name = getattr(tool, "__name__", str(tool))
                raise PipelineError(TOOL_UNKNOWN, stage=stage.name, tool=name, parameter=parameter) from None
        # Only of stages whose output it takes: `after` orders stages, and does not change a result.
        parts += [
            self._results[g.name] for g in self.upstream(stage) if g.output_type in stage.inputs.values()
        ]
        digest = hashlib.sha1("\n".join(parts).encode(), usedforsecurity=False).hexdigest()
        return f"{stage.version}-{digest[:10]}"

    def _upstream_keys(self, stage: Stage) -> tuple[RunKey, ...]:
        return tuple(self.key(other) for other in self.upstream(stage))

    def _find_follow_ups(self, done: Stage) -> tuple[FollowUp, ...]:
        def follows(stage: Stage) -> bool:
            if stage.on_location:
                return False
            upstream = self.upstream(stage)
            return done in upstream if upstream else done.on_location

        return tuple(
            FollowUp(
                self.key(stage),
                self._upstream_keys(stage),
                same_chain=self.lane(stage) == self.lane(done),
                file_queue=stage.queue if stage.reads_footage else "",
            )
            for stage in self.stages
            if follows(stage)
        )
