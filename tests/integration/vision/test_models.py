"""Another model takes over in the background, and search answers all the while."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import update

from dampipe.app import container as bootstrap
from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.cli import main
from dampipe.features.search.model_queries import ModelRepository
from dampipe.features.search.model_service import ModelService
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.memory_transport import MemoryTransport
from dampipe.jobs.model import Outcome, Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.runner import Runner
from dampipe.jobs.stage import stage
from dampipe.jobs.state import NEW_RUN
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.stage_io import VersionRef
from dampipe.media.outputs import DerivativeKind, Frame, Preview
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.vision import models as vision_models
from dampipe.vision import tiny
from dampipe.vision.tiny.drawing import COLOURS
from tests.support.version_rows import insert_versions

ASSETS = 4


@stage(queue="io", version=1)
def preview(asset: VersionRef) -> Preview:
    """Done already in these tests."""
    raise AssertionError


def world(home: Path, model: str) -> Container:
    made = Container(
        load_settings(home=home, model=model, pipeline="tests.integration.vision.test_models:PIPELINE")
    )
    made.set_up()
    made.provide(TaskTransport, lambda: MemoryTransport(made.get(Plan)))
    return made


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two models: the tiny one, and the tiny one with another fingerprint."""
    for name in ("old", "new"):
        shutil.copytree(tiny.FOLDER, tmp_path / name)
        config = tmp_path / name / "open_clip_config.json"
        config.write_text(config.read_text() + "\n" * len(name) * (name == "new"))
    return tmp_path / "old", tmp_path / "new"


@pytest.fixture
def home(tmp_path: Path, folders: tuple[Path, Path]) -> Path:
    """A library of a few plain pictures, embedded with the old model."""
    home = tmp_path / "home"
    here = world(home, str(folders[0]))
    size = here.tools.embedder.spec.size
    for number, colour in enumerate(list(COLOURS.values())[:ASSETS], 1):
        add(here, number, np.full((1, size, size, 3), colour, np.uint8))
    here.get(Sweep).plan_missing()
    embed(here, 1)
    assert here.get(AutoStorage).advance(here.tools.embedder.fingerprint)
    here.get(Database).close()
    return home


