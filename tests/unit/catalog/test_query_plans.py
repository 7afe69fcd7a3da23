"""What a batch asks of SQLite touches its own rows, however many runs the catalogue holds."""

from pathlib import Path
from typing import Any

from sqlalchemy import event

from dampipe.jobs.complete import Completion, FinishedRun, RunCompleter
from dampipe.jobs.keys import FollowUp, RunKey
from dampipe.jobs.savers import SaverRegistry
from dampipe.jobs.state import NEW_RUN
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import VersionId
from dampipe.kernel.stage_io import StageOutput
from tests.support.catalog import Catalog
from tests.support.version_rows import insert_versions

ASSETS = 40


def test_inputs_and_the_end_of_a_batch_walk_no_stage(tmp_path: Path) -> None:
    catalog = Catalog(Database(f"sqlite:///{tmp_path / 'c.sqlite'}"))
    catalog.set_up()
    before, other, mine, after = (RunKey(name, "1", "main") for name in ("before", "other", "mine", "after"))
    with catalog.database.write() as connection:
        for number in range(1, ASSETS + 1):
            asset = {"id": number, "sha1": f"{number:040x}", "size": 1, "name": "a.mov", "added_at": 0}
            insert_versions(connection, asset)
            for key, state in ((before, "done"), (other, "done"), (mine, "pending")):
                run = {"stage": key.stage, "version": "1", "lane": "main", "version_id": number}
                connection.execute(
                    RUN.insert().values({**NEW_RUN, **run, "state": state, "created_at": 0, "output": "{}"})
                )
    said: list[tuple[str, Any]] = []
    claimed = catalog.runs.claim_more(mine, 20, "me", 60)

    @event.listens_for(catalog.database.engine, "before_cursor_execute")
    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
            said.append((statement, parameters[0] if many else parameters))

    outputs = catalog.results.outputs(
        [before, other], [run.subject.version or VersionId(0) for run in claimed]
    )
    assert len(outputs) == 40
    follow_ups = [FollowUp(after, (mine, other), same_chain=True)]
    completer = RunCompleter(catalog.database, catalog.subjects, SaverRegistry([]))
    finished = [FinishedRun.of(run, StageOutput()) for run in claimed]
    completer.complete(finished, Completion(mine, follow_ups, "me", claimed[0].id))
    assert catalog.results.counts()["after"] == {"pending": 20}
    event.remove(catalog.database.engine, "before_cursor_execute", note)

    looked = list(said)
    with catalog.database.read() as connection:
        for statement, parameters in looked:
            if "GROUP BY" in statement:  # the count above
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            for *_, step in plan:
                assert "SCAN run" not in step, (statement, step)
                assert "run_waiting" not in step, (statement, step)
                assert not step.endswith("(stage=?)"), (statement, step)
    assert len(looked) > 4
    catalog.close()
