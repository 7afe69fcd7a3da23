"""What the planner decides for the files of one version: by tables, and properties over many libraries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dampipe.features.sources.costs import CostModel
from dampipe.features.sources.model import LocationState, Tier
from dampipe.features.tiers.model import ActionKind
from dampipe.features.tiers.planner import Copy, Decision, Lack, Place, Planner, Proof, Step
from dampipe.features.tiers.policy import DAY, Rule

NOW = 1_800_000_000.0
HOT, SHARE, NEAR, COLD, GLACIER, SHELF = range(1, 7)


def place(number: int, name: str, tier: Tier, *, managed: bool = True, gb: float = 0.0, **more: Any) -> Place:
    cost = CostModel(gb_month=gb, egress_gb=more.pop("egress", 0.0))
    return Place(id=number, name=name, tier=tier, managed=managed, cost=cost, **more)


PLACES = (
    place(HOT, "hot", Tier.HOT, gb=20),
    place(SHARE, "share", Tier.HOT, managed=False, gb=10),
    place(NEAR, "near", Tier.NEARLINE, gb=5, egress=0.01),
    place(COLD, "cold", Tier.COLD, gb=2, egress=0.02),
    place(GLACIER, "glacier", Tier.COLD, gb=1, egress=0.09, is_remote=True, listed_at=NOW - 2 * DAY),
    place(SHELF, "shelf", Tier.OFFLINE, managed=False),
)
COPY, RECLASS, DELETE = ActionKind.COPY, ActionKind.RECLASS, ActionKind.DELETE


def rule(**more: Any) -> Rule:
    return Rule.model_validate({"name": "r", "verified_within": "90d", **more})


def decide(files: Sequence[Copy], places: Sequence[Place] = PLACES, **more: Any) -> Decision:
    return Planner([rule(**more)], places, NOW).decide(0, files)


def done(decision: Decision) -> list[tuple[ActionKind, int, int]]:
    return [(step.kind, step.file, step.source) for step in decision.steps]


def at(source: int, proof: Proof = Proof.FRESH, **more: Any) -> Copy:
    return Copy(source, proof=proof, **more)


ARCHIVED = {"is_archived": True, "storage_class": "DEEP_ARCHIVE"}


@pytest.mark.parametrize(
    ("files", "asked", "expected"),
    [
        # Copies: as many as are missing, the cheapest places first, from the cheapest origin.
        ([at(HOT)], {"copies": 1}, []),
        ([at(HOT)], {"copies": 2}, [(COPY, 0, GLACIER)]),
        ([at(HOT)], {"copies": 3}, [(COPY, 0, GLACIER), (COPY, 0, COLD)]),
        ([at(HOT)], {"copies": 2, "sources": ["near", "cold"]}, [(COPY, 0, NEAR)]),
        ([at(HOT)], {"copies": 3, "sources": ["cold", "near"]}, [(COPY, 0, COLD), (COPY, 0, NEAR)]),
        ([at(GLACIER), at(NEAR)], {"copies": 3}, [(COPY, 1, COLD)]),
        ([at(HOT), at(HOT)], {"copies": 2}, [(COPY, 0, GLACIER)]),
        # What only has to be verified is not copied.
        ([at(HOT), at(COLD, Proof.OLD)], {"copies": 2}, []),
        ([at(HOT), at(COLD, Proof.NONE)], {"copies": 2}, []),
        ([at(HOT), at(COLD, Proof.BAD)], {"copies": 2}, [(COPY, 0, GLACIER)]),
        ([at(HOT, Proof.BAD), at(COLD)], {"copies": 2, "tiers": ["hot", "cold"]}, [(COPY, 1, GLACIER)]),
        ([at(HOT), at(GLACIER, Proof.NONE, **ARCHIVED)], {"copies": 2}, [(COPY, 0, COLD)]),
        ([at(HOT), at(SHELF, Proof.OLD)], {"copies": 2}, []),
        ([at(HOT), at(SHELF, Proof.NONE)], {"copies": 2}, [(COPY, 0, GLACIER)]),
        # A copy that is missing may be made again; one that leaves has its name still.
        ([at(HOT), at(GLACIER, state=LocationState.MISSING)], {"copies": 2}, [(COPY, 0, GLACIER)]),
        ([at(HOT), at(GLACIER, state=LocationState.LEAVING)], {"copies": 2}, [(COPY, 0, COLD)]),
        # Tiers: one in each, and none in others.
        ([at(HOT)], {"copies": 1, "tiers": ["cold"]}, [(COPY, 0, GLACIER), (DELETE, 0, HOT)]),
        ([at(HOT)], {"copies": 2, "tiers": ["hot", "cold"]}, [(COPY, 0, GLACIER)]),
        ([at(HOT), at(NEAR)], {"copies": 2, "tiers": ["hot", "cold"]}, [(COPY, 0, GLACIER), (DELETE, 1, NEAR)]),
        (
            [at(HOT)],
            {"copies": 2, "tiers": ["cold"]},
            [(COPY, 0, GLACIER), (COPY, 0, COLD), (DELETE, 0, HOT)],
        ),
        ([at(HOT), at(HOT), at(COLD)], {"copies": 1, "tiers": ["cold"]}, [(DELETE, 0, HOT), (DELETE, 1, HOT)]),
        # Only what is managed is deleted from.
        ([at(SHARE), at(COLD)], {"copies": 1, "tiers": ["cold"]}, []),
        # A delete counts verified copies only.
        ([at(HOT), at(COLD, Proof.OLD)], {"copies": 1, "tiers": ["cold"]}, []),
        ([at(HOT), at(COLD, Proof.NONE)], {"copies": 1, "tiers": ["cold"]}, []),
        ([at(HOT), at(COLD), at(GLACIER, Proof.OLD)], {"copies": 2, "tiers": ["cold"]}, []),
        # Outside copies fill up to the number: the dearest go first.
        (
            [at(HOT), at(NEAR), at(COLD)],
            {"copies": 2, "tiers": ["cold"], "sources": ["cold"]},
            [(DELETE, 0, HOT)],
        ),
        ([at(HOT), at(SHARE), at(COLD)], {"copies": 2, "tiers": ["cold"], "sources": ["cold"]}, [(DELETE, 0, HOT)]),
        # One that is archived counts as long as listings show it.
        ([at(HOT), at(COLD), at(GLACIER, Proof.OLD, **ARCHIVED)], {"copies": 2, "tiers": ["cold"]}, [(DELETE, 0, HOT)]),
        ([at(HOT), at(GLACIER, **ARCHIVED)], {"copies": 1, "tiers": ["cold"]}, []),
        ([at(HOT), at(GLACIER, **ARCHIVED)], {"copies": 1, "tiers": ["cold"], "readable": False}, [(DELETE, 0, HOT)]),
        # Nothing can be read, so nothing is copied.
        ([at(GLACIER, **ARCHIVED)], {"copies": 2}, []),
        # Storage classes: of what was verified, and of the copies that are made.
        (
            [at(HOT), at(GLACIER, storage_class="STANDARD")],
            {"copies": 1, "storage_class": {"glacier": "DEEP_ARCHIVE"}},
            [(RECLASS, 1, GLACIER)],
        ),
        ([at(HOT), at(GLACIER, Proof.OLD)], {"copies": 1, "storage_class": {"glacier": "DEEP_ARCHIVE"}}, []),
        ([at(HOT), at(GLACIER, **ARCHIVED)], {"copies": 1, "storage_class": {"glacier": "DEEP_ARCHIVE"}}, []),
        ([at(HOT), at(GLACIER, **ARCHIVED)], {"copies": 1, "storage_class": {"glacier": "STANDARD"}}, []),
        (
            [at(HOT)],
            {"copies": 2, "storage_class": {"glacier": "DEEP_ARCHIVE"}},
            [(COPY, 0, GLACIER), (RECLASS, 0, GLACIER)],
        ),
        # After it, no copy could be read at once.
        (
            [at(HOT)],
            {"copies": 1, "tiers": ["cold"], "sources": ["glacier"], "storage_class": {"glacier": "GLACIER"}},
            [(COPY, 0, GLACIER), (RECLASS, 0, GLACIER)],
        ),
    ],
)  # fmt: skip
def test_what_is_done(
    files: list[Copy], asked: dict[str, Any], expected: list[tuple[ActionKind, int, int]]
) -> None:
    assert done(decide(files, **asked)) == expected


@pytest.mark.parametrize(
    ("files", "asked", "lack", "is_below"),
    [
        ([at(HOT)], {"copies": 1}, None, False),
        ([at(HOT)], {"copies": 2}, None, True),
        ([at(HOT), at(COLD, Proof.OLD)], {"copies": 2}, None, True),
        ([at(HOT)], {"copies": 5}, Lack.NO_DESTINATION, True),
        ([at(HOT)], {"copies": 2, "tiers": ["hot", "offline"]}, Lack.NO_DESTINATION, True),
        ([at(GLACIER, **ARCHIVED)], {"copies": 2}, Lack.NOT_READABLE, True),
        ([at(HOT), at(NEAR)], {"copies": 2, "tiers": ["cold"]}, None, True),
    ],
)
def test_what_is_said(files: list[Copy], asked: dict[str, Any], lack: Lack | None, is_below: bool) -> None:
    decision = decide(files, **asked)
    assert (decision.lack, decision.is_below) == (lack, is_below)


def test_what_has_to_be_verified_and_what_stays_is_said() -> None:
    decision = decide([at(HOT, Proof.NONE), at(COLD, Proof.OLD), at(SHARE)], copies=2, tiers=["hot", "cold"])
    assert decision.unproved == (0, 1)
    decision = decide([at(SHARE), at(COLD), at(HOT)], copies=1, tiers=["cold"])
    assert done(decision) == [(DELETE, 2, HOT)] and decision.kept == (0,)


def test_a_listing_that_is_too_old_proves_nothing() -> None:
    places = [replace(one, listed_at=NOW - 100 * DAY) if one.id == GLACIER else one for one in PLACES]
    files = [at(HOT), at(COLD), at(GLACIER, Proof.OLD, **ARCHIVED)]
    assert done(decide(files, places, copies=2, tiers=["cold"])) == []


# Properties


@dataclass(frozen=True)
class Case:
    places: tuple[Place, ...]
    rule: Rule
    files: tuple[Copy, ...]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    places = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        is_remote = draw(st.booleans())
        places.append(
            Place(
                id=number,
                name=f"s{number}",
                tier=draw(st.sampled_from(Tier)),
                managed=draw(st.booleans()),
                cost=CostModel(gb_month=draw(st.integers(0, 3)), egress_gb=draw(st.integers(0, 2))),
                listed_at=draw(st.sampled_from((0.0, NOW - DAY))),
                is_remote=is_remote,
            )
        )
    copies = draw(st.integers(1, 4))
    tiers = draw(st.lists(st.sampled_from(Tier), unique=True, max_size=copies))
    names = [one.name for one in places]
    classes = ("STANDARD", "GLACIER", "DEEP_ARCHIVE")
    asked = rule(
        copies=copies,
        tiers=tiers,
        sources=draw(st.lists(st.sampled_from(names), unique=True)),
        readable=draw(st.booleans()),
        storage_class=draw(st.dictionaries(st.sampled_from(names), st.sampled_from(classes), max_size=2)),
    )
    files = draw(
        st.lists(
            st.builds(
                Copy,
                source=st.sampled_from([one.id for one in places]),
                state=st.sampled_from(
                    (LocationState.PRESENT,) * 4 + (LocationState.MISSING, LocationState.LEAVING)
                ),
                is_archived=st.booleans(),
                proof=st.sampled_from((Proof.FRESH, Proof.FRESH, *Proof)),
                storage_class=st.sampled_from(("", *classes)),
            ),
            min_size=1,
            max_size=6,
        )
    )
    return Case(tuple(places), asked, tuple(files))


def counted(case: Case, files: Sequence[Copy]) -> set[int]:
    """The sources with a verified copy, by the words of the documentation."""
    found = set()
    for file in files:
        mine = next(one for one in case.places if one.id == file.source)
        if file.state is not LocationState.PRESENT:
            continue
        listed = mine.listed_at >= NOW - case.rule.verified_within and mine.tier is not Tier.OFFLINE
        if file.proof is Proof.FRESH or (file.proof is Proof.OLD and file.is_archived and listed):
            found.add(file.source)
    return found


def after(files: Sequence[Copy], steps: Sequence[Step]) -> list[Copy]:
    """The files when everything is done as it was planned."""
    now: dict[Any, Copy] = dict(enumerate(files))
    for step in steps:
        if step.kind is COPY:
            missing = [
                key
                for key, one in now.items()
                if one.source == step.source and one.state is LocationState.MISSING
            ]
            for key in missing:
                del now[key]
            now["made", step.source] = Copy(step.source, proof=Proof.FRESH)
        elif step.kind is RECLASS:
            key = ("made", step.source) if step.is_made else step.file
            is_archived = step.storage_class in ("GLACIER", "DEEP_ARCHIVE")
            now[key] = now[key]._replace(storage_class=step.storage_class, is_archived=is_archived)
        else:
            del now[step.file]
    return list(now.values())


MANY = settings(max_examples=400, deadline=None)


@MANY
@given(cases())
def test_no_plan_leaves_fewer_verified_copies_than_the_rule_asks_for(case: Case) -> None:
    decision = Planner([case.rule], case.places, NOW).decide(0, case.files)
    before, left = counted(case, case.files), counted(case, after(case.files, decision.steps))
    assert len(left) >= min(case.rule.copies, len(before))
    deletes = [step for step in decision.steps if step.kind is DELETE]
    if deletes:
        assert len(left) >= case.rule.copies >= 1
        # Nor do those that are there before anything is deleted rely on what is deleted.
        gone = {step.source for step in deletes}
        assert len(left - gone) >= case.rule.copies
        if case.rule.readable:
            tiers = {one.id: one.tier for one in case.places}
            assert any(
                not file.is_archived and tiers[file.source] is not Tier.OFFLINE
                for file in after(case.files, decision.steps)
                if file.source in left
            )


@MANY
@given(cases())
def test_a_plan_that_was_carried_out_is_empty_the_second_time(case: Case) -> None:
    planner = Planner([case.rule], case.places, NOW)
    files = after(case.files, planner.decide(0, case.files).steps)
    assert planner.decide(0, files).steps == ()


@MANY
@given(cases())
def test_only_managed_sources_are_written_to_or_deleted_from(case: Case) -> None:
    managed = {one.id for one in case.places if one.managed}
    decision = Planner([case.rule], case.places, NOW).decide(0, case.files)
    assert {step.source for step in decision.steps} <= managed
    for step in decision.steps:
        if step.kind is COPY:
            assert all(
                file.source != step.source or file.state is LocationState.MISSING for file in case.files
            )
            origin = case.files[step.file]
            assert origin.state is LocationState.PRESENT and not origin.is_archived
        elif not step.is_made:
            assert case.files[step.file].source == step.source
            assert case.files[step.file].state is LocationState.PRESENT


@MANY
@given(cases())
def test_copies_are_where_the_rule_wants_them(case: Case) -> None:
    tiers = {one.id: one.tier for one in case.places}
    names = {one.id: one.name for one in case.places}
    decision = Planner([case.rule], case.places, NOW).decide(0, case.files)
    for step in decision.steps:
        if step.kind is COPY:
            assert not case.rule.tiers or tiers[step.source] in case.rule.tiers
            assert not case.rule.sources or names[step.source] in case.rule.sources
        if step.kind is DELETE:
            assert case.rule.tiers and tiers[step.source] not in case.rule.tiers
