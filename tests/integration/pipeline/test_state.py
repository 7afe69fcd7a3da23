"""The state machine of runs: each transition changes runs in the states it starts from, and no others."""

import ast
import inspect
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from dampipe.jobs import state
from dampipe.jobs.model import INITIAL, TRANSITIONS, RunState, Subject
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import VersionId
from tests.support.catalog import Catalog
from tests.support.version_rows import insert_versions

ALL = RUN.c.id > 0
ASSETS = [VersionId(number) for number in range(1, len(RunState) + 1)]


@pytest.fixture
def catalog(catalogue_url: str) -> Iterator[Catalog]:
    """One run in each state, each of an asset of its own."""
    made = Catalog(Database(catalogue_url))
    made.set_up()
    with made.database.write() as connection:
        for number, run_state in enumerate(RunState, start=1):
            asset = {"id": number, "sha1": f"{number:040x}", "size": 1, "name": "a", "added_at": 0.0}
            insert_versions(connection, asset)
            run = {"stage": "hash", "version": "1", "lane": "main", "version_id": number, "created_at": 0.0}
            held = {"owner": "me", "lease_until": 5.0} if run_state == RunState.RUNNING else {}
            values = {**state.NEW_RUN, **run, **held, "state": run_state, "queued_at": 1.0}
            connection.execute(insert(RUN).values(values))
    yield made
    made.close()


def states(connection: Connection) -> dict[RunState, RunState | None]:
    """By the state before: the state now; None: deleted."""
    rows = connection.execute(select(RUN.c.version_id, RUN.c.state))
    now = {row.version_id: RunState(row.state) for row in rows}
    return {before: now.get(number) for number, before in enumerate(RunState, start=1)}


def recover(connection: Connection) -> int:
    rows = connection.execute(select(RUN)).all()
    return sum(state.recover(connection, row, count_attempt=True) for row in rows)


