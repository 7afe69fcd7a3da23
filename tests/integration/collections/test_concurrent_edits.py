"""Some hundred random edits by eight actors at once; `python -m tests.bench collections` does ten thousand."""

from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.gathered import Gathered
from tests.support.gathering import Crowd, machine

SETTINGS = settings(
    max_examples=3,
    stateful_step_count=5,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_whatever_eight_actors_do_at_once_nothing_is_lost(catalogue_url: str, tmp_path: Path) -> None:
    crowd = Crowd(Gathered(catalogue_url, tmp_path, ""))
    try:
        run_state_machine_as_test(machine(crowd), settings=SETTINGS)  # type: ignore[no-untyped-call]
        assert crowd.edits.total() >= 20, crowd.edits
    finally:
        crowd.here.close()
