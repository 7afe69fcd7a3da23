"""Plans that are applied: copies are counted once they were read back, files go while enough others are there."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from dampipe.features.sources.model import Source, Tier
from dampipe.features.tiers import reasons
from dampipe.features.tiers.apply import KeepRequest
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.ids import LocationId, VersionId
from tests.support.moving import POLICY, Moving, visible

CONTENT = b"moving pictures" * 1000
SLOW = POLICY.replace('"0d"', '"14d"')


@dataclass
class Library:
    """A version with a file in `hot` and in `near`, and a third source without one."""

    hot: Source
    near: Source
    cold: Source
    version: VersionId
    first: LocationId
    second: LocationId
    roots: tuple[Path, Path, Path]

    def files(self) -> set[str]:
        return {str(path.relative_to(self.roots[0].parent)) for path in visible(*self.roots)}


@pytest.fixture
def library(here: Moving, tmp_path: Path) -> Library:
    roots = (tmp_path / "hot", tmp_path / "near", tmp_path / "cold")
    tiers = (Tier.HOT, Tier.NEARLINE, Tier.COLD)
    hot, near, cold = (here.source(root.name, root, tier) for root, tier in zip(roots, tiers, strict=True))
    version = here.version(CONTENT)
    return Library(
        hot, near, cold, version,
        here.file(hot, "day 1/a.mov", CONTENT, version),
        here.file(near, "hot/day 1/a.mov", CONTENT, version),
        roots,
    )  # fmt: skip


def test_a_file_is_copied_read_back_and_then_deleted_where_it_was(here: Moving, library: Library) -> None:
    plan = here.plan(here.copy(library.first, library.cold, "hot/day 1/a.mov"), here.delete(library.first))
    here.run(plan)
    assert here.plan_state(plan) == "done"
    assert here.outcomes(plan) == [("copy", "done", ""), ("delete", "done", "")]
    assert library.files() == {"near/hot/day 1/a.mov", "cold/hot/day 1/a.mov"}
    assert list(here.states().values()) == ["present", "present"]
    assert set(here.verdicts().values()) == {"same"}
    names = ("copy.made", "copy.leaving", "copy.deleted", "tier_plan.changed")
    assert here.events(*names) == ["tier_plan.changed", *names]
    made = visible(library.roots[2])[library.roots[2] / "hot/day 1/a.mov"]
    assert made == CONTENT


def test_the_file_stays_for_its_time_of_grace_and_can_be_kept(here: Moving, library: Library) -> None:
    policy = here.policy(SLOW)
    plan = here.plan(
        here.copy(library.first, library.cold, "x/a.mov"), here.delete(library.first), policy=policy
    )
    for _ in range(3):
        here.step()
    assert here.states()[library.first] == "leaving" and here.plan_state(plan) == "running"
    assert "hot/day 1/a.mov" in library.files()
    [file] = here.moves.trash(LOCAL).files
    assert (file.source, file.plan, file.rule) == ("hot", plan, "old")
    assert file.path == str(library.roots[0] / "day 1/a.mov")
    with pytest.raises(NotFound) as unknown:
        here.moves.keep(LOCAL, KeepRequest(what=("/nowhere",)))
    assert unknown.value.code == reasons.FILE_UNKNOWN.code
    assert here.moves.keep(LOCAL, KeepRequest(what=(file.path,))) == 1
    assert here.states()[library.first] == "present"
    here.run(plan)
    assert here.outcomes(plan)[1] == ("delete", "skipped", "tier.kept")
    assert here.moves.trash(LOCAL).total == 0
    assert here.events("copy.kept") == ["copy.kept"]
    assert "hot/day 1/a.mov" in library.files()


def test_the_database_s_clock_says_when_the_time_of_grace_is_over(
    here: Moving, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = here.plan(
        here.copy(library.first, library.cold, "x/a.mov"),
        here.delete(library.first),
        policy=here.policy(SLOW),
    )
    for _ in range(2):
        here.step()
    monkeypatch.setattr("time.time", lambda: 4e9)
    for _ in range(3):
        here.step()
    assert here.states()[library.first] == "leaving"
    monkeypatch.setattr("time.time", lambda: 1.0)
    here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=library.first)
    here.run(plan)
    assert library.first not in here.states() and "hot/day 1/a.mov" not in library.files()


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("UPDATE verification SET at = at - 91 * 86400 WHERE location_id = :second", "tier.too_few_copies"),
        ("UPDATE verification SET result = 'mismatch' WHERE location_id = :second", "tier.too_few_copies"),
        ("DELETE FROM verification WHERE location_id = :second", "tier.too_few_copies"),
        ("UPDATE location SET state = 'missing' WHERE id = :second", "tier.too_few_copies"),
        ("UPDATE location SET version_id = NULL WHERE id = :second", "tier.too_few_copies"),
        ("UPDATE location SET mtime_ns = mtime_ns - 1000000000 WHERE id = :second", "tier.too_few_copies"),
        ("UPDATE location SET storage_state = 'archived' WHERE id <> :first", "tier.no_readable_copy"),
        ("UPDATE source SET managed = false WHERE name = 'hot'", "tier.not_managed"),
        ("UPDATE location SET version_id = NULL WHERE id = :first", "tier.changed"),
        ("UPDATE location SET size = size + 1 WHERE id = :first", "tier.changed"),
    ],
)
@pytest.mark.parametrize("when", ["before it is marked", "before it is deleted"])
def test_nothing_is_deleted_that_has_too_few_copies(
    here: Moving, library: Library, what: str, reason: str, when: str
) -> None:
    third = here.file(library.cold, "x/a.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first), policy=here.policy(SLOW))
    values = {"first": library.first, "second": library.second}
    values = {name: value for name, value in values.items() if f":{name}" in what}
    if when == "before it is marked":
        here.execute(what, **values)
    else:
        here.step()
        assert here.states()[library.first] == "leaving"
        here.execute(what, **values)
        here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=library.first)
    here.run(plan)
    [(_, state, found)] = here.outcomes(plan)
    if reason == "tier.changed" and "version_id" in what:
        assert (state, found) in (("skipped", "tier.changed"), ("skipped", "tier.gone"))
    else:
        assert (state, found) == ("skipped", reason)
    assert library.files() == {"hot/day 1/a.mov", "near/hot/day 1/a.mov", "cold/x/a.mov"}
    assert here.states()[library.first] == "present" or "version_id" in what
    assert third in here.states()


def test_two_files_in_one_source_are_one_copy(here: Moving, library: Library) -> None:
    here.file(library.near, "again/a.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first))
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "skipped", "tier.too_few_copies")]


@pytest.mark.parametrize("of_what", ["the file that goes", "another copy"])
@pytest.mark.parametrize("how", ["hard link", "link"])
def test_two_names_of_one_file_are_one_copy(here: Moving, library: Library, of_what: str, how: str) -> None:
    """A hard link, or one folder that is mounted at two places; a link to it looks the same."""
    twin = here.file(library.cold, "x/a.mov", CONTENT, library.version)
    path = library.roots[2] / "x/a.mov"
    first = library.roots[0] / "day 1/a.mov"
    other = first if of_what == "the file that goes" else library.roots[1] / "hot/day 1/a.mov"
    path.unlink()
    if how == "link":
        path.parent.rmdir()
        path.parent.symlink_to(other.parent)
    else:
        path.hardlink_to(other)
    here.execute("UPDATE location SET mtime_ns = :t WHERE id = :id", t=other.stat().st_mtime_ns, id=twin)
    plan = here.plan(here.delete(library.first))
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "skipped", "tier.too_few_copies")]
    assert first.read_bytes() == CONTENT


def test_a_copy_that_has_gone_from_its_storage_is_not_relied_on(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    os.unlink(library.roots[1] / "hot/day 1/a.mov")
    plan = here.plan(here.delete(library.first))
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "skipped", "tier.too_few_copies")]
    assert "hot/day 1/a.mov" in library.files()


def test_a_copy_whose_storage_is_away_is_waited_for(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    library.roots[1].rename(library.roots[1].with_name("elsewhere"))
    plan = here.plan(here.delete(library.first))
    for _ in range(5):
        here.step()
        here.hurry()
    [(_, state, reason)] = here.outcomes(plan)
    assert (state, reason) == ("queued", "source.unreachable")
    library.roots[1].with_name("elsewhere").rename(library.roots[1])
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "done", "")]


def test_a_plan_ends_although_a_storage_never_comes_back(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    library.roots[1].rename(library.roots[1].with_name("elsewhere"))
    plan = here.plan(here.delete(library.first))
    here.run(plan, rounds=120)
    assert here.outcomes(plan) == [("delete", "failed", "tier.gave_up")]
    assert "hot/day 1/a.mov" in library.files()


def test_a_leaving_file_that_was_replaced_stays(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first), policy=here.policy(SLOW))
    here.step()
    (library.roots[0] / "day 1/a.mov").write_bytes(b"another take")
    here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=library.first)
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "skipped", "tier.changed")]
    assert here.states()[library.first] == "present"
    assert (library.roots[0] / "day 1/a.mov").read_bytes() == b"another take"


def test_a_file_that_someone_has_deleted_is_forgotten(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    here.file(library.hot, "other.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first), policy=here.policy(SLOW))
    here.step()
    (library.roots[0] / "day 1/a.mov").unlink()
    here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=library.first)
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "done", "")]
    assert library.first not in here.states()


def test_an_empty_mount_point_is_not_believed(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first), policy=here.policy(SLOW))
    here.step()
    away = library.roots[0].with_name("unmounted")
    library.roots[0].rename(away)
    library.roots[0].mkdir()
    here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=library.first)
    for _ in range(3):
        here.step()
        here.hurry()
    assert here.states()[library.first] == "leaving"
    library.roots[0].rmdir()
    away.rename(library.roots[0])
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "done", "")]
    assert "hot/day 1/a.mov" not in library.files()


def test_a_part_of_a_camera_card_is_not_deleted(here: Moving, library: Library) -> None:
    content = CONTENT + b"card"
    version = here.version(content)
    clip = here.file(library.hot, "CARD1/PRIVATE/M4ROOT/CLIP/C0001.MP4", content, version)
    here.file(library.near, "C0001.MP4", content, version)
    here.file(library.cold, "C0001.MP4", content, version)
    plan = here.plan(here.delete(clip))
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "skipped", "tier.in_a_card")]


def test_a_copy_that_is_being_read_back_is_not_deleted_meanwhile(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    far = "UPDATE verification SET lease_until = {} WHERE location_id = :id"
    here.execute(far.format("9e9"), id=library.first)
    plan = here.plan(here.delete(library.first))
    for _ in range(3):
        here.step()
    assert here.outcomes(plan)[0][1] in ("waiting", "queued")
    here.execute(far.format("0"), id=library.first)
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "done", "")]


# The policy


def test_a_rule_that_was_changed_deletes_nothing(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    first = here.policy(SLOW)
    plan = here.plan(here.delete(library.first), policy=first)
    here.step()
    assert here.states()[library.first] == "leaving"
    here.policy(SLOW.replace("copies = 2", "copies = 3"))
    here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=library.first)
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "skipped", "tier.rule_changed")]
    assert here.states()[library.first] == "present"


def test_a_policy_with_other_limits_changes_nothing_for_a_plan(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first))
    here.policy(POLICY + '[limits]\nbandwidth = [{from = "00:00", to = "24:00", mb_per_s = 1000}]\n')
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "done", "")]


def test_a_new_rule_before_it_makes_a_rule_another_one(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first))
    here.policy('[[rule]]\nname = "hold"\nquery = "rating>3"\n' + POLICY)
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "skipped", "tier.rule_changed")]


# Pause, resume, cancel


def test_a_paused_plan_waits_and_a_cancelled_one_keeps_what_was_leaving(
    here: Moving, library: Library
) -> None:
    content = CONTENT + b"2"
    other = here.version(content)
    more = here.file(library.hot, "b.mov", content, other)
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first), here.copy(more, library.cold), policy=here.policy(SLOW))
    here.sweep()
    here.moves.pause(LOCAL, plan)
    assert here.next_item() is None
    assert [state for _, state, _ in here.outcomes(plan)] == ["waiting", "waiting"]
    here.step()
    assert here.plan_state(plan) == "paused"
    with pytest.raises(Conflict):
        here.moves.pause(LOCAL, plan)
    here.moves.resume(LOCAL, plan)
    here.step()
    assert here.states()[library.first] == "leaving"
    here.moves.cancel(LOCAL, plan)
    assert here.states()[library.first] == "present"
    assert here.outcomes(plan) == [("delete", "skipped", "tier.cancelled"), ("copy", "done", "")]
    assert here.plan_state(plan) == "cancelled"
    here.step()
    assert "hot/day 1/a.mov" in library.files()


def test_a_paused_plan_deletes_nothing_whose_time_is_over(here: Moving, library: Library) -> None:
    here.file(library.cold, "x/a.mov", CONTENT, library.version)
    plan = here.plan(here.delete(library.first), policy=here.policy(SLOW))
    here.step()
    here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=library.first)
    here.sweep()
    item = here.next_item()
    assert item is not None
    here.moves.pause(LOCAL, plan)
    here.runner.run(*item)
    assert here.states()[library.first] == "leaving"
    here.moves.resume(LOCAL, plan)
    here.run(plan)
    assert here.outcomes(plan) == [("delete", "done", "")]


# Two at once


def test_two_plans_delete_one_of_two_copies_at_most(here: Moving, library: Library) -> None:
    third = here.file(library.cold, "x/a.mov", CONTENT, library.version)
    policy = here.policy()
    plans = [here.plan(here.delete(one), policy=policy) for one in (library.first, library.second, third)]
    for plan in plans:
        here.run(plan)
    outcomes = [here.outcomes(plan)[0][1:] for plan in plans]
    assert sorted(outcomes) == [
        ("done", ""),
        ("skipped", "tier.too_few_copies"),
        ("skipped", "tier.too_few_copies"),
    ]
    assert len(library.files()) == 2


def test_two_plans_that_copy_the_same_make_one_copy(here: Moving, library: Library) -> None:
    policy = here.policy()
    first = here.plan(here.copy(library.first, library.cold, "x/a.mov"), policy=policy)
    second = here.plan(here.copy(library.second, library.cold, "y/a.mov"), policy=policy)
    here.run(first)
    here.run(second)
    assert here.outcomes(second) == [("copy", "done", "")]
    assert library.files() == {"hot/day 1/a.mov", "near/hot/day 1/a.mov", "cold/x/a.mov"}


def test_a_copy_that_is_leaving_is_not_made_again(here: Moving, library: Library) -> None:
    third = here.file(library.cold, "x/a.mov", CONTENT, library.version)
    policy = here.policy(SLOW)
    first = here.plan(here.delete(third), policy=policy)
    here.step()
    second = here.plan(here.copy(library.first, library.cold, "x/a.mov"), policy=policy)
    here.run(second)
    assert here.outcomes(second) == [("copy", "skipped", "tier.is_leaving")]
    assert here.states()[third] == "leaving" and here.plan_state(first) == "running"