def add(here: Container, number: int, frames: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> None:
    class Made:
        kind, media_type = DerivativeKind.FRAMES, "application/octet-stream"

        def __init__(self, path: Path) -> None:
            self.path = path

    with here.get(DerivativeStore).workspace() as workspace:
        np.save(workspace / "frames.npy", frames)
        kept = here.get(DerivativeStore).publish(
            f"{number:040x}", lambda _: "r", [Made(workspace / "frames.npy")]
        )
    key = here.get(Plan).key(here.get(Plan)["preview"])
    output = Preview(derivatives=kept, frames=tuple(Frame(time=float(n), shot=n) for n in range(len(frames))))
    row = {"id": number, "sha1": f"{number:040x}", "size": 1, "name": f"{number}.png", "added_at": 0}
    run = {"stage": key.stage, "version": key.version, "lane": key.lane, "version_id": number}
    with here.get(Database).write() as connection:
        insert_versions(connection, row)
        connection.execute(
            RUN.insert().values(
                {**NEW_RUN, **run, "state": "done", "created_at": 0, "output": output.model_dump_json()}
            )
        )


def embed(here: Container, asset: int) -> None:
    assert here.get(Runner).run("embed", Subject(version=asset)).outcome is Outcome.DONE


def finds(here: Container) -> list[str]:
    """The asset that each of the library's own pictures finds first."""
    here.get(ModelService)._until = 0.0  # look again at once
    embedder, size = here.get(ModelService).answering(), here.tools.embedder.spec.size
    pictures = [np.full((1, size, size, 3), colour, np.uint8) for colour in list(COLOURS.values())[:ASSETS]]
    found = [
        here.get(AutoStorage).search_vector(embedder.fingerprint, embedder.pictures(picture)[0], 1)
        for picture in pictures
    ]
    return [hit[0].asset.lstrip("0") for hit in found if hit]


def test_search_answers_from_the_old_model_until_the_new_one_is_complete(
    home: Path, folders: tuple[Path, Path]
) -> None:
    old = world(home, str(folders[0])).tools.embedder.fingerprint
    here = world(home, str(folders[1]))
    new = here.tools.embedder.fingerprint
    assert old != new
    assert here.get(ModelService).answering().fingerprint == old, "nothing has been planned yet"
    assert here.get(Sweep).plan_missing() > 0
    for asset in range(1, ASSETS + 1):
        assert here.get(ModelService).answering().fingerprint == old
        assert finds(here) == ["1", "2", "3", "4"]
        with here.get(Database).write() as connection:  # one after the other, not in one batch
            waits = (RUN.c.stage == "embed", RUN.c.state == "pending", RUN.c.version_id > asset)
            connection.execute(update(RUN).where(*waits).values(attempts=1))
        embed(here, asset)
    assert finds(here) == ["1", "2", "3", "4"]
    assert here.get(ModelService).answering().fingerprint == new
    reports = {one.fingerprint: one for one in here.get(ModelService).all(LOCAL) if one.assets}
    assert {f: (r.assets, r.used, r.answers) for f, r in reports.items()} == {
        old: (4, False, False),
        new: (4, True, True),
    }
    with pytest.raises(Conflict):
        here.get(ModelService).forget(LOCAL, str(folders[1]))
    with pytest.raises(NotFound):
        here.get(ModelService).forget(LOCAL, "RN50/openai")
    assert here.get(ModelService).forget(LOCAL, str(folders[0])) == ASSETS
    assert here.get(ModelRepository).all() == [new]
    assert finds(here) == ["1", "2", "3", "4"]
    here.get(Database).close()


def test_what_cannot_be_embedded_again_does_not_hold_up_the_new_model(
    home: Path, folders: tuple[Path, Path]
) -> None:
    here = world(home, str(folders[1]))
    here.get(Sweep).plan_missing()
    with here.get(Database).write() as connection:
        bad = (RUN.c.stage == "embed", RUN.c.version_id == 2, RUN.c.state == "pending")
        connection.execute(update(RUN).where(*bad).values(state="failed"))
    assert here.get(ModelService).answering().fingerprint != here.tools.embedder.fingerprint
    embed(here, 1)
    assert finds(here)[0] == "1"
    assert here.get(ModelService).answering().fingerprint == here.tools.embedder.fingerprint
    here.get(Database).close()


def test_of_several_old_models_the_latest_answers(
    home: Path, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    here = world(home, str(folders[1]))
    here.get(Sweep).plan_missing()
    embed(here, 1)
    here.get(Database).close()
    for more in range(1, 9):  # so that no order of fingerprints does it
        third = Path(shutil.copytree(folders[0], tmp_path / f"third{more}"))
        config = third / "open_clip_config.json"
        config.write_text(config.read_text() + " " * more)
        here = world(home, str(third))
        assert (
            here.get(ModelService).answering().fingerprint
            == world(home, str(folders[1])).tools.embedder.fingerprint
        )
        here.get(Database).close()
    shutil.rmtree(folders[1])
    here = world(home, str(folders[0]))
    report = here.get(ModelService).all(LOCAL)[1]
    assert (report.name, report.assets) == (str(folders[1]), ASSETS) and "holds no model" in report.problem
    here.get(Database).close()


def test_an_old_model_that_is_gone_does_not_answer(home: Path, folders: tuple[Path, Path]) -> None:
    shutil.rmtree(folders[0])
    here = world(home, str(folders[1]))
    assert here.get(ModelService).answering().fingerprint == here.tools.embedder.fingerprint
    here.get(Database).close()


@pytest.fixture
def dampipe(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command on the library of these tests, each as in a process of its own."""
    for name in list(os.environ):
        if name.startswith("DAMPIPE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DAMPIPE_HOME", str(home))
    monkeypatch.setenv("DAMPIPE_PIPELINE", "tests.integration.vision.test_models:PIPELINE")

    def run(*arguments: str, code: int = 0) -> str:
        bootstrap._containers.clear()
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == code, (done.output, done.exception)
        bootstrap.process_container().get(Database).close()
        bootstrap._containers.clear()
        return done.stdout

    return run


def test_the_commands_model_and_index(
    home: Path, folders: tuple[Path, Path], dampipe: Callable[..., str]
) -> None:
    old, new = map(str, folders)
    (home / "dampipe.toml").write_text(f'# mine\nmodel = "{old}"\nport = 8800\n')
    [report] = json.loads(dampipe("index", "check", "--json"))
    assert (report["vectors"], report["missing"], report["sound"]) == (ASSETS, 0, True)
    damaged = next((home / "index").glob("*/rows-*"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    [report] = json.loads(dampipe("index", "check", "--json", code=10))
    assert (report["waiting"], len(report["damage"]), report["sound"]) == (ASSETS, 1, False)
    assert f"{ASSETS}" in dampipe("index", "rebuild")
    dampipe("index", "check")
    assert "Restart `dampipe up`" in dampipe("model", "use", new)
    assert (home / "dampipe.toml").read_text() == f'# mine\nmodel = "{new}"\nport = 8800\n'
    listed = {one["name"]: one for one in json.loads(dampipe("model", "list", "--json"))}
    assert (listed[old]["answers"], listed[old]["assets"], listed[new]["used"]) == (True, ASSETS, True)
    assert "answers search until the one in use is complete" in dampipe("model", "list")
    assert "Apache-2.0" in dampipe("model", "info", "PE-Core-B-16/meta")
    assert dampipe("model", "use", "no-such-model", code=2) == ""
    dampipe("model", "forget", old, code=2)


def test_suggested_models_are_known_and_free(tmp_path: Path) -> None:
    for name in vision_models.SUGGESTED:
        assert vision_models.resolve(name).licence in ("MIT", "Apache-2.0")
    here = world(tmp_path / "home", "tiny")
    assert here.get(ModelService).info(LOCAL, "RN50/openai").licence == "MIT"
    with pytest.raises(InvalidInput):
        here.get(ModelService).info(LOCAL, "no-such-model")
    assert len(here.get(ModelService).all(LOCAL, everything=True)) > 100
    here.get(Database).close()


PIPELINE = ["dampipe.tasks.hash:hash", preview, "dampipe.tasks.embed:embed", "dampipe.tasks.index:index"]
