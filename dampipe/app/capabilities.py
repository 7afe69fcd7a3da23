"""Which stages this machine can run: a stage whose tools need a package that is not installed is left to others."""

from collections.abc import Sequence

from dampipe.jobs.plan import Plan
from dampipe.jobs.toolbox import Toolbox


class Capabilities:
    """What is installed here, held against what the stages of the pipeline need."""

    def __init__(self, plan: Plan, toolbox: Toolbox) -> None:
        self._plan = plan
        self._missing = {stage.name: toolbox.missing_packages(stage.tools.values()) for stage in plan.stages}

    def unusable_stages(self) -> dict[str, str]:
        """What pip has to install, by the names of the stages that need it."""
        return {name: packages for name, packages in self._missing.items() if packages}

    def unusable_queues(self, queues: Sequence[str]) -> dict[str, str]:
        """Those of the queues of which this machine can run no stage, each with the reason in words."""
        reasons = {}
        for queue in queues:
            stages = [stage.name for stage in self._plan.stages if stage.queue == queue]
            if stages and all(self._missing[name] for name in stages):
                reasons[queue] = "; ".join(describe_missing(name, self._missing[name]) for name in stages)
        return reasons


def describe_missing(stage: str, packages: str) -> str:
    """In words, why a stage is not taken."""
    return f"the stage {stage} needs {packages}, which is not installed here (pip install '{packages}')"
