"""A worker that is killed at any step of a plan: there are never too few copies, and the plan ends."""

import random
from pathlib import Path

import pytest

from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.killed_plans import KilledPlan, KillResult, kill_plan

KILLS = 25
"""For each kind of database."""


@pytest.mark.timeout(900)
def test_a_plan_of_200_files_that_is_killed_again_and_again_loses_nothing(
    catalogue_url: str, tmp_path: Path
) -> None:
    catalog = Catalog(Database(catalogue_url))
    catalog.set_up()
    catalog.database.close()
    plan = KilledPlan(catalogue_url, tmp_path / "footage", files=200, seed=15)
    plan.prepare()
    assert plan.check() == []
    result = KillResult()
    kill_plan(plan, KILLS, 300, random.Random(15), result)
    assert result.wrong == []
    assert (result.kills, result.plans) == (KILLS, 1)
