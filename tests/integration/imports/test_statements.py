"""How many statements an import takes: the outcomes of JSON files are saved for many at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from dampipe.features.imports.model import SessionState
from tests.support.importing import Importing
from tests.support.takeout import Takeout, photo_json


@contextmanager
def statements(here: Importing) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    engine = here.catalog.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


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
