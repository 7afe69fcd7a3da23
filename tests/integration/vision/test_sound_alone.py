"""Sound alone has no frames: it is embedded as nothing, by itself and in a batch with others."""

from pathlib import Path

import numpy as np

from dampipe.features.search.vectors import VectorRepository
from dampipe.jobs.model import Outcome, Subject
from dampipe.jobs.runner import Runner
from dampipe.jobs.sweep import Sweep
from dampipe.kernel.db.database import Database
from tests.integration.vision.test_models import add, embed, folders, home, world

__all__ = ["folders", "home"]  # fixtures


def test_an_asset_without_frames_is_done_alone_and_beside_others(
    home: Path, folders: tuple[Path, Path]
) -> None:
    here = world(home, str(folders[0]))
    size = here.tools.embedder.spec.size
    nothing, picture = np.zeros((0, size, size, 3), np.uint8), np.zeros((1, size, size, 3), np.uint8)
    add(here, 11, nothing)
    here.get(Sweep).plan_missing()
    embed(here, 11)
    for number, frames in ((12, picture), (13, nothing), (14, nothing)):
        add(here, number, frames)
    here.get(Sweep).plan_missing()
    report = here.get(Runner).run("embed", Subject(version=12))
    assert report.outcome is Outcome.DONE and report.batched == 2
    counts = [
        here.get(VectorRepository).count_of(f"{number:040x}", here.tools.embedder.fingerprint)
        for number in (11, 12, 13)
    ]
    assert counts == [0, 1, 0]
    here.get(Database).close()
