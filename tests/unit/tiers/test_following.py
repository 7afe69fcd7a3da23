"""How long `dampipe tier apply --wait` waits: until the plan itself is over, or only times of grace are left."""

from collections.abc import Sequence
from importlib import import_module

import pytest

from dampipe.features.tiers.estimate import PlanEstimate
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.plan_reports import PlanReport, StateReport

apply = import_module("dampipe.features.tiers.cli.apply")  # its package has the command of that name
COPY, DELETE = ActionKind.COPY, ActionKind.DELETE
RUNNING, DONE, PAUSED = PlanState.RUNNING, PlanState.DONE, PlanState.PAUSED


def report(state: PlanState, *actions: tuple[ActionKind, ActionState]) -> PlanReport:
    states = tuple(StateReport(kind=kind, state=one, files=1, bytes=5) for kind, one in actions)
    return PlanReport(
        number=1, policy=1, state=state, is_stale=False, estimate=PlanEstimate(), states=states,
        actor="", problem="", problem_code="", created_at=1.0, applied_at=1.0, finished_at=None,
    )  # fmt: skip


QUEUED = report(RUNNING, (COPY, ActionState.DONE), (DELETE, ActionState.QUEUED))
ENDED = report(RUNNING, (COPY, ActionState.DONE), (DELETE, ActionState.FAILED))
LEAVING = report(RUNNING, (COPY, ActionState.DONE), (DELETE, ActionState.LEAVING))


@pytest.mark.parametrize(
    ("reports", "looks"),
    [
        ((QUEUED, ENDED, report(DONE)), 3),
        ((QUEUED, LEAVING, report(DONE)), 2),
        ((QUEUED, report(PAUSED, (COPY, ActionState.WAITING)), report(DONE)), 2),
        ((report(RUNNING), report(DONE)), 2),
        ((report(PlanState.CANCELLED), report(DONE)), 1),
    ],
)
def test_the_last_report_is_of_a_plan_that_is_over_or_has_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, reports: Sequence[PlanReport], looks: int
) -> None:
    left = list(reports)

    class Tiers:
        def show_plan(self, actor: object, number: int) -> PlanReport:
            return left.pop(0)

    monkeypatch.setattr(apply, "service", lambda kind: Tiers())
    assert apply._followed(1, quiet=True) is reports[looks - 1]
    assert len(left) == len(reports) - looks
