"""Definitions that are tried and applied over a library, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from dampipe.features.assets.selected import Selected
from dampipe.features.fixity.model import Verdict
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.tables import LOCATION
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.tables import DEFINITION
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from tests.integration.workflow.conftest import FILES, Flowing
from tests.support.searching import sha1

REVIEW, ARCHIVE, NONE = (shipped_toml(key) for key in ("review", "archive", "none"))


def toml(*states: str, moves: str = "", more: str = "") -> str:
    listed = ", ".join(f'{{ key = "{state}", final = true }}' for state in states)
    return f'key = "other"\nstates = [{listed}]\n{more}\n' + moves


def chain(*states: str, more: str = "") -> str:
    moves = "".join(
        f'[[transitions]]\nkey = "to_{to}"\nfrom = ["{source}"]\nto = "{to}"\n'
        for source, to in pairwise(states)
    )
    return toml(*states, moves=moves, more=more)


def states(flow: Flowing) -> list[str]:
    return [flow.state(path) for path in FILES]


def test_a_definition_without_a_state_in_which_assets_are_needs_a_map(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.move(LOCAL, "submit", FILES[0])
    new = chain("draft", "published")
    trial = flow.workflow.trial(LOCAL, new)
    assert [(one.key, one.assets, one.to) for one in trial.removed] == [("in_review", 1, None)]
    assert not trial.fits and trial.faults == ()
    with pytest.raises(Conflict, match=r"does not have: in_review \(1\)"):
        flow.apply(new)
    with pytest.raises(InvalidInput, match="leads from 'in_review' to 'nowhere'"):
        flow.apply(new, in_review="nowhere")
    with pytest.raises(InvalidInput, match="which the definition has"):
        flow.apply(new, in_review="draft", draft="published")
    assert flow.workflow.workflow(LOCAL).key == "review"
    assert flow.workflow.trial(LOCAL, new, {"in_review": "published"}).fits
    done = flow.workflow.apply(LOCAL, new, {"in_review": "published"})
    assert (done.version, done.moved, done.begun) == (2, 1, 0)
    assert states(flow) == ["published", "draft", "draft", "draft"]
    assert flow.show(FILES[0]).by is None


def test_the_map_may_stand_in_the_definition(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.move(LOCAL, "submit", FILES[0])
    flow.apply(chain("draft", "published", more='map = { in_review = "published" }'))
    assert states(flow) == ["published", "draft", "draft", "draft"]


def test_assets_that_never_moved_stay_where_they_began(flow: Flowing) -> None:
    """Another first state does not approve a million drafts."""
    flow.apply(REVIEW)
    done = flow.workflow.apply(LOCAL, chain("approved", "draft", "in_review"))
    assert (done.moved, done.begun) == (0, 4)
    assert states(flow) == ["draft"] * 4
    flow.add("new/e.mp4")
    assert flow.state("new/e.mp4") == "approved"


def test_a_first_state_that_is_removed_is_mapped_like_any_other(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.move(LOCAL, "submit", FILES[0])
    new = chain("inbox", "in_review", "done")
    with pytest.raises(Conflict, match=r"draft \(3\)"):
        flow.apply(new)
    assert flow.workflow.apply(LOCAL, new, {"draft": "inbox"}).moved == 3
    assert flow.rows() == 1, "they begin where the map leads, which needs no row"
    assert states(flow) == ["in_review", "inbox", "inbox", "inbox"]
    other = chain("start", "in_review", "done")
    assert flow.workflow.apply(LOCAL, other, {"inbox": "done"}).moved == 3
    assert states(flow) == ["in_review", "done", "done", "done"]


def test_no_workflow_keeps_the_states_for_the_next_one(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.move(LOCAL, "submit", FILES[0])
    flow.apply(NONE)
    with pytest.raises(Conflict, match="has no workflow"):
        flow.move(LOCAL, "approve", FILES[0])
    with pytest.raises(Conflict, match="has no workflow"):
        flow.workflow.assign(LOCAL, Selected(assets=(sha1(FILES[0]),)), "anna")
    assert flow.workflow.tasks(LOCAL) == []
    flow.apply(REVIEW)
    assert states(flow) == ["in_review", "draft", "draft", "draft"]
    flow.apply(NONE)
    with pytest.raises(Conflict, match=r"draft \(3\), in_review \(1\)"):
        flow.apply(ARCHIVE)


def test_a_definition_with_faults_is_not_applied(flow: Flowing) -> None:
    flow.user("anna", Role.EDITOR)
    with pytest.raises(Conflict, match="no user has the role manager"):
        flow.apply(REVIEW)
    assert [one.code for one in flow.workflow.check(LOCAL, REVIEW)] == 3 * ["workflow.no_user_may"]
    trial = flow.workflow.trial(LOCAL, REVIEW)
    assert len(trial.faults) == 3 and not trial.fits
    assert flow.workflow.workflow(LOCAL).version is None
    flow.user("mia", Role.MANAGER)
    flow.apply(REVIEW)


def test_trying_says_who_is_stuck_and_writes_nothing(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.rename(FILES[0], "ok.mp4")
    new = """
    key = "strict"
    states = [{ key = "draft" }, { key = "approved", final = true }]
    [map]
    in_review = "draft"
    [[transitions]]
    key = "approve"
    from = ["draft"]
    to = "approved"
    guards = [{ name = "named", prefix = "ok" }, { name = "verified" }]
    """
    flow.move(LOCAL, "submit", FILES[1])
    with flow.database.read() as connection:
        location = connection.execute(select(LOCATION.c.id).where(LOCATION.c.name == "a.mp4")).scalar_one()
    for verdict, stuck, codes in (
        (None, 4, {"test.not_named": 3, "verified.never": 1}),
        (Verdict.MISMATCH, 4, {"test.not_named": 3, "verified.bad": 1}),
        (Verdict.SAME, 3, {"test.not_named": 3}),
    ):
        if verdict:
            verify(flow, location, verdict)
        trial = flow.workflow.trial(LOCAL, new)
        [draft, approved] = trial.states
        assert (trial.fits, trial.stuck, draft.assets, draft.stuck, approved.assets) == (
            True,
            stuck,
            4,
            stuck,
            0,
        )
        assert {one.reason.code: one.assets for one in draft.blocked} == codes
        assert draft.possible == {"approve": 4 - stuck}
        named = draft.blocked[0]
        assert {one.asset for one in named.examples} == {sha1(path) for path in FILES[1:]}
    assert flow.workflow.workflow(LOCAL).key == "review" and states(flow)[1] == "in_review"


def test_trying_says_what_waits_for_an_assignee(lite: Flowing) -> None:
    lite.apply(REVIEW)
    lite.workflow.assign(LOCAL, Selected(assets=(sha1(FILES[0]),)), "anna")
    new = REVIEW.replace('to = "in_review"\nrole = "editor"', 'to = "in_review"\nassignee = true')
    [draft, *_] = lite.workflow.trial(LOCAL, new).states
    assert [(one.reason.code, one.assets) for one in draft.blocked] == [("workflow.no_assignee", 3)]
    assert draft.stuck == 3


def verify(flow: Flowing, location: int, verdict: Verdict, days: float = 0.0) -> None:
    """Have a file read so many days ago."""
    with flow.database.write() as connection:
        version = connection.execute(
            select(LOCATION.c.version_id).where(LOCATION.c.id == location)
        ).scalar_one()
        values = {"version_id": version, "result": verdict, "at": database_time(connection) - days * 86400}
        insert = flow.database.insert(VERIFICATION).values(
            location_id=location, requested_until=0.0, lease_until=0.0, **values
        )
        connection.execute(insert.on_conflict_do_update(index_elements=["location_id"], set_=values))


def test_nothing_is_archived_that_was_not_verified_of_late(flow: Flowing) -> None:
    flow.apply(ARCHIVE)
    flow.move(LOCAL, "describe", *FILES)
    with flow.database.read() as connection:
        names = dict(connection.execute(select(LOCATION.c.name, LOCATION.c.id)).all())  # type: ignore[arg-type]
    verify(flow, names["a.mp4"], Verdict.SAME, days=1)
    verify(flow, names["b.mp4"], Verdict.SAME, days=91)
    verify(flow, names["c.mp4"], Verdict.UNREADABLE)
    report = flow.move(LOCAL, "archive", *FILES)
    assert {one.asset: one.reason.code if one.reason else "" for one in report.results} == {
        sha1("day/a.mp4"): "", sha1("day/b.mp4"): "verified.long_ago",
        sha1("night/c.mp4"): "verified.bad", sha1("night/d.mp4"): "verified.never",
    }  # fmt: skip
    with flow.database.write() as connection:
        connection.execute(update(LOCATION).where(LOCATION.c.name == "b.mp4").values(state="missing"))
    verify(flow, names["b.mp4"], Verdict.SAME)
    [refused] = flow.move(LOCAL, "archive", "day/b.mp4").results
    assert refused.reason and refused.reason.code == "verified.never", "the file is away"


def test_of_two_that_turn_a_workflow_on_at_once_one_is_told_so(flow: Flowing) -> None:
    barrier = threading.Barrier(2)

    def apply(key: str) -> str:
        barrier.wait()
        try:
            return flow.workflow.apply(LOCAL, shipped_toml(key)).key
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(apply, ("review", "archive")))
    with flow.database.read() as connection:
        active = connection.execute(select(DEFINITION.c.key).where(DEFINITION.c.is_active)).scalars().all()
    assert len(active) == 1 and active[0] in done
    assert set(done) <= {"review", "archive", "workflow.applied_meanwhile", "workflow.map_needed"}


def test_a_move_that_waits_for_another_definition_obeys_the_new_one(flow: Flowing) -> None:
    """The definition is locked by moves: none is made by one that is no more."""
    flow.apply(REVIEW)
    real = flow.service(type(flow.workflow._workflow))._carry_over
    begun, go_on = threading.Event(), threading.Event()

    def slow(*given: object) -> tuple[int, int]:
        begun.set()
        go_on.wait(60)
        return real(*given)  # type: ignore[no-any-return]

    repository = flow.workflow._workflow
    repository._carry_over = slow  # type: ignore[method-assign]
    with ThreadPoolExecutor(2) as pool:
        applied = pool.submit(flow.workflow.apply, LOCAL, chain("draft", "published"))
        assert begun.wait(60)
        moved = pool.submit(flow.move, LOCAL, "submit", FILES[0])
        threading.Event().wait(0.3)
        assert not moved.done()
        go_on.set()
        applied.result()
        report = moved.result()
    assert (report.moved, report.blocked[0].reason.code) == (0, "workflow.transition_not_found")


def test_versions_are_kept_and_can_be_shown_and_applied_again(flow: Flowing) -> None:
    flow.apply(chain("draft", "published"))
    flow.apply(chain("draft", "published", "gone"))
    listed = flow.workflow.definitions(LOCAL)
    assert [(one.key, one.version, one.active) for one in listed] == [
        ("none", None, False), ("review", None, False), ("archive", None, False),
        ("other", 2, True), ("other", 1, False),
    ]  # fmt: skip
    first = flow.workflow.definition(LOCAL, "1")
    assert "gone" not in first.toml and "s_published" in first.mermaid
    assert flow.workflow.definition(LOCAL, "other").version == 2
    assert flow.workflow.definition(LOCAL).version == 2
    flow.apply(first.toml)
    assert flow.workflow.definition(LOCAL).version == 3
    with pytest.raises(NotFound, match="no definition"):
        flow.workflow.definition(LOCAL, "x")


def test_only_managers_define_workflows(lite: Flowing) -> None:
    emil = lite.user("emil", Role.EDITOR)
    lite.user("mia", Role.MANAGER)
    for call in (lite.workflow.check, lite.workflow.trial, lite.workflow.apply):
        with pytest.raises(Forbidden, match="manage"):
            call(emil, REVIEW)
    assert lite.workflow.workflow(emil).states == ()
