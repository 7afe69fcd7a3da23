"""How many statements an import takes: the outcomes of JSON files are saved for many at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from dampipe.features.imports.contents import KnownContents, sha1_of_copy
from dampipe.features.imports.model import FileState, SessionState
from dampipe.features.imports.tables import IMPORT_FILE, IMPORT_SESSION
from tests.support.importing import Importing
from tests.support.killed_imports import LONG
from tests.support.takeout import Takeout, photo_json


@contextmanager
def executed(here: Importing, note: Callable[[str, Any], object]) -> Iterator[None]:
    """Have `note` called with each statement that is executed meanwhile, and its parameters."""

    def before(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        note(statement, parameters)

    engine = here.catalog.database.engine
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)


@contextmanager
def statements(here: Importing) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    found: list[str] = []
    with executed(here, lambda statement, _: found.append(statement)):
        yield found


def _export(folder: Path, albums: int) -> Path:
    """A photograph, and a JSON file that describes it beside it and in each of these albums."""
    export, described = Takeout(), photo_json("IMG_1.jpg", description="a")
    export.add(1, "Photos from 2019/IMG_1.jpg", f"a photograph in {albums} albums")
    for where in ("Photos from 2019", *(f"Album {number}" for number in range(albums))):
        export.add(1, f"{where}/IMG_1.jpg.supplemental-metadata.json", described)
    [part] = export.zips(folder)
    return part


def _count(here: Importing, part: Path, name: str, jsons: int) -> int:
    here.managed(name, part.parent.parent / name)
    with statements(here) as made:
        report = here.run("takeout", part, name)
    assert (report.state, report.adds_up) == (SessionState.DONE, True), report
    assert (report.counts.imported, report.counts.metadata_used) == (1, jsons), report.counts
    return len(made)


def test_json_files_have_their_outcome_saved_together(here: Importing, tmp_path: Path) -> None:
    few = _count(here, _export(tmp_path / "one" / "in", 0), "a", 1)
    many = _count(here, _export(tmp_path / "two" / "in", 40), "b", 41)
    assert many < few + 40  # some statements for all of them, and not some for each


def _photographs(here: Importing, folder: Path, count: int) -> int:
    """How many statements the import of a Takeout takes with so many photographs of one size."""
    export = Takeout()
    for number in range(count):
        title = f"IMG_{number:04}.jpg"
        export.add(1, f"Photos from 2019/{title}", f"{count} {number}")
        export.add(1, f"Photos from 2019/{title}.supplemental-metadata.json", photo_json(title))
    [part] = export.zips(folder / "in")
    here.managed(folder.name, folder / "raid")
    with statements(here) as made:
        report = here.run("takeout", part, folder.name)
    assert (report.state, report.counts.imported) == (SessionState.DONE, count), report
    return len(made)


def test_a_photograph_takes_as_many_statements_in_a_large_export(here: Importing, tmp_path: Path) -> None:
    mine = Importing(here.catalog, LONG)
    few, many = (_photographs(mine, tmp_path / f"of{count}", count) for count in (20, 80))
    assert few < many <= few + 60 * 14


def test_whether_a_size_is_known_takes_as_long_among_many_files_that_wait(here: Importing) -> None:
    """Photographs of one size that are not copied yet are not looked at for each one: SQLite counts its steps."""
    database = here.catalog.database
    if not database.is_sqlite:
        return
    steps: list[int] = []

    def note(_connection: Any, cursor: Any, *_: Any) -> None:
        cursor.connection.set_progress_handler(lambda: steps.append(1), 1)

    contents = KnownContents(database)
    taken = []
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        for first, count in ((0, 50), (50, 5000)):
            _frames(here, count, FileState.PENDING, first)
            steps.clear()
            assert not contents.may_have(8_000_000)
            taken.append(len(steps))
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert 0 < taken[1] <= taken[0] + 20, taken


@contextmanager
def plans(here: Importing, needle: str) -> Iterator[list[str]]:
    """How the database executes the statements meanwhile that have some text in them."""
    asked: list[tuple[str, Any]] = []

    found: list[str] = []
    with executed(here, lambda *one: needle in one[0] and asked.append(one)):
        yield found
    how = "EXPLAIN QUERY PLAN" if here.catalog.database.is_sqlite else "EXPLAIN"
    with here.catalog.database.read() as connection:
        for statement, parameters in asked:
            rows = connection.exec_driver_sql(f"{how} {statement}", parameters).all()
            found.append("\n".join(str(row) for row in rows))


def _frames(here: Importing, count: int, state: FileState, first: int = 0) -> None:
    """Frames of one size in an import. first: the number of the first one."""
    database = here.catalog.database
    session = {
        "id": 1, "importer": "folder", "origin": "/in", "pattern": "", "destinations": '[{"source": 1, "folder": ""}]',
        "actor": "local", "created_at": 0.0, "structures": "{}", "mounts": "{}", "manifests": "[]", "include": "[]",
        "problem": "",
    }  # fmt: skip
    copies = '[{"destination": 0, "verified_at": 1.0, "written": true, "mtime_ns": 7, "inode": 8}]'
    is_done = state is FileState.IMPORTED
    with database.write() as connection:
        if not first:
            connection.execute(IMPORT_SESSION.insert(), session)
        connection.execute(
            IMPORT_FILE.insert(),
            [
                {
                    "session_id": 1, "key": f"day/{number:06}.dpx", "size": 8_000_000, "mtime_ns": 7, "lead": "",
                    "named": "", "facts": "", "detail": "", "state": state,
                    "target": f"day/{number:06}.dpx" if is_done else "",
                    "copies": copies if is_done else "[]", "sha1": f"{number:040x}" if is_done else None,
                }
                for number in range(first, first + count)
            ],
        )  # fmt: skip
        connection.exec_driver_sql("ANALYZE")


def test_a_scan_finds_a_copy_among_many_of_its_size_by_an_index(here: Importing) -> None:
    _frames(here, 5000, FileState.IMPORTED)
    with plans(here, "import_file") as found, here.catalog.database.read() as connection:
        assert sha1_of_copy(connection, 1, "day/000777.dpx", 8_000_000, 7, 8) == f"{777:040x}"
        assert sha1_of_copy(connection, 1, "day/other.dpx", 8_000_000, 7, 8) == ""
    assert len(found) == 2
    for plan in found:
        assert "import_file_target" in plan and "SCAN import_file" not in plan, plan


@pytest.mark.parametrize("state", [FileState.PENDING, FileState.IMPORTED])
def test_whether_a_size_is_known_is_asked_of_an_index(here: Importing, state: FileState) -> None:
    _frames(here, 5000, state)
    with plans(here, "import_file") as found:
        assert KnownContents(here.catalog.database).may_have(8_000_000) is (state is FileState.IMPORTED)
    [plan] = found
    if here.catalog.database.is_sqlite:
        assert "import_file_content (size=? AND sha1>?)" in plan, plan
    else:
        assert "import_file" in plan, plan
