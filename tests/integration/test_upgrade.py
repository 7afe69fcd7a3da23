"""A catalogue of schema 0005, written by an earlier dampipe with five processed clips, is upgraded and kept.

`tests/data/catalogue-0005.sqlite.gz` holds the demo's five clips, processed with the model `tiny`, one of them
tagged. Its stage keys must still be those of today's pipeline, but for the probe, which reads more now and decodes
nothing: so that no derivative and no vector is made again.
"""

import gzip
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

import dampipe
from dampipe.app.api import Library
from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.service import ScanService
from dampipe.features.tagging.model import TagReport, TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.jobs.plan import Plan
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import check_schema
from dampipe.kernel.documents.tables import DIRTY_DOCUMENT
from dampipe.kernel.settings.settings import Settings

CATALOGUE = Path(__file__).parents[1] / "data" / "catalogue-0005.sqlite.gz"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with the old catalogue, and files of the recorded sizes and times where it says they are."""
    footage = tmp_path / "footage"
    footage.mkdir()
    with gzip.open(CATALOGUE) as packed, (tmp_path / "catalogue.sqlite").open("wb") as database:
        shutil.copyfileobj(packed, database)
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE source SET root = :root"), {"root": os.fsencode(footage)})
        for row in connection.execute(text("SELECT name, size, mtime_ns FROM location")).all():
            file = footage / os.fsdecode(row.name)
            file.touch()
            os.truncate(file, row.size)
            os.utime(file, ns=(row.mtime_ns, row.mtime_ns))
    engine.dispose()
    return tmp_path


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        yield library


def test_the_schema_is_upgraded_and_tags_are_kept(library: Library) -> None:
    check_schema(library.service(Database))
    assert library.service(TagService).all(LOCAL) == [TagReport(name="interview", assets=1)]
    [tagged] = library.search(tag="interview").hits
    assert library.show(tagged.asset).tags == ("interview",)  # type: ignore[attr-defined]
    assert len(list(library.videos())) == 5


def test_vectors_are_still_found(library: Library) -> None:
    hit = library.search("a red circle", limit=1).hits[0]
    assert (hit.name, hit.moments[0].time) == ("A001_C001.mp4", pytest.approx(3.0, abs=0.1))


def test_documents_from_before_the_upgrade_and_new_tags_are_found(library: Library) -> None:
    def found(words: str) -> list[str]:
        return [hit.name for hit in library.search(words, only="words").hits]

    assert found("C003") == ["A001_C003.mp4"]
    assert found("interview") == ["A001_C001.mp4"]
    [hit] = library.search("C003", only="names").hits
    assert library.service(TagService).add(LOCAL, TagRequest(tag="sunset", assets=(hit.asset,))) == 1  # type: ignore[attr-defined]
    with library.service(Database).read() as connection:
        assert len(connection.execute(select(DIRTY_DOCUMENT)).all()) == 1
    assert found("sunset") == ["A001_C003.mp4"]


def test_a_scan_afterwards_probes_again_and_processes_nothing_else(library: Library, home: Path) -> None:
    settings = library.service(Settings)
    assert settings.model == "tiny"
    submitted = library.add(home / "footage")
    assert library.process() == 5, (
        "one probe per clip; it fails, since the test has no footage, and changes nothing"
    )
    scan = library.service(ScanService).progress(LOCAL, submitted.scan)
    assert (scan.state, scan.found) == (ScanState.WALKED, 5)
    assert (scan.new, scan.changed, scan.moved, scan.missing) == (0, 0, 0, 0)
    plan = library.service(Plan)
    today = {(key.stage, key.version) for key in (plan.key(stage) for stage in plan.stages)}
    probe = next(key for key in today if key[0] == "probe")
    with library.service(Database).read() as connection:
        runs = connection.execute(select(RUN.c.stage, RUN.c.version, RUN.c.state)).all()
    others = [run for run in runs if run.stage != "probe"]
    assert {(run.stage, run.version) for run in others} == today - {probe}
    assert {run.state for run in others} == {"done"} and len(others) == 5 * (len(today) - 1)
    assert {run.state for run in runs if (run.stage, run.version) == probe} == {"failed"}
    assert all(video.media is not None for video in library.videos()), "what was known is still known"