CALLS: dict[str, Callable[[Connection], int]] = {
    "reset": lambda c: state.reset(c, ALL),
    "remake": lambda c: state.remake(c, ALL),
    "redo": lambda c: state.redo(c, ALL),
    "hold": lambda c: state.hold(c, ALL),
    "release": lambda c: state.release(c, ALL),
    "unqueue": lambda c: state.unqueue(c, ALL),
    "leave": lambda c: c.execute(state.leave_statement(ALL)).rowcount,
    "raise_priority": lambda c: state.raise_priority(c, 7, ALL),
    "replace_output": lambda c: state.replace_output(c, "{}", ALL),
    "recover": recover,
    "delete_idle": lambda c: state.delete_idle(c, ALL),
    "delete_held": lambda c: state.delete_held(c, ALL),
    "delete": lambda c: state.delete_runs_of_versions(c, ASSETS),
    "queue": lambda c: len(state.mark_queued(c, "main", list(range(1, 99)))),
    "claim_picked": lambda c: len(state.claim_picked(c, list(range(1, 99)), "me", 60.0)),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_transition_leaves_runs_in_other_states_alone(catalog: Catalog, name: str) -> None:
    move = state.MOVES[name]
    with catalog.database.write() as connection:
        if name == "queue":
            state.unqueue(connection, ALL)
        assert CALLS[name](connection) == len(move.sources)
        found = states(connection)
    assert found == {before: move.target if before in move.sources else before for before in RunState}


def test_a_claim_takes_what_is_due_and_what_has_an_expired_lease(catalog: Catalog) -> None:
    claim = state.claim_statement(ALL)
    with catalog.database.write() as connection:
        rows = connection.execute(claim, {"holder": "you", "lease": 60.0}).all()
        found = states(connection)
    assert {row.version_id for row in rows} == {1, 2}
    running = {RunState.PENDING: RunState.RUNNING}
    assert found == {**{before: before for before in RunState}, **running}


def test_every_transition_is_allowed_and_every_allowed_one_is_made() -> None:
    made = {(source, move.target) for move in state.MOVES.values() for source in move.sources if move.target}
    assert made == {(source, target) for source, targets in TRANSITIONS.items() for target in targets}


def test_a_transition_that_is_not_allowed_is_refused_when_it_is_declared() -> None:
    with pytest.raises(ValueError, match="a run may not go from done to running"):
        state.Move("cheat", (RunState.DONE,), RunState.RUNNING)
    assert "cheat" not in state.MOVES


def test_every_statement_names_the_states_from_which_it_starts() -> None:
    for move in state.MOVES.values():
        values = {"reason": "x"}
        statement = move.delete() if move.target is None else move.update(values=values)
        text = str(statement.compile(compile_kwargs={"literal_binds": True}))
        where = text.partition("WHERE")[2]
        if set(move.sources) == set(RunState):
            assert "state" not in where
        else:
            assert all(f"'{source}'" in where for source in move.sources), text


def test_statements_are_built_by_transitions_and_by_nothing_else() -> None:
    tree = ast.parse(inspect.getsource(state))
    calls = [
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("update", "delete")
    ]
    assert sorted(calls) == ["delete", "update"], "one of each, in the class Move"


def test_a_run_is_created_pending_or_on_hold() -> None:
    assert {RunState.PENDING, RunState.ON_HOLD} == INITIAL


def test_a_run_of_a_stage_has_one_subject_and_other_work_at_most_one(catalog: Catalog) -> None:
    def create(**values: object) -> None:
        with catalog.database.write() as connection:
            row = {
                **state.NEW_RUN,
                "version": "1",
                "lane": "x",
                "state": "pending",
                "created_at": 0.0,
                **values,
            }
            connection.execute(insert(RUN).values(row))

    with pytest.raises(IntegrityError):
        create(stage="probe")
    with pytest.raises(IntegrityError):
        create(stage="copy", kind="copy", version_id=1, location_id=1)
    create(stage="copy", kind="copy", version_id=1)
    create(stage="copy", kind="copy")
    with pytest.raises(IntegrityError):
        create(stage="copy", kind="copy")


def test_a_hold_does_not_concern_other_kinds_of_work(catalog: Catalog) -> None:
    with catalog.database.write() as connection:
        item = state.create_work_item(
            connection, catalog.database, "copy", "tier", Subject(version=VersionId(1)), "{}"
        )
        assert state.hold(connection, ALL) == 1
        found = connection.execute(select(RUN.c.state).where(RUN.c.id == item)).scalar_one()
    assert found == RunState.PENDING


def test_only_work_items_that_are_done_are_deleted_with_their_results(catalog: Catalog) -> None:
    """The results of stages are in use."""
    with catalog.database.write() as connection:
        for number, run_state in enumerate(RunState):
            item = {
                "kind": "copy",
                "stage": "copy",
                "version": str(number),
                "lane": "copy",
                "created_at": 0.0,
            }
            connection.execute(insert(RUN).values({**state.NEW_RUN, **item, "state": run_state}))
        assert state.delete_done(connection, ALL) == 1
        left = connection.execute(select(RUN.c.kind, RUN.c.state)).all()
    assert {row.state for row in left if row.kind == "copy"} == set(RunState) - {RunState.DONE}
    assert len(left) == 2 * len(RunState) - 1


def test_a_run_whose_files_are_lost_keeps_its_output_until_it_is_done_again(catalog: Catalog) -> None:
    with catalog.database.write() as connection:
        state.replace_output(connection, '{"size": 5}', ALL)
        assert state.remake(connection, ALL) == 1
        done = RUN.c.version_id == list(RunState).index(RunState.DONE) + 1
        row = connection.execute(select(RUN).where(done)).one()
        assert (row.state, row.output, row.queued_at) == (RunState.PENDING, '{"size": 5}', None)
        assert state.redo(connection, ALL) == len(RunState)
        assert set(connection.execute(select(RUN.c.output)).scalars()) == {None}
