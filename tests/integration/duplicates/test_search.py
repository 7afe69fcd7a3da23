"""Near duplicates are searched one asset at a time, by stored keys: completely, exactly once, whatever is killed."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, delete, event, func, select, text, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.duplicates import frame_keys as stored_keys
from dampipe.features.duplicates.frame_keys import CROWDED
from dampipe.features.duplicates.model import NearKind, PairState
from dampipe.features.duplicates.sweep import NearDuplicateSweep
from dampipe.features.duplicates.tables import FINGERPRINT, FRAME_KEY, NEAR_DUPLICATE, NEAR_DUPLICATE_SEARCH
from dampipe.kernel.db import migrate
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database
from tests.support.fingerprints import Clip, Footage, pictures, quantized
from tests.support.migrations import config, step
from tests.support.near_library import NearLibrary


@pytest.fixture
def library(catalogue_url: str) -> Iterator[NearLibrary]:
    made = NearLibrary(catalogue_url)
    yield made
    made.close()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[NearLibrary]:
    made = NearLibrary(f"sqlite:///{tmp_path / 'c.sqlite'}")
    yield made
    made.close()


def part(clip: Clip, begin: int, end: int) -> Clip:
    return Clip(clip.times[begin:end] - clip.times[begin], clip.hashes[begin:end])


def moving(seed: int, frames: int = 24) -> Clip:
    """One clip with so many frames."""
    return Footage(seed).clip(frames)


def test_what_is_found_one_by_one_is_what_a_comparison_of_all_finds(library: NearLibrary) -> None:
    footage = Footage(11)
    clips = footage.clips(40)
    for asset, clip in enumerate(clips, 1):
        library.add(asset, clip)
        if asset % 20 == 0:
            assert library.search() == 20
    versions = [footage.version(clip) for clip in clips[:20]]
    for asset, clip in enumerate(versions, 41):
        library.add(asset, clip)
    assert library.search() == 20
    wanted = library.exhaustive(range(1, 61))
    assert len(wanted & {(n, n + 40) for n in range(1, 21)}) >= 19
    assert library.pairs() == wanted
    assert library.listed().unsearched == 0


def test_the_search_finds_all_pairs_whatever_the_order(on_sqlite: NearLibrary) -> None:
    clip = moving(3)
    versions = [clip, part(clip, 4, 16), part(clip, 10, 24), Clip(clip.times + 0.3, clip.hashes)]
    every = {(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)}
    for asset, version in enumerate(versions, 1):
        on_sqlite.add(asset, version)
    on_sqlite.search()
    assert on_sqlite.pairs() == every
    for asset, version in enumerate(versions, 11):
        on_sqlite.add(asset, version)
        on_sqlite.search()
    assert len(on_sqlite.pairs()) == 8 * 7 // 2


def test_a_pair_says_what_is_common(on_sqlite: NearLibrary) -> None:
    clip, other = moving(3), moving(5)
    # The trim comes first: the longer one is the first of the pair all the same.
    on_sqlite.add(1, part(clip, 6, 18))
    on_sqlite.add(2, clip)
    mixed = np.concatenate([clip.hashes[6:], other.hashes[:6]])
    on_sqlite.add(3, Clip(clip.times, mixed))
    on_sqlite.search()
    pairs = {frozenset((pair.first.path, pair.second.path)): pair for pair in on_sqlite.listed().near}
    trim, overlap = pairs[frozenset(("1.mov", "2.mov"))], pairs[frozenset(("2.mov", "3.mov"))]
    assert (trim.first.path, trim.coverage, trim.kind) == ("2.mov", 1.0, NearKind.PART)
    assert trim.offset == pytest.approx(clip.times[6], abs=0.5)
    assert trim.first.start == pytest.approx(clip.times[6], abs=0.5)
    assert trim.second.start == pytest.approx(0, abs=0.5)
    assert overlap.kind is NearKind.OVERLAP and overlap.coverage < 0.9
    on_sqlite.add(4, Clip(clip.times, clip.hashes))
    on_sqlite.search()
    [same] = [p for p in on_sqlite.listed().near if {p.first.path, p.second.path} == {"2.mov", "4.mov"}]
    assert (same.kind, same.similarity, same.state) == (NearKind.WHOLE, pytest.approx(1), PairState.OPEN)


def test_frames_that_many_have_are_no_candidates(
    library: NearLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    slate = quantized(pictures(np.random.default_rng(1), 1))
    others = quantized(pictures(np.random.default_rng(2), 4 * (CROWDED + 20)))
    for asset in range(1, CROWDED + 20):
        own = others[4 * asset : 4 * asset + 4]
        library.add(asset, Clip(np.arange(5) * 2.0, np.concatenate([slate, own])))
    for asset, clip in enumerate([moving(seed, 6) for seed in (0, 1, 0, 1)], 1000):
        begin = asset % 3  # so that the versions differ
        hashes = np.concatenate([slate, clip.hashes[begin:]])
        library.add(asset, Clip(np.arange(len(hashes)) * 2.0, hashes))
    library.search()
    assert {pair for pair in library.pairs() if pair[1] >= 1000} == {(1000, 1002), (1001, 1003)}
    with library.catalog.database.read() as connection:
        counts = select(func.count()).select_from(FRAME_KEY).group_by(FRAME_KEY.c.key)
        assert max(connection.execute(counts).scalars()) == CROWDED
        track = library.catalog.prints.of([1])[1].track
        near = stored_keys.candidates(connection, library.catalog.database, track, 1, 1000)
    assert len(near) < 20, "not the hundred that begin with the slate"


def test_an_unchanged_preview_changes_nothing(library: NearLibrary) -> None:
    clip = moving(3)
    library.add(1, clip)
    library.add(2, part(clip, 4, 16))
    library.search()
    keys = library.keys(1)
    assert library.pairs() == {(1, 2)} and keys
    library.add(1, clip)
    assert library.waiting() == {} and library.keys(1) == keys and library.pairs() == {(1, 2)}


def test_a_preview_that_differs_replaces_keys_and_pairs(library: NearLibrary) -> None:
    clip, other = moving(3), moving(5)
    library.add(1, clip)
    library.add(2, part(clip, 4, 16))
    library.add(3, part(other, 4, 16))
    library.search()
    before = library.keys(1)
    assert library.pairs() == {(1, 2)}
    library.add(1, other)
    assert library.waiting() == {1: True}
    assert not set(library.keys(1)) & set(before)
    assert library.pairs() == {(1, 2)}, "until the new ones are known"
    assert library.search() == 1
    assert library.pairs() == {(1, 3)}
    library.add(1, Clip(np.zeros(0), np.zeros((0, 192), np.int8)))
    library.search()
    assert library.pairs() == set() and library.keys(1) == []


def test_a_decision_outlives_another_preview(library: NearLibrary) -> None:
    clip = moving(3)
    library.add(1, clip)
    library.add(2, part(clip, 4, 16))
    library.search()
    assert library.catalog.pairs.decide(2, 1, PairState.DISMISSED)
    assert (library.pairs(), library.pairs(PairState.DISMISSED)) == (set(), {(1, 2)})
    library.add(2, part(clip, 3, 17))
    library.search()
    assert (library.pairs(), library.pairs(PairState.DISMISSED)) == (set(), {(1, 2)})
    library.add(2, moving(5))
    library.search()
    assert library.pairs(PairState.DISMISSED) == {(1, 2)}, "what a person said stays"
    assert library.catalog.pairs.decide(1, 2, PairState.OPEN)
    assert not library.catalog.pairs.decide(1, 3, PairState.DISMISSED)


def test_deleted_assets_leave_nothing(library: NearLibrary) -> None:
    clip = moving(3)
    library.add(1, clip)
    library.add(2, part(clip, 4, 16))
    library.search()
    library.add(3, clip)
    with library.catalog.database.write() as connection:
        connection.execute(delete(VERSION).where(VERSION.c.id.in_([2, 3])))
    assert library.keys(2) == library.keys(3) == [] and library.pairs() == set() and library.waiting() == {}
    with library.catalog.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(NEAR_DUPLICATE)).scalar() == 0


def test_one_process_searches_at_a_time(library: NearLibrary) -> None:
    library.add(1, moving(3))
    with advisory_lock(library.catalog.database, "duplicates"):
        assert library.search() == 0
        assert library.listed().unsearched == 1
    assert library.listed().unsearched == 0


def test_a_sweep_ends_in_time_and_the_next_one_continues(
    on_sqlite: NearLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for asset, clip in enumerate(Footage(2).clips(50), 1):
        on_sqlite.add(asset, clip)
    monkeypatch.setattr("dampipe.features.duplicates.sweep.SECONDS", 0.0)
    sweep = NearDuplicateSweep(on_sqlite.catalog.near)
    left = [50]
    while left[-1]:
        assert sweep() == {}
        left.append(on_sqlite.catalog.pairs.unsearched())
    assert left == list(range(50, -1, -1)), "at least one each time, and no more than there is time for"


@pytest.mark.parametrize("changed", [1, 2])
def test_a_fingerprint_that_is_replaced_during_the_search_is_searched_again(
    library: NearLibrary, changed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, other = moving(3), moving(5)
    library.add(2, clip)
    library.search()
    library.add(1, part(clip, 4, 16))
    save = library.catalog.pairs.save

    def saved(*arguments: Any) -> list[int]:
        monkeypatch.undo()
        library.add(changed, other)
        return save(*arguments)

    monkeypatch.setattr(library.catalog.pairs, "save", saved)
    library.search()
    assert library.pairs() == set(), "no pair by a fingerprint that is gone"
    assert library.waiting() == {changed: True}
    library.search()
    assert library.pairs() == library.exhaustive([1, 2]) == set()


class Steps:
    """Counts the statements and commits of a database; kills the process at one of them."""

    def __init__(self, engine: Engine, last: int) -> None:
        self.count, self.last = 0, last
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, name, self.step)

    def step(self, *_: object) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def killed(url: str, last: int) -> bool:
    """Search in a process of its own that is killed at that step; whether it came to that."""
    child = os.fork()
    if child == 0:
        try:
            mine = NearLibrary(url, set_up=False)
            Steps(mine.catalog.database.engine, last)
            mine.search()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_a_search_killed_at_any_statement_is_completed_by_the_next(catalogue_url: str) -> None:
    library = NearLibrary(catalogue_url)
    clip, other = moving(3), moving(5)
    library.add(1, clip)
    library.search()
    library.add(2, part(clip, 4, 16))
    library.add(3, part(other, 2, 20))
    library.add(4, other)
    library.close()  # no connection is shared with a child
    # Every statement on SQLite; on PostgreSQL, where it runs the same ones, a third of them.
    random, stride = Random(1), 1 if catalogue_url.startswith("sqlite") else 5
    last = 1
    while killed(catalogue_url, last):
        here = NearLibrary(catalogue_url, set_up=False)
        assert here.pairs() in (set(), {(1, 2), (3, 4)}), "all or nothing"
        assert here.waiting() == ({} if here.pairs() else {2: True, 3: True, 4: True})
        with here.catalog.database.write() as connection:  # again from the start
            connection.execute(delete(NEAR_DUPLICATE))
            request = here.catalog.database.insert(NEAR_DUPLICATE_SEARCH).on_conflict_do_nothing()
            connection.execute(request, [{"version_id": asset, "has_keys": True} for asset in (2, 3, 4)])
        here.close()
        last += random.randint(1, stride)
    assert last > 20
    here = NearLibrary(catalogue_url, set_up=False)
    here.search()
    assert (here.pairs(), here.waiting()) == ({(1, 2), (3, 4)}, {})
    here.close()


def test_an_earlier_catalogue_is_searched_in_the_background(bare_database_url: str) -> None:
    before = str(ScriptDirectory.from_config(config()).get_revision("0017").down_revision)
    database = Database(bare_database_url)
    step(database, command.upgrade, before)
    clip, other = moving(3), moving(5)
    clips = [clip, part(clip, 4, 16), other, part(other, 2, 20)]
    with database.write() as connection:
        for asset, one in enumerate(clips, 1):
            connection.execute(text("INSERT INTO asset (id, added_at) VALUES (:id, 0)"), {"id": asset})
            version = "(id, asset_id, sha1, size, name, kind, added_at) VALUES (:id, :id, :sha1, 1, 'a.mov', 'video', 0)"
            values = {"id": asset, "sha1": f"{asset:040x}"}
            connection.execute(text(f"INSERT INTO version {version}"), values)
            prints = "(version_id, times, data) VALUES (:id, :times, :data)"
            values = {"id": asset, "times": one.times.tobytes(), "data": one.hashes.tobytes()}
            connection.execute(text(f"INSERT INTO fingerprint {prints}"), values)
    migrate.upgrade(database)
    database.close()
    library = NearLibrary(bare_database_url)
    assert library.waiting() == dict.fromkeys((1, 2, 3, 4), False)
    assert library.keys(1) == []
    with advisory_lock(library.catalog.database, "duplicates"):
        waits = library.listed()
        assert (waits.near, waits.unsearched) == ((), 4), "and the listing says so"
    assert library.search() == 4
    assert library.pairs() == {(1, 2), (3, 4)} and library.keys(1)
    step(library.catalog.database, command.downgrade, before)
    step(library.catalog.database, command.upgrade, migrate.NEWEST)
    assert library.search() == 4
    assert library.pairs() == {(1, 2), (3, 4)}
    library.close()


def test_a_kill_between_keys_and_pairs_of_an_earlier_catalogue_is_made_up_for(on_sqlite: NearLibrary) -> None:
    clip = moving(3)
    on_sqlite.add(1, clip)
    on_sqlite.add(2, part(clip, 4, 16))
    with on_sqlite.catalog.database.write() as connection:
        connection.execute(delete(FRAME_KEY))
        connection.execute(update(NEAR_DUPLICATE_SEARCH).values(has_keys=False))
    on_sqlite.catalog.pairs.store_keys(on_sqlite.catalog.prints.of([1]))
    assert on_sqlite.waiting() == {1: True, 2: False} and on_sqlite.keys(1) and not on_sqlite.keys(2)
    on_sqlite.catalog.pairs.store_keys(on_sqlite.catalog.prints.of([1]))
    assert on_sqlite.search() == 2 and on_sqlite.pairs() == {(1, 2)}


def test_versions_of_one_asset_are_stacked_and_not_offered(library: NearLibrary) -> None:
    clip = moving(3)
    for asset, version in ((1, clip), (2, part(clip, 4, 16)), (3, part(clip, 2, 20))):
        library.add(asset, version)
    library.search()
    assert library.pairs() == {(1, 2), (1, 3), (2, 3)}
    library.catalog.pairs.decide(1, 3, PairState.DISMISSED)

    def move(version: int, asset: int, superseded_at: float | None) -> None:
        with library.catalog.database.write() as connection:
            values = {"asset_id": asset, "superseded_at": superseded_at}
            connection.execute(update(VERSION).where(VERSION.c.id == version).values(values))

    move(2, 1, 5.0)
    assert library.pairs() == set(), "2 is an old version of 1 now"
    assert (library.pairs(PairState.STACKED), library.pairs(PairState.DISMISSED)) == ({(1, 2)}, {(1, 3)})
    assert [pair.state for pair in library.listed(PairState.STACKED).near] == ["stacked"]
    move(2, 2, None)
    assert library.pairs() == {(1, 2), (2, 3)}, "split again, and offered again"


def test_a_listing_reads_the_pairs_alone(on_sqlite: NearLibrary) -> None:
    query = select(NEAR_DUPLICATE).where(NEAR_DUPLICATE.c.state == "open", NEAR_DUPLICATE.c.similarity >= 0.6)
    with on_sqlite.catalog.database.read() as connection:
        compiled = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    assert any("near_duplicate_listed" in step for *_, step in plan)


def test_a_search_walks_no_table(on_sqlite: NearLibrary) -> None:
    statements: list[tuple[str, Any]] = []

    @event.listens_for(on_sqlite.catalog.database.engine, "before_cursor_execute")
    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.split()[0] in ("SELECT", "WITH", "UPDATE", "DELETE"):
            statements.append((statement, parameters[0] if many else parameters))

    clip = moving(3)
    on_sqlite.add(1, clip)
    on_sqlite.add(2, part(clip, 4, 16))
    on_sqlite.search()
    on_sqlite.add(2, part(clip, 3, 16))
    on_sqlite.search()
    event.remove(on_sqlite.catalog.database.engine, "before_cursor_execute", note)
    walked = set()
    with on_sqlite.catalog.database.read() as connection:
        for statement, parameters in statements:
            for *_, done in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all():
                walked |= set(re.findall(r"SCAN (\w+)(?! USING)", done))
    assert len(statements) > 20
    assert walked <= {"json_each", "listed", "near_duplicate_search", "CONSTANT"}, walked


def test_fingerprints_say_when_they_were_saved(library: NearLibrary) -> None:
    library.add(1, moving(3))
    with library.catalog.database.read() as connection:
        assert connection.execute(select(FINGERPRINT.c.saved_at)).scalar_one() > 0
