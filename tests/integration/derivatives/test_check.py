"""Lost derivatives are found and made again, and nothing else is done again."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from dampipe.features.derivatives.check import CheckService
from dampipe.features.derivatives.errors import LOST_DERIVATIVE
from dampipe.features.derivatives.health import CheckPolicy, StoreSample
from dampipe.features.derivatives.model import CheckRequest, Kept, Problem
from dampipe.features.derivatives.service import CheckRequests, DerivativeService
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.processing.service import ProcessingService
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import NotFound
from dampipe.kernel.stage_io import SourceFile
from dampipe.media.hashing import sha1_file
from tests.support.derivatives import CLIPS, DERIVATIVES, DerivativeLibrary


def sha1(path: Path) -> str:
    facts = path.stat()
    file = SourceFile(location=0, path=str(path), size=facts.st_size, mtime_ns=facts.st_mtime_ns)
    return sha1_file(file).sha1


def changed(
    before: dict[tuple[int, str], float], after: dict[tuple[int, str], float]
) -> set[tuple[int, str]]:
    """Which runs were done again."""
    assert set(before) == set(after)
    return {key for key in before if before[key] != after[key]}


def test_what_is_saved_has_the_checksum_of_its_file(here: DerivativeLibrary) -> None:
    rows = here.rows()
    assert rows and all(row.checksum == sha1(here.path(row)) for row in rows)
    assert all(row.checked_at > 0 and row.problem is None for row in rows)
    done = here.check()
    assert (done.wanted, done.sound, done.first, done.unrepaired) == (len(rows), len(rows), 0, 0)
    assert done.bytes == sum(row.size for row in rows)


@pytest.mark.parametrize("kind", ["poster", "sprite", "sprite_vtt", "frames", "proxy", "waveform"])
def test_a_lost_one_is_made_again_and_no_other_stage_runs(here: DerivativeLibrary, kind: str) -> None:
    [lost] = here.delete(kind)
    before, vectors = here.finished(), here.vectors()
    found = here.check()
    assert (found.missing, found.damaged, found.again, found.unrepaired) == (1, 0, 0, 1)
    assert [(one.asset, one.kind, one.kept) for one in found.lost] == [(lost.sha1, kind, Kept.NOT_ASKED)]
    assert not here.path(lost).exists() and here.library.process() == 0, "only a check"
    done = here.check(repair=True)
    assert (done.missing, done.again, done.assets, done.unrepaired) == (1, 1, 1, 0)
    assert here.library.process() > 0
    made_by = "proxy" if kind in ("proxy", "waveform") else "preview"
    assert changed(before, here.finished()) == {(1, made_by)}
    assert here.vectors() == vectors, "nothing is embedded again"
    again = here.check()
    assert (again.wanted, again.sound, again.orphans) == (len(here.rows()), len(here.rows()), 0)
    [row] = [row for row in here.rows(kind) if row.version_id == 1]
    assert row.checksum == lost.checksum == sha1(here.path(row)), "the same bytes again"


def test_bit_rot_and_a_cut_file_are_found_by_checksum_and_size(here: DerivativeLibrary) -> None:
    poster, other = here.rows("poster")
    here.damage(poster)
    os.truncate(here.path(other), other.size - 1)
    found = here.check()
    assert (found.missing, found.damaged) == (0, 2)
    failures = here.library.service(ProcessingService).failures(LOCAL)
    assert sorted((one.asset, one.stage, one.kind) for one in failures) == sorted(
        (row.sha1, "check", "damaged") for row in (poster, other)
    )
    assert here.check(repair=True).again == 2
    here.library.process()
    assert here.check().sound == len(here.rows())
    assert here.library.service(ProcessingService).failures(LOCAL) == []


def test_the_frames_of_refine_survive_and_come_back(here: DerivativeLibrary) -> None:
    """As if refine had added a frame: kept if only the poster is lost; made by refine again if they are lost."""
    [frames] = [row for row in here.rows("frames") if row.version_id == 1]
    with here.database.read() as connection:
        where = (RUN.c.version_id == 1, RUN.c.stage == "preview")
        output = connection.execute(select(RUN.c.output).where(*where)).scalar_one()
    extended = here.path(frames).with_name("frames-of-shots.npy")
    shutil.copyfile(here.path(frames), extended)
    key = frames.key.replace("frames.npy", extended.name)
    with here.database.write() as connection:
        connection.execute(update(DERIVATIVE).where(DERIVATIVE.c.id == frames.id).values(key=key))
        better = output.replace(frames.key, key)
        assert better != output
        connection.execute(update(RUN).where(*where).values(output=better))
        refined = (RUN.c.version_id == 1, RUN.c.stage == "refine")
        added = '{"warnings": [], "of": "preview", "again": ["embed", "index"], "added": 1}'
        connection.execute(update(RUN).where(*refined).values(output=added))
    before, vectors = here.finished(), here.vectors()
    here.delete("poster")
    here.check(repair=True)
    here.library.process()
    assert changed(before, here.finished()) == {(1, "preview")} and here.vectors() == vectors
    assert [row.key for row in here.rows("frames") if row.version_id == 1] == [key]
    with here.database.read() as connection:
        assert key in connection.execute(select(RUN.c.output).where(*where)).scalar_one()
    before = here.finished()
    extended.unlink()
    assert here.check(repair=True).again == 1
    here.library.process()
    assert changed(before, here.finished()) == {(1, "preview"), (1, "refine")}, (
        "and embed has these bytes already"
    )
    assert here.vectors() == vectors
    assert here.check().sound == len(here.rows())


def test_other_frames_are_embedded_again(here: DerivativeLibrary) -> None:
    """A decoder of another machine may give other bytes: the vectors follow."""
    with here.database.write() as connection:
        embedded = (RUN.c.version_id == 1, RUN.c.stage == "embed")
        output = connection.execute(select(RUN.c.output).where(*embedded)).scalar_one()
        [frames] = [row for row in here.rows("frames") if row.version_id == 1]
        assert frames.checksum in output
        other = output.replace(frames.checksum, "0" * 40)
        connection.execute(update(RUN).where(*embedded).values(output=other))
    before = here.finished()
    here.delete("frames")
    here.check(repair=True)
    here.library.process()
    assert changed(before, here.finished()) == {(1, "preview"), (1, "embed"), (1, "index")}
    assert here.states() == {RunState.DONE}


def test_derivatives_of_older_libraries_get_a_checksum_at_the_first_check(here: DerivativeLibrary) -> None:
    here.set(checksum=None, checked_at=0.0)
    lost, *_ = here.delete("poster")
    rows = here.rows()
    done = here.check()
    assert (done.sound, done.first, done.missing) == (len(rows) - 1, len(rows) - 1, 1)
    assert all(row.checksum == sha1(here.path(row)) for row in here.rows() if row.id != lost.id)
    here.check(repair=True)
    here.library.process()
    assert here.check().first == 0


def test_an_asset_without_a_file_keeps_its_results(here: DerivativeLibrary, own: Path) -> None:
    [lost] = here.delete("poster")
    gone = here.library.show(lost.sha1).video.paths[0]
    os.unlink(gone)
    here.library.add(own)
    here.library.process()
    before = here.finished()
    done = here.check(repair=True)
    assert (done.missing, done.again, done.unrepaired) == (1, 0, 1)
    assert done.lost[0].kept is Kept.NO_FILE
    assert here.library.process() == 0 and here.finished() == before
    assert here.states() == {RunState.DONE}


def test_a_repair_that_fails_keeps_the_output_and_can_be_retried(here: DerivativeLibrary, own: Path) -> None:
    """The source is away, which no scan has seen yet."""
    [lost] = here.delete("poster")
    away = own.rename(own.with_name("away"))
    assert here.check(repair=True).again == 1
    here.library.process()
    with here.database.write() as connection:
        where = (RUN.c.version_id == 1, RUN.c.stage == "preview")
        run = connection.execute(select(RUN).where(*where)).one()
        assert run.state == RunState.PENDING and run.output and run.error_kind == "transient"
        connection.execute(update(RUN).where(*where).values(not_before=0.0))
    assert len(here.vectors()) > 0
    away.rename(own)
    here.library.process()
    assert here.check().missing == 0 and here.path(lost).exists()


def test_what_is_being_processed_is_left(here: DerivativeLibrary) -> None:
    here.delete("poster")
    with here.database.write() as connection:
        where = (RUN.c.version_id == 1, RUN.c.stage == "proxy")
        connection.execute(update(RUN).where(*where).values(state=RunState.PENDING))
    done = here.check(repair=True)
    assert (done.busy, done.missing, done.again) == (1, 0, 0)


def test_a_stage_that_failed_since_frames_were_lost_runs_again(here: DerivativeLibrary) -> None:
    here.delete("frames")
    with here.database.write() as connection:
        mine = RUN.c.version_id == 1
        connection.execute(delete(RUN).where(mine, RUN.c.stage == "index"))
        again = {"state": RunState.PENDING, "output": None, "queued_at": None, "attempts": 0}
        connection.execute(update(RUN).where(mine, RUN.c.stage == "embed").values(**again))
    here.library.process()
    assert here.states() == {RunState.DONE, RunState.FAILED}
    assert here.check(repair=True).again == 1
    here.library.process()
    assert here.states() == {RunState.DONE} and here.check().sound == len(here.rows())


@pytest.fixture
def guarded(here: DerivativeLibrary) -> DerivativeLibrary:
    """A guard that is alert in a library of two clips."""
    here.library.service(StoreSample).policy = CheckPolicy(guard_share=0.5, guard_files=5)
    return here


@pytest.mark.parametrize("how", ["away", "emptied"])
def test_a_store_that_is_away_or_emptied_makes_nothing_again(guarded: DerivativeLibrary, how: str) -> None:
    here, rows, before = guarded, guarded.rows(), guarded.finished()
    away = here.store.rename(here.store.with_name("unmounted"))
    if how == "emptied":
        here.store.mkdir()
    assert here.library.service(StoreSample).health().away
    for request in ({}, {"percent": 100.0}, {"what": (rows[0].sha1,)}):
        done = here.check(repair=True, **request)
        assert (done.suspicious, done.again, done.lost) == (True, 0, ())
        assert done.sampled_missing == done.sampled == len(rows)
    assert all(row.problem is None for row in here.rows()), "nothing is recorded"
    assert here.library.process() == 0 and here.finished() == before
    if how == "emptied":
        here.store.rmdir()
    away.rename(here.store)
    assert here.check().sound == len(rows)


def test_lost_for_good_is_made_again_when_it_is_confirmed(guarded: DerivativeLibrary) -> None:
    shutil.rmtree(guarded.store)
    done = guarded.check(repair=True, all=True)
    assert (done.suspicious, done.again, done.assets) == (False, len(guarded.rows()), CLIPS)
    guarded.library.process()
    assert guarded.check().sound == len(guarded.rows())


def test_more_than_the_share_is_not_believed_even_if_the_sample_was_lucky(guarded: DerivativeLibrary) -> None:
    sample = guarded.library.service(StoreSample)
    sample.policy = replace(sample.policy, sample=0)
    guarded.delete(*("poster", "sprite", "sprite_vtt", "frames"), assets=CLIPS)
    done = guarded.check(repair=True)
    assert done.suspicious and done.missing == 8 and guarded.library.process() == 0


def test_a_reader_of_a_lost_one_is_told_so_and_has_it_made_again(
    here: DerivativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    [lost] = here.delete("poster")
    derivatives = here.library.service(DerivativeService)
    derivative, _ = derivatives.find(LOCAL, lost.sha1, "poster")
    for _ in range(3):
        with pytest.raises(NotFound) as problem:
            derivatives.open(LOCAL, derivative)
        assert problem.value.code == LOST_DERIVATIVE.code
    with here.database.write() as connection:
        [item] = connection.execute(select(RUN).where(RUN.c.stage == "check")).all()
        assert item.not_before > 0, "what readers report within a minute is repaired once"
        connection.execute(update(RUN).where(RUN.c.id == item.id).values(not_before=0.0))
    assert [one.kind for one in here.library.service(ProcessingService).failures(LOCAL)] == [Problem.MISSING]
    here.library.process()
    with derivatives.open(LOCAL, derivative) as stream:
        assert len(stream.read()) == lost.size
    assert here.library.service(ProcessingService).failures(LOCAL) == []


def test_a_cut_file_is_not_sent(here: DerivativeLibrary) -> None:
    [row, _] = here.rows("proxy")
    os.truncate(here.path(row), row.size // 2)
    derivatives = here.library.service(DerivativeService)
    with pytest.raises(NotFound, match="the file of proxy is damaged"):
        derivatives.open(LOCAL, derivatives.find(LOCAL, row.sha1, "proxy")[0])


def test_what_was_reported_in_error_is_looked_at_again(here: DerivativeLibrary) -> None:
    here.set(problem=Problem.MISSING)
    done = here.library.service(CheckService).repair_reported()
    assert (done.sound, done.missing, done.again) == (len(here.rows()), 0, 0)
    assert here.library.process() == 0 and all(row.problem is None for row in here.rows())


def test_a_share_begins_with_what_was_checked_longest_ago(here: DerivativeLibrary) -> None:
    here.set(checked_at=time.time())
    assert here.check(percent=50).sound == 0, "all were checked in this night"
    here.set(checked_at=1000.0)
    count = len(here.rows())
    half = here.check(percent=50)
    assert half.sound == half.wanted == count // 2
    first = {row.id for row in here.rows() if row.checked_at > 1000.0}
    here.check(percent=50)
    assert {row.id for row in here.rows() if row.checked_at == 1000.0} == set()
    assert len(first) == count // 2
    here.set(checked_at=1000.0)
    here.delete("poster")
    assert here.check(percent=100, repair=True).again == 1


def test_an_ended_time_leaves_the_rest(here: DerivativeLibrary) -> None:
    done = here.check(minutes=1e-9)
    assert (done.sound, done.left) == (1, len(here.rows()) - 1)


def test_orphans_are_deleted_after_a_day_and_only_of_idle_assets(here: DerivativeLibrary) -> None:
    row = here.rows("poster")[0]
    old, young = (here.path(row).parent.parent / "old-recipe" / name for name in ("old.jpg", "young.jpg"))
    old.parent.mkdir()
    for path in (old, young):
        path.write_bytes(b"x" * 7)
    os.utime(old, (1e9, 1e9))
    foreign = here.store / "aa" / ("a" * 40) / "r" / "poster.jpg"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"of another catalogue")
    os.utime(foreign, (1e9, 1e9))
    for what in ((), (row.sha1,)):
        found = here.check(what=what)
        assert (found.orphans, found.orphan_bytes, found.unrepaired) == (1, 7, 0) and old.exists()
    with here.database.write() as connection:
        busy = update(RUN).where(RUN.c.version_id == row.version_id, RUN.c.stage == "proxy")
        connection.execute(busy.values(state=RunState.RUNNING))
    assert here.check(repair=True).orphans == 0 and old.exists(), "a worker may be about to refer to it"
    with here.database.write() as connection:
        connection.execute(busy.values(state=RunState.DONE))
    assert here.check(repair=True).orphans == 1
    assert not old.exists() and young.exists() and foreign.exists()


def test_single_assets_are_checked_by_sha1_and_by_path(here: DerivativeLibrary) -> None:
    first = here.rows("poster")[0]
    path = here.library.show(first.sha1).video.paths[0]
    for name in (first.sha1, first.sha1[:10], path):
        assert here.check(what=(name,)).wanted == len(here.rows()) // CLIPS
    with pytest.raises(NotFound):
        here.check(what=("0123456789",))


def test_a_check_that_workers_do(here: DerivativeLibrary) -> None:
    requests = here.library.service(CheckRequests)
    here.delete("poster")
    started = requests.start(LOCAL, CheckRequest(repair=True))
    assert requests.read(LOCAL, started.check).state == RunState.PENDING
    here.library.process()
    state = requests.read(LOCAL, started.check)
    assert state.state == RunState.DONE and state.result is not None
    assert (state.result.again, state.result.missing) == (1, 1)
    assert here.check().missing == 0, "the repair has run, too"
    with pytest.raises(NotFound, match="there is no check 999999"):
        requests.read(LOCAL, 999999)
    with pytest.raises(NotFound):
        requests.start(LOCAL, CheckRequest(what=("0123456789",)))


def test_with_one_pass_the_proxy_is_taken_over_again(own: Path, tmp_path: Path) -> None:
    """The preview pass writes the proxy's file, too; its row must have that file's checksum."""
    here = DerivativeLibrary(tmp_path / "home", one_pass=True)
    here.library.add(own)
    here.library.process()
    here.delete("poster")
    assert here.check(repair=True).again == 1
    here.library.process()
    assert here.states() == {RunState.DONE}
    assert here.check().sound == len(here.rows()) == DERIVATIVES * CLIPS
    here.close()
