"""Moves over both databases."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from dampipe.features.assets.selected import Selected
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.model import MoveRequest
from dampipe.features.workflow.moves import Mover
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.guards import EffectRegistry, Move, Parameters
from dampipe.kernel.visibility import Visibility
from tests.integration.workflow.conftest import FILES, Flowing
from tests.support.searching import sha1

REVIEW = shipped_toml("review")
PEOPLE = """
key = "people"
states = [{ key = "open" }, { key = "closed" }, { key = "done", final = true }]
[[transitions]]
key = "close"
from = ["open"]
to = "closed"
role = "commenter"
users = ["anna"]
assignee = true
[[transitions]]
key = "finish"
from = ["closed"]
to = "done"
role = "commenter"
assignee = true
"""


def guarded() -> str:
    return """
    key = "guarded"
    states = [{ key = "draft" }, { key = "approved", final = true }]
    [[transitions]]
    key = "approve"
    from = ["draft"]
    to = "approved"
    guards = [{ name = "named", prefix = "ok" }]
    """


def test_a_library_without_a_workflow_has_no_states_and_a_workflow_begins_without_a_write(
    flow: Flowing,
) -> None:
    assert flow.workflow.workflow(LOCAL).states == ()
    with pytest.raises(Conflict, match="has no workflow"):
        flow.show(FILES[0])
    flow.apply(REVIEW)
    assert [(one.key, one.assets) for one in flow.workflow.workflow(LOCAL).states] == [
        ("draft", 4), ("in_review", 0), ("changes_requested", 0), ("approved", 0)
    ]  # fmt: skip
    assert flow.rows() == 0
    shown = flow.show(FILES[0])
    assert (shown.state, shown.label, shown.since) == ("draft", "Draft", None)


def test_review_from_draft_to_approved(flow: Flowing) -> None:
    flow.apply(REVIEW)
    emil, mia, vera = (
        flow.user(name, role)
        for name, role in (("emil", Role.EDITOR), ("mia", Role.MANAGER), ("vera", Role.VIEWER))
    )
    path = FILES[0]
    with pytest.raises(Forbidden, match="move"):
        flow.workflow.move_one(vera, sha1(path), "submit")
    with pytest.raises(Conflict, match="it is in the state 'draft'"):
        flow.workflow.move_one(mia, sha1(path), "approve")
    assert flow.workflow.move_one(emil, sha1(path), "submit").state == "in_review"
    with pytest.raises(Forbidden, match="needs the role manager"):
        flow.workflow.move_one(emil, sha1(path), "approve")
    with pytest.raises(InvalidInput, match="needs a comment"):
        flow.workflow.move_one(mia, sha1(path), "request_changes", "  ")
    assert flow.workflow.move_one(mia, sha1(path), "request_changes", "too dark").state == "changes_requested"
    flow.workflow.move_one(emil, sha1(path), "submit")
    shown = flow.workflow.move_one(mia, sha1(path), "approve")
    assert (shown.state, shown.final, shown.by) == ("approved", True, "user:mia")
    assert flow.state(path, vera) == "approved"
    assert [(one.transition, one.actor, one.comment) for one in flow.workflow.history(vera, sha1(path))] == [
        ("approve", "user:mia", ""), ("submit", "user:emil", ""),
        ("request_changes", "user:mia", "too dark"), ("submit", "user:emil", ""),
    ]  # fmt: skip
    with pytest.raises(NotFound, match="no transition 'publish'"):
        flow.workflow.move_one(mia, sha1(path), "publish")


def test_many_at_once_with_a_result_for_each(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.move(LOCAL, "submit", FILES[0])
    report = flow.move(LOCAL, "submit", *FILES)
    assert (report.moved, report.refused) == (3, 1)
    assert {(one.asset, one.moved, one.state) for one in report.results} == {
        (sha1(path), path != FILES[0], "in_review") for path in FILES
    }
    [blocked] = report.blocked
    assert (blocked.reason.code, blocked.assets) == ("workflow.not_in_state", 1)
    assert [example.asset for example in blocked.examples] == [sha1(FILES[0])]
    dry = flow.move(LOCAL, "approve", *FILES, dry_run=True)
    assert (dry.moved, dry.dry_run, {flow.state(path) for path in FILES}) == (4, True, {"in_review"})


def test_of_two_approvers_at_once_one_wins_and_the_other_is_told_so(flow: Flowing) -> None:
    flow.apply(REVIEW)
    actors = [flow.user(name, Role.MANAGER) for name in ("mia", "max")]
    for path in FILES:
        flow.move(LOCAL, "submit", path)
        barrier = threading.Barrier(2)

        def approve(actor: object, path: str = path, barrier: threading.Barrier = barrier) -> str:
            barrier.wait()
            try:
                return flow.workflow.move_one(actor, sha1(path), "approve").state  # type: ignore[arg-type]
            except Conflict as error:
                return error.code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(approve, actors)) == ["approved", "workflow.not_in_state"]
        assert (
            len([one for one in flow.workflow.history(LOCAL, sha1(path)) if one.transition == "approve"]) == 1
        )


def test_a_guard_lets_only_those_pass_for_which_it_holds(flow: Flowing) -> None:
    flow.apply(guarded())
    for path in FILES[:2]:
        flow.rename(path, f"ok-{path}")
    report = flow.move(LOCAL, "approve", *FILES)
    assert (report.moved, report.refused) == (2, 2)
    [blocked] = report.blocked
    assert blocked.reason.text == "its name does not begin with ok"
    assert [flow.state(path) for path in FILES] == ["approved", "approved", "draft", "draft"]
    [move] = flow.show(FILES[3]).moves
    assert (move.possible, [reason.code for reason in move.reasons]) == (False, ["test.not_named"])
    with pytest.raises(Conflict) as refused:
        flow.workflow.move_one(LOCAL, sha1(FILES[3]), "approve")
    assert (refused.value.code, refused.value.hint) == ("test.not_named", "Rename it.")


def test_what_a_guard_has_read_does_not_change_before_the_move_is_written(flow: Flowing) -> None:
    """The time of the check is the time of use: whoever changes what a guard has read waits for the move."""
    checked, changed = threading.Event(), threading.Event()
    order: list[str] = []
    real = flow.guards["named"].check

    def slow(connection: Connection, database: Database, assets: AssetSet, parameters: Any) -> Any:
        found = real(connection, database, assets, parameters)
        checked.set()
        changed.wait(0.5)  # the other one is not done within that time
        order.append("moved" if not changed.is_set() else "changed too early")
        return found

    flow.guards._by_name["named"] = replace(flow.guards["named"], check=slow)
    flow.apply(guarded())
    flow.rename(FILES[0], "ok")

    def rename() -> None:
        checked.wait(60)
        flow.rename(FILES[0], "no more")
        changed.set()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(rename)
        assert flow.workflow.move_one(LOCAL, sha1(FILES[0]), "approve").state == "approved"
        other.result()
    assert order[0] == "moved"


def test_a_guard_that_no_feature_registers_any_more_lets_nothing_pass(lite: Flowing) -> None:
    lite.apply(guarded())
    lite.rename(FILES[0], "ok")
    del lite.guards._by_name["named"]
    with pytest.raises(Conflict, match="the guard 'named', which does not exist"):
        lite.workflow.move_one(LOCAL, sha1(FILES[0]), "approve")
    assert lite.state(FILES[0]) == "draft"


def test_parameters_that_a_guard_does_not_take_any_more_let_nothing_pass(lite: Flowing) -> None:
    lite.apply(guarded())
    lite.guards._by_name["named"] = replace(lite.guards["named"], parameters=Parameters)
    with pytest.raises(Conflict, match="parameters that are not valid"):
        lite.workflow.move_one(LOCAL, sha1(FILES[0]), "approve")


def test_the_event_is_written_with_the_move_and_effects_run_in_its_transaction(flow: Flowing) -> None:
    flow.apply(REVIEW)
    flow.move(LOCAL, "submit", *FILES[:2])
    flow.move(LOCAL, "approve", *FILES[:2])
    with flow.database.read() as connection:
        rows = connection.execute(
            select(EVENT).where(EVENT.c.name.like("workflow.%")).order_by(EVENT.c.at)
        ).all()
    assert [row.name for row in rows].count("workflow.moved") == 4
    signals = [json.loads(row.data) for row in rows if row.name == "workflow.signal"]
    assert signals == 2 * [
        {"topic": "approved", "transition": "approve", "source": "in_review", "to": "approved"}
    ]


def test_an_effect_that_fails_undoes_the_move(lite: Flowing) -> None:
    def fail(connection: Connection, database: Database, move: Move, parameters: Any) -> None:
        raise Conflict("the tier is full", "Wait.")

    effects = lite.service(EffectRegistry)
    effects._by_name["event"] = replace(effects["event"], run=fail)
    lite.apply(REVIEW)
    lite.move(LOCAL, "submit", *FILES)
    report = lite.move(LOCAL, "approve", *FILES)
    assert (report.moved, report.refused, report.blocked[0].reason.text) == (0, 4, "the tier is full")
    assert {lite.state(path) for path in FILES} == {"in_review"}
    assert not [one for one in lite.workflow.history(LOCAL, sha1(FILES[0])) if one.transition == "approve"]


def test_named_users_and_the_assignee(flow: Flowing) -> None:
    anna, carl, mia = (
        flow.user(name, role)
        for name, role in (("anna", Role.COMMENTER), ("carl", Role.COMMENTER), ("mia", Role.ADMIN))
    )
    flow.apply(PEOPLE)
    token = Actor(ActorKind.TOKEN, "render", Role.ADMIN)
    of_anna = Actor(ActorKind.TOKEN, "annas", Role.COMMENTER, user=anna.user)
    for other in (carl, mia, token):
        with pytest.raises(Forbidden, match="is for anna, the assignee"):
            flow.workflow.move_one(other, sha1(FILES[0]), "close")
    flow.workflow.move_one(anna, sha1(FILES[0]), "close")
    flow.workflow.move_one(of_anna, sha1(FILES[1]), "close")
    with pytest.raises(Conflict, match="is for the assignee, and it has none"):
        flow.workflow.move_one(anna, sha1(FILES[0]), "finish")
    flow.workflow.assign(mia, Selected(assets=(sha1(FILES[0]), sha1(FILES[2]))), "carl")
    with pytest.raises(Forbidden, match="is for the assignee"):
        flow.workflow.move_one(anna, sha1(FILES[0]), "finish")
    assert flow.workflow.move_one(carl, sha1(FILES[0]), "finish").state == "done"
    assert flow.workflow.move_one(carl, sha1(FILES[2]), "close").state == "closed"
    assert flow.move(LOCAL, "close", FILES[3]).moved == 1, (
        "the command line of the server may make every move"
    )


def test_whoever_does_not_see_an_asset_cannot_move_it_or_learn_of_it(flow: Flowing) -> None:
    flow.apply(REVIEW)
    anna = flow.user("anna", Role.EDITOR, "day")
    with pytest.raises(NotFound):
        flow.move(anna, "submit", "night/c.mp4")
    with pytest.raises(NotFound):
        flow.show("night/c.mp4", anna)
    with pytest.raises(NotFound):
        flow.workflow.history(anna, sha1("night/c.mp4"))
    report = flow.workflow.move(anna, MoveRequest(transition="submit", filters={"state": ("draft",)}))
    assert (report.moved, {one.asset for one in report.results}) == (2, {sha1(path) for path in FILES[:2]})
    assert flow.state("night/c.mp4") == "draft"
    counts = {state.key: state.assets for state in flow.workflow.workflow(anna).states}
    assert (counts["draft"], counts["in_review"]) == (0, 2)
    mover = Mover(anna, "anna", flow.service(Visibility).of(anna))
    hidden = flow.moves.move(mover, "submit", AssetSet([flow.asset("night/c.mp4")]))
    assert [reason.code for _, reason in hidden.refused] == ["workflow.asset_gone"]
    assert hidden.sha1s == {} and hidden.states == {}


def test_the_same_asset_twice_and_an_asset_by_its_first_digits(flow: Flowing) -> None:
    flow.apply(REVIEW)
    names = (sha1(FILES[0]), sha1(FILES[0])[:12], sha1(FILES[0]).upper())
    assert flow.workflow.move(LOCAL, MoveRequest(transition="submit", assets=names)).moved == 1
    with pytest.raises(InvalidInput, match="no asset is selected"):
        flow.workflow.move(LOCAL, MoveRequest(transition="submit"))
    with pytest.raises(InvalidInput, match="more than one way"):
        flow.workflow.move(
            LOCAL, MoveRequest(transition="submit", assets=names, filters={"state": ("draft",)})
        )
