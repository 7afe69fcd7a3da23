"""What killed workers have left is deleted once it is a day old, and nothing else."""

import os
import time
from pathlib import Path

import pytest

from dampipe.features.sources.leftovers import DAY
from dampipe.features.sources.model import Tier
from dampipe.features.tiers.leftovers import PlanLeftovers
from dampipe.storage.files.base import temporary_name
from tests.support.memory_stores import memory_bucket
from tests.support.moving import Moving

CONTENT = b"moving pictures" * 100
OLD = time.time() - 2 * DAY


def aged(path: Path) -> Path:
    """A file of this path that looks two days old, but for the time of its last change of facts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half of it")
    os.utime(path, (OLD, OLD))
    return path


def test_old_unfinished_files_go_from_the_folders_of_plans(
    here: Moving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hot, cold = (
        here.source(name, tmp_path / name, tier) for name, tier in (("hot", Tier.HOT), ("cold", Tier.COLD))
    )
    first = here.file(hot, "day 1/a.mov", CONTENT, here.version(CONTENT))
    here.run(here.plan(here.copy(first, cold, "hot/day 1/a.mov")))
    old = [aged(tmp_path / "cold/hot/day 1" / temporary_name()) for _ in range(3)]
    kept = [
        aged(tmp_path / "cold/hot/day 1/.dampipe-0123456789abcdef.tmp"),
        aged(tmp_path / "cold/hot/day 1" / f"x{temporary_name()}"),
        aged(tmp_path / "cold/hot/day 1" / temporary_name().upper()),
        aged(tmp_path / "cold/hot/day 2" / temporary_name()),
        aged(tmp_path / "hot/day 1" / temporary_name()),
        tmp_path / "cold/hot/day 1/a.mov",
    ]
    now = [0.0]

    def leftovers() -> PlanLeftovers:
        return PlanLeftovers(here.catalog.database, here.catalog.sources, here.stores)

    assert leftovers().clean(clock=lambda: now[0]) == 0, (
        "they were made a moment ago, whatever their times say"
    )
    later = time.time() + 2 * DAY
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: later)
        look = leftovers()
        assert look.clean(clock=lambda: now[0]) == 3
        assert not any(path.exists() for path in old) and all(path.exists() for path in kept)
        aged(old[0])
        now[0] = DAY / 2
        assert look.clean(clock=lambda: now[0]) == 0, "once a day"
        now[0] = DAY
        assert look.clean(clock=lambda: now[0]) == 1


def test_a_sweep_does_it_and_goes_on_where_it_ended(
    here: Moving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hot, cold = (
        here.source(name, tmp_path / name, tier) for name, tier in (("hot", Tier.HOT), ("cold", Tier.COLD))
    )
    actions = []
    for number in range(3):
        first = here.file(
            hot, f"{number}/a.mov", CONTENT + b"%d" % number, here.version(CONTENT + b"%d" % number)
        )
        actions.append(here.copy(first, cold, f"hot/{number}/a.mov"))
    here.run(here.plan(*actions))
    left = [aged(tmp_path / f"cold/hot/{number}" / temporary_name()) for number in range(3)]
    later = time.time() + 2 * DAY
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: later)
        look = PlanLeftovers(here.catalog.database, here.catalog.sources, here.stores)
        assert [look.clean(seconds=-1.0) for _ in range(4)] == [1, 1, 1, 0]
        for path in left:
            aged(path)
        here.sweep._leftovers = PlanLeftovers(here.catalog.database, here.catalog.sources, here.stores)
        here.sweep()
    assert not any(path.exists() for path in left)


def test_probes_that_were_left_in_a_bucket_go_too(here: Moving, tmp_path: Path) -> None:
    with memory_bucket("shelf") as bucket:
        hot = here.source("hot", tmp_path / "hot")
        archive = here.source("archive", "memory-files://shelf/footage", Tier.COLD)
        first = here.file(hot, "a.mov", CONTENT, here.version(CONTENT))
        here.run(here.plan(here.copy(first, archive, "hot/a.mov")))
        bucket.write(f"footage/hot/{temporary_name()}", b"probe")
        bucket.write("footage/hot/.dampipe-of-a-person.part", b"mine")
        look = PlanLeftovers(here.catalog.database, here.catalog.sources, here.stores)
        assert look.clean(age=-5.0) == 1
        assert sorted(bucket.files) == ["footage/hot/.dampipe-of-a-person.part", "footage/hot/a.mov"]
