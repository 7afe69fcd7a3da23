"""Two clips that the real pipeline has processed once, and a copy of that library for every test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, update

from dampipe.features.sources.tables import SOURCE
from dampipe.jobs.model import RunState
from tests.support.demo_clips import DemoClips
from tests.support.derivatives import CLIPS, DerivativeLibrary
from tests.support.postgres import Postgres


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Path:
    """Two short clips with sound."""
    folder = tmp_path_factory.mktemp("footage")
    demo_clips(folder)
    for path in sorted(folder.iterdir())[CLIPS:]:
        path.unlink()
    return folder


@pytest.fixture
def own(footage: Path, tmp_path: Path) -> Path:
    """A copy of the clips that a test may delete."""
    return Path(shutil.copytree(footage, tmp_path / "footage"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def template(
    request: pytest.FixtureRequest, footage: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The home folder of the clips, processed, and the URL of its catalogue; "" for that in the home folder."""
    home, url = tmp_path_factory.mktemp("home"), ""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").new_database()
    made = DerivativeLibrary(home, url)
    made.library.add(footage)
    made.library.process()
    assert made.states() == {RunState.DONE}
    made.close()
    return home, url


@pytest.fixture
def here(
    template: tuple[Path, str], own: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[DerivativeLibrary]:
    """The clips, processed, once over each kind of database."""
    home = Path(shutil.copytree(template[0], tmp_path / "home"))
    url = template[1]
    server: Postgres | None = request.getfixturevalue("postgres_server") if url else None
    if server is not None:
        url = server.new_database(template=url)
    engine = create_engine(url or f"sqlite:///{home / 'catalogue.sqlite'}")
    with engine.begin() as connection:
        connection.execute(update(SOURCE).values(root=os.fspath(own)))
    engine.dispose()
    made = DerivativeLibrary(home, url)
    yield made
    made.close()
    if server is not None:
        server.drop(url)
