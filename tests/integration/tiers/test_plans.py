"""Plans over both databases: what is read, what is stored, and what a second plan finds."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dampipe.features.fixity.model import Verdict
from dampipe.features.sources.model import LocationState
from dampipe.features.tiers import facts, plans, service
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.tables import TIER_ACTION, TIER_PLAN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.events.tables import EVENT
from dampipe.storage.files.base import StorageState
from tests.support.tiered import DAY, HUNDRED_MB, Tiered

TWO_COLD = """
[[rule]]
name = "old"
query = "age>30d"
copies = 2
tiers = ["cold"]
verified_within = "90d"
"""


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Tiered]:
    made = Tiered(catalogue_url, tmp_path)
    made.source("hot", gb_month=20.0)
    made.source("archive", "cold", gb_month=1.0)
    made.source("offsite", "cold", gb_month=2.0)
    yield made
    made.close()


def test_a_plan_copies_and_then_deletes(here: Tiered) -> None:
    here.content("a", {"hot": "day1/a.mov"}, age=60)
    here.content("b", {"hot": "day1/b.mov"}, age=1)
    number = here.policy(TWO_COLD)
    plan = here.plan()
    assert (plan.state, plan.policy, plan.is_stale) == (PlanState.DRAFT, number, False)
    assert here.done(plan) == [
        ("copy", "archive", "hot/day1/a.mov"),
        ("copy", "offsite", "hot/day1/a.mov"),
        ("delete", "hot", "day1/a.mov"),
    ]
    with here.database.read() as connection:
        [first, second, third] = plans.actions(connection, plan.number)
        assert [one.step for one in (first, second, third)] == [0, 0, 2]
        assert first.location_id == third.location_id is not None
        assert {one.state for one in (first, second, third)} == {ActionState.WAITING}
        assert len(plans.ready_actions(connection, plan.number, 0)) == 2
        assert plans.ready_actions(connection, plan.number, 2) == []
        assert [one.id for one in plans.actions(connection, plan.number, kinds=[ActionKind.DELETE])] == [
            third.id
        ]


def test_a_plan_that_was_carried_out_is_empty_the_second_time(here: Tiered) -> None:
    here.source("bucket", "cold", root="s3://bucket/footage", gb_month=0.5)
    for name in ("a", "b", "c"):
        here.content(name, {"hot": f"{name}.mov"}, age=60)
    here.content("d", {"hot": "d.mov", "archive": "hot/d.mov"}, age=60)
    classes = 'storage_class = {bucket = "DEEP_ARCHIVE"}'
    here.policy(f"{TWO_COLD}{classes}\n")
    plan = here.plan()
    assert (plan.estimate.copies.files, plan.estimate.reclasses.files, plan.estimate.deletes.files) == (
        7,
        4,
        4,
    )
    here.carry_out(plan.number)
    assert here.service.show_plan(LOCAL, plan.number).state is PlanState.DONE
    again = here.plan()
    assert again.estimate.is_empty and here.done(again) == []
    assert again.estimate.rules[0].below == 0


def test_every_version_of_an_asset_is_kept(here: Tiered) -> None:
    version = here.content("a", {"hot": "a.mov"}, age=60)
    with here.database.read() as connection:
        asset = connection.execute(
            select(facts.VERSION.c.asset_id).where(facts.VERSION.c.id == version)
        ).scalar()
    here.content("a before", {"hot": "old/a.mov"}, age=60, asset=asset, superseded=True)
    here.policy(TWO_COLD)
    assert [one for one in here.done(here.plan()) if one[0] == "delete"] == [
        ("delete", "hot", "a.mov"),
        ("delete", "hot", "old/a.mov"),
    ]


def test_the_first_rule_that_finds_an_asset_holds(here: Tiered) -> None:
    here.content("a", {"hot": "a.mov"}, age=60)
    here.content("b", {"hot": "b.mov"}, age=1)
    here.policy(
        '[[rule]]\nname = "young"\nquery = "age<30d"\ncopies = 1\n'
        '[[rule]]\nname = "all"\ncopies = 2\nsources = ["offsite"]\n'
    )
    plan = here.plan()
    assert here.done(plan) == [("copy", "offsite", "hot/a.mov")]
    assert [(one.rule, one.assets, one.below) for one in plan.estimate.rules] == [
        ("young", 1, 0),
        ("all", 1, 1),
    ]
    assert here.done(here.plan("young")) == []
    only = here.plan("all")
    assert here.done(only) == here.done(plan) and [one.rule for one in only.estimate.rules] == ["all"]
    with pytest.raises(NotFound, match="no rule 'x'"):
        here.plan("x")


@pytest.mark.parametrize(
    ("state", "days", "below"),
    [("present", 1, 0), ("present", 100, 1), ("missing", 1, 1), ("leaving", 1, 1)],
)
def test_only_a_verified_file_that_is_there_counts(here: Tiered, state: str, days: float, below: int) -> None:
    version = here.content("a", {"hot": "a.mov", "archive": "a.mov"}, verified={"hot": 1, "archive": days})
    here.change(max(here.locations(version)), state=LocationState(state))
    here.policy('[[rule]]\nname = "all"\nverified_within = "90d"')
    assert here.plan().estimate.rules[0].below == below


def test_the_proof_of_another_content_counts_for_nothing(here: Tiered) -> None:
    other = here.content("other", {})
    version = here.content("a", {"hot": "a.mov"})
    location = here.file(version, "archive", "a.mov", None)
    here.policy('[[rule]]\nname = "all"\nverified_within = "90d"')
    here.verified(location, other, here.now)
    report = here.plan().estimate.rules[0]
    assert (report.below, report.unproved.files, report.unproved.bytes) == (1, 1, HUNDRED_MB)
    here.verified(location, version, here.now, Verdict.MISMATCH)
    assert here.done(here.plan()) == [("copy", "offsite", "hot/a.mov")]
    here.verified(location, version, here.now)
    assert here.plan().estimate.rules[0].below == 0


@pytest.mark.parametrize(
    ("days", "warnings", "deletes"),
    [(10, "[]", 1), (100, "[]", 0), (10, '["x cannot be read"]', 0), (None, "", 0)],
)
def test_an_archived_copy_counts_while_complete_listings_show_it(
    here: Tiered, days: float | None, warnings: str, deletes: int
) -> None:
    here.source("bucket", "cold", root="s3://bucket/footage")
    version = here.content("a", {"hot": "a.mov", "archive": "a.mov"}, age=60)
    location = here.file(version, "bucket", "a.mov", 200)
    here.change(location, storage_state=StorageState.ARCHIVED, storage_class="DEEP_ARCHIVE")
    here.policy(TWO_COLD)
    if days is not None:
        here.scanned("s3://bucket/footage", days, warnings)
    assert here.plan().estimate.deletes.files == deletes


@pytest.mark.parametrize(("until", "copies"), [(-DAY, 0), (DAY, 2), (None, 2)])
def test_a_restored_file_is_read_while_it_is_restored(here: Tiered, until: float | None, copies: int) -> None:
    here.source("bucket", "nearline", managed=False, root="s3://bucket/footage")
    version = here.content("a", {"bucket": "a.mov"}, age=60)
    [location] = here.locations(version)
    here.change(
        location,
        storage_state=StorageState.RESTORED,
        restored_until=None if until is None else here.now + until,
    )
    here.policy(TWO_COLD)
    plan = here.plan()
    assert (plan.estimate.copies.files, plan.estimate.rules[0].not_readable.files) == (
        copies,
        1 if not copies else 0,
    )


def test_no_copy_is_given_a_name_that_another_content_has(here: Tiered) -> None:
    first = here.content("before", {"archive": "hot/a.mov"})
    here.content("after", {"hot": "a.mov"})
    here.content("unknown", {"hot": "b.mov"})
    here.file(None, "archive", "hot/b.mov")
    here.content("lost", {"hot": "c.mov"})
    gone = here.content("gone", {"hot": "d.mov", "archive": "hot/d.mov"})
    here.change(max(here.locations(gone)), state=LocationState.MISSING)
    here.policy('[[rule]]\nname = "all"\nsources = ["archive"]')
    keys = [key for _, _, key in here.done(here.plan())]
    assert [key for key in keys if key.startswith("hot/a")] != ["hot/a.mov"]
    assert sorted(key.count(".") for key in keys) == [1, 1, 2, 2]
    assert "hot/c.mov" in keys and "hot/d.mov" in keys, "a file that is missing gets its name again"
    assert first


def test_two_copies_of_one_plan_do_not_get_one_name(here: Tiered, monkeypatch: pytest.MonkeyPatch) -> None:
    here.source("b")
    here.source("b/footage")
    here.content("one", {"b": "footage/x.mov"})
    here.content("two", {"b/footage": "x.mov"})
    here.policy('[[rule]]\nname = "all"\nsources = ["archive"]')
    for block in (10_000, 1):
        monkeypatch.setattr(facts, "BLOCK", block)
        keys = [key for _, _, key in here.done(here.plan())]
        assert len(set(keys)) == len(keys) == 2 and "b/footage/x.mov" in keys


def test_names_that_are_not_utf8_are_kept(here: Tiered) -> None:
    here.content("a", {"hot": "d\udcff/\udcfe.mov"})
    here.policy('[[rule]]\nname = "all"\nsources = ["archive"]')
    plan = here.plan()
    with here.database.read() as connection:
        [action] = plans.actions(connection, plan.number)
    assert action.key == "hot/d\udcff/\udcfe.mov"
    assert json.dumps(here.service.actions(LOCAL, plan.number)[0].model_dump(mode="json"))


def test_a_file_in_a_card_is_copied_and_stays(here: Tiered) -> None:
    here.content("a", {"hot": "CARD1/PRIVATE/M4ROOT/CLIP/C0001.MP4"}, age=60)
    here.policy(TWO_COLD)
    plan = here.plan()
    assert (plan.estimate.copies.files, plan.estimate.deletes.files) == (2, 0)
    assert plan.estimate.rules[0].kept.files == 1


def test_what_another_plan_is_at_work_on_is_left_out(here: Tiered) -> None:
    here.content("a", {"hot": "a.mov"}, age=60)
    here.policy(TWO_COLD)
    first = here.plan()
    assert len(here.done(here.plan())) == 3, "a draft is not at work"
    with here.database.write() as connection:
        plans.require_plan(connection, first.number, (PlanState.DRAFT,), PlanState.RUNNING, "applied")
    second = here.plan()
    assert here.done(second) == [] and second.estimate.rules[0].busy == 1
    with here.database.write() as connection:
        with pytest.raises(Conflict, match=f"plan {first.number} is running: it cannot be applied"):
            plans.require_plan(connection, first.number, (PlanState.DRAFT,), PlanState.RUNNING, "applied")
        assert not plans.finish_plan(connection, first.number)
        plans.end_actions(connection, first.number, (ActionState.WAITING,), service.errors.PLAN_STATE)
        assert plans.finish_plan(connection, first.number)
    assert len(here.done(here.plan())) == 3
    report = here.service.show_plan(LOCAL, first.number)
    assert report.finished_at is not None and report.applied_at is not None
    assert [(one.kind, one.state, one.files) for one in report.states] == [
        ("copy", "skipped", 2),
        ("delete", "skipped", 1),
    ]


def test_a_library_is_read_in_blocks(here: Tiered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "BLOCK", 3)
    for number in range(10):
        here.content(str(number), {"hot": f"{number}.mov"}, age=60 if number % 4 else 1)
    here.policy(TWO_COLD)
    plan = here.plan()
    assert (plan.estimate.copies.files, plan.estimate.rules[0].assets) == (14, 7)
    assert len({key for _, source, key in here.done(plan) if source == "archive"}) == 7


def test_a_plan_that_fails_while_it_is_made_leaves_nothing(
    here: Tiered, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.content("a", {"hot": "a.mov"}, age=60)
    here.policy(TWO_COLD)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(plans, "complete_plan", fail)
    with pytest.raises(KeyboardInterrupt):
        here.plan()
    with here.database.read() as connection:
        assert connection.execute(select(TIER_PLAN.c.id)).all() == []
        assert connection.execute(select(TIER_ACTION.c.id)).all() == []


def test_drafts_that_nobody_applied_are_deleted_after_a_week(here: Tiered) -> None:
    here.content("a", {"hot": "a.mov"}, age=60)
    here.policy(TWO_COLD)
    old, applied, young = (here.plan().number for _ in range(3))
    with here.database.write() as connection:
        plans.set_plan(connection, applied, (PlanState.DRAFT,), PlanState.RUNNING)
        past = update(TIER_PLAN).where(TIER_PLAN.c.id.in_((old, applied)))
        connection.execute(past.values(created_at=here.now - 8 * DAY))
    newest = here.plan().number
    assert [one.number for one in here.service.plans(LOCAL)] == [newest, young, applied]
    with pytest.raises(NotFound, match=f"no plan {old}"):
        here.service.show_plan(LOCAL, old)


def test_costs_are_reckoned(here: Tiered) -> None:
    here.source(
        "bucket", "nearline", root="s3://bucket/footage",
        gb_month=10.0, egress_gb=0.5, write_1000=2.0, read_1000=1.0, minimum_days=90, mb_per_s=100,
    )  # fmt: skip
    here.source("fast", "cold", gb_month=1.0, mb_per_s=50, currency="EUR", write_1000=4.0)
    version = here.content("a", {"bucket": "a.mov"}, age=60, size=2_000_000_000)
    [location] = here.locations(version)
    here.change(location, mtime_ns=int((here.now - 30 * DAY) * 1e9))
    here.policy(
        '[[rule]]\nname = "x"\ncopies = 1\ntiers = ["cold"]\nsources = ["fast"]\ngrace = "10d"\n'
        "[limits]\nconfirm_above = {money = 35}"
    )
    plan = here.plan()
    [copy, deleted] = plan.estimate.lines
    assert (copy.origin, copy.source, copy.files, copy.bytes, copy.read_bytes) == (
        "bucket", "fast", 1, 2_000_000_000, 4_000_000_000,
    )  # fmt: skip
    euros, dollars = copy.charges
    assert (euros.currency, euros.egress, euros.requests, euros.month) == (
        "EUR",
        0.0,
        pytest.approx(0.004),
        2.0,
    )
    assert (dollars.currency, dollars.egress, dollars.requests) == ("USD", 1.0, pytest.approx(0.001))
    assert copy.seconds == pytest.approx(2000 / 50 + 2000 / 50)
    [early] = deleted.charges
    # 90 days less 30, and the 10 days for which it stays.
    assert (early.early_delete, early.month) == (pytest.approx(2 * 10 / 30 * 50, rel=1e-3), -20.0)
    assert plan.estimate.seconds == copy.seconds and plan.estimate.grace == 10 * DAY
    assert not plan.asks
    here.policy(here.service.policy(LOCAL).toml.replace("35", "30"))
    assert here.service.show_plan(LOCAL, plan.number).is_stale
    assert here.plan().asks


def test_how_long_it_takes_depends_on_the_limits(here: Tiered) -> None:
    here.source("slow", mb_per_s=10)
    here.source("tape", "cold", mb_per_s=10)
    here.content("a", {"slow": "a.mov"})
    asked = '[[rule]]\nname = "x"\nsources = ["tape"]\n'
    here.policy(asked)
    assert here.plan().estimate.seconds == pytest.approx(20)
    here.policy(f'{asked}[limits]\nbandwidth = [{{from = "00:00", to = "12:00", mb_per_s = 5}}]')
    assert here.plan().estimate.seconds == pytest.approx(20 * 10 / 7.5)
    here.content("b", {"hot": "b.mov"})
    assert here.plan().estimate.seconds is None


# Policies


def test_policies_are_kept(here: Tiered) -> None:
    with pytest.raises(NotFound, match="no policy has been applied"):
        here.service.policy(LOCAL)
    with pytest.raises(NotFound, match="no policy has been applied"):
        here.plan()
    first = here.policy(TWO_COLD)
    second = here.policy(f"# another\n{TWO_COLD}")
    assert here.service.policy(LOCAL).toml.startswith("# another")
    assert here.service.policy(LOCAL, first).toml == TWO_COLD
    assert [(one.number, one.is_in_force) for one in here.service.history(LOCAL)] == [
        (second, True),
        (first, False),
    ]
    with pytest.raises(NotFound, match="no policy 99"):
        here.service.policy(LOCAL, 99)
    with here.database.read() as connection:
        named = select(EVENT.c.data, EVENT.c.actor).where(EVENT.c.name == "tier.policy_applied")
        rows = connection.execute(named).all()
    assert sorted(json.loads(row.data)["number"] for row in rows) == [first, second]
    assert {row.actor for row in rows} == {"local"}


def test_a_policy_that_does_not_fit_the_library_is_refused(here: Tiered) -> None:
    here.source("card", managed=False)
    with pytest.raises(InvalidInput) as found:
        here.policy(
            '[[rule]]\nname = "one"\nquery = "nothing>3"\nsources = ["nowhere", "card"]\ntiers = ["cold"]\n'
            '[[rule]]\nname = "two"\nsources = ["hot"]\ntiers = ["cold"]\n'
            'storage_class = {archive = "GLACIER", none = "GLACIER"}\n'
        )
    assert found.value.code == "tier.policy_faulty"
    for part in (
        "rule 'one': sources: there is no source 'nowhere'",
        "rule 'one': sources: 'card' is not managed",
        "rule 'two': sources: 'hot' is hot, which is none of its tiers",
        "rule 'two': storage_class: 'archive' is",
        "rule 'two': storage_class: there is no source 'none'",
        "rule 'one': query: ",
    ):
        assert part in str(found.value)
    assert here.service.history(LOCAL) == []


def test_a_check_says_what_rules_find(here: Tiered) -> None:
    for number in range(5):
        here.content(str(number), {"hot": f"{number}.mov"}, age=10 * number + 1)
    checked = here.service.check_policy(
        LOCAL,
        '[[rule]]\nname = "a"\nquery = "age>30d"\ntiers = ["offline"]\n[[rule]]\nname = "b"\nquery = "age>=11d"\n',
    )
    assert [(one.rule, one.assets) for one in checked.rules] == [("a", 2), ("b", 2)] and checked.others == 1
    assert any("no managed source of the tier offline" in text for text in checked.rules[0].warnings)
    assert checked.rules[1].warnings == ()


def test_a_made_plan_is_an_event(here: Tiered) -> None:
    here.content("a", {"hot": "a.mov"}, age=60)
    here.policy(TWO_COLD)
    plan = here.plan()
    with here.database.read() as connection:
        data = connection.execute(select(EVENT.c.data).where(EVENT.c.name == "tier.plan_made")).scalar_one()
    assert json.loads(data) == {
        "plan": plan.number,
        "policy": plan.policy,
        "copies": 2,
        "reclasses": 0,
        "deletes": 1,
    }


# Status


def test_what_sources_hold_and_how_assets_stand(here: Tiered) -> None:
    first = here.content("a", {"hot": "a.mov", "archive": "a.mov"}, size=1_000_000_000)
    here.content("b", {"hot": "b.mov"}, size=2_000_000_000, verified={})
    here.change(max(here.locations(first)), storage_state=StorageState.ARCHIVED)
    usage = {one.source: one for one in here.service.usage(LOCAL)}
    assert list(usage) == ["hot", "archive", "offsite"]
    assert (usage["hot"].present.files, usage["hot"].present.bytes, usage["hot"].month) == (
        2,
        3_000_000_000,
        60.0,
    )
    assert (usage["archive"].archived.files, usage["archive"].month) == (1, 1.0)
    here.policy('[[rule]]\nname = "all"\ncopies = 2')
    [rule] = here.service.standing(LOCAL).rules
    assert (rule.versions, rule.below, rule.unproved.files) == (2, 1, 1)
    assert here.service.plans(LOCAL) == []
