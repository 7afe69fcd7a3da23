"""The setting `events_keep_days`: classes, names, and nothing else."""

from pathlib import Path

import pytest

import dampipe
from dampipe.app.load_settings import load_settings
from dampipe.features.events.tasks import ExpireEventsTask
from dampipe.features.fixity.events import FileBad
from dampipe.jobs.events import StageDone
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.retention import EventRetention


def test_a_name_wins_over_its_class(tmp_path: Path) -> None:
    days = {"processing": 7.0, "stage.done": 1.0}
    with dampipe.open(home=tmp_path, model="tiny", in_process=True, events_keep_days=days) as library:
        retention = library.service(EventRetention)  # type: ignore[attr-defined]
        assert (retention.days(StageDone.KIND), retention.days(FileBad.KIND)) == (1.0, 0.0)
        assert library.service(ExpireEventsTask)() == "0 events deleted"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "days", [{"procesing": 1.0}, {"audit": 1.0}, {"stage.done": -1.0}, {"library": float("nan")}]
)
def test_what_is_neither_a_class_nor_a_name_is_refused(tmp_path: Path, days: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match="events_keep_days"):
        load_settings(home=tmp_path, events_keep_days=days)
