"""A model that is none, is broken, or is called from another folder: what is said, and that search goes on."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dampipe.app.doctor import Finding, Verdict, examine
from dampipe.app.errors import MODEL_UNUSABLE, VECTOR_INDEX_UNSOUND
from dampipe.app.load_settings import load_settings
from dampipe.app.machine_facts import machine_facts
from dampipe.app.remedies import remedies
from dampipe.jobs.model import Outcome, Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.runner import Runner
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.remedies import CLI
from dampipe.vision import tiny
from tests.integration.vision.test_models import ASSETS, dampipe, finds, folders, home, world

__all__ = ["dampipe", "folders", "home"]  # fixtures

WEIGHTS = "open_clip_model.safetensors"


def shorten(folder: Path) -> None:
    weights = folder / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1000])


def found(home: Path, model: str) -> dict[str, Finding]:
    here = world(home, model)
    told = {finding.what: finding for finding in examine(here)}
    here.get(Database).close()
    return told


def test_a_model_that_is_broken_takes_over_from_none(home: Path, folders: tuple[Path, Path]) -> None:
    shorten(folders[1])
    here = world(home, str(folders[1]))
    here.get(Sweep).plan_missing()
    for asset in range(1, ASSETS + 1):
        assert here.get(Runner).run("embed", Subject(version=asset)).outcome is Outcome.SKIPPED
    assert finds(here) == ["1", "2", "3", "4"], "the old one answers"
    here.get(Database).close()
    said = found(home, str(folders[1]))["model"]
    assert said.verdict is Verdict.WARNING
    assert "are damaged" in said.found and f"Search uses the vectors of {folders[0]}" in said.found


def test_a_broken_model_is_told_when_it_is_chosen(
    home: Path, folders: tuple[Path, Path], dampipe: Callable[..., str]
) -> None:
    (home / "dampipe.toml").write_text(f'model = "{folders[0]}"\n')
    shorten(folders[1])
    assert "are damaged" in json.loads(dampipe("model", "info", str(folders[1]), "--json"))["problem"]
    (folders[1] / WEIGHTS).unlink()
    assert "the weights of the model are not in" in dampipe("model", "info", str(folders[1]))
    assert "fetched" not in dampipe("model", "use", str(folders[1]))


def test_a_folder_is_named_so_that_it_is_found_from_everywhere(
    home: Path, folders: tuple[Path, Path], dampipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "dampipe.toml").write_text('model = "tiny"\n')
    monkeypatch.chdir(folders[1].parent)
    dampipe("model", "use", os.path.relpath(folders[1]))
    assert load_settings().model == str(folders[1])
    dampipe("model", "use", "tiny")
    assert load_settings().model == "tiny"


def test_when_the_settings_name_no_model_another_can_be_chosen(
    home: Path, folders: tuple[Path, Path], dampipe: Callable[..., str]
) -> None:
    (home / "dampipe.toml").write_text(f'model = "{folders[1]}"\n')
    shutil.rmtree(folders[1])
    listed = {one["name"]: one for one in json.loads(dampipe("model", "list", "--json"))}
    assert "holds no model" in listed[str(folders[1])]["problem"] and listed[str(folders[1])]["used"]
    dampipe("status")  # it needs no model
    dampipe("model", "use", str(folders[0]))
    dampipe("status")


def test_a_wrong_model_is_told_once_and_names_the_setting(home: Path) -> None:
    said = found_without_plan(home)
    broken = [finding for finding in said if finding.verdict is Verdict.BROKEN]
    assert [finding.what for finding in broken] == ["settings"]
    assert broken[0].found == "setting 'model': there is no model 'no-such-model'"
    assert broken[0].problem is not None and broken[0].problem.code == MODEL_UNUSABLE.code
    assert "`dampipe model use NAME`" in remedies().word(broken[0].problem, CLI)


def found_without_plan(home: Path) -> list[Finding]:
    from dampipe.app.container import Container

    here = Container(load_settings(home=home, model="no-such-model"))
    here.set_up()
    with pytest.raises(InvalidInput):
        _ = here.get(Plan)
    told = list(examine(here))
    here.get(Database).close()
    return told


def test_a_worker_that_still_runs_another_model_is_told(home: Path, folders: tuple[Path, Path]) -> None:
    here = world(home, str(folders[0]))
    queues = ["control", "scan", *here.get(Plan).queues]
    here.get(WorkerRepository).report("all@here", queues, machine_facts(here, ["embed"]), 0.0)
    here.get(Database).close()
    assert found(home, str(folders[0]))["workers"].verdict is Verdict.FINE
    said = found(home, str(folders[1]))["workers"]
    assert said.verdict is Verdict.WARNING and f"all@here runs {folders[0]}" in said.found


def test_an_index_is_called_as_its_model(
    home: Path, folders: tuple[Path, Path], dampipe: Callable[..., str]
) -> None:
    (home / "dampipe.toml").write_text(f'model = "{folders[0]}"\n')
    [report] = json.loads(dampipe("index", "check", "--json"))
    assert report["name"] == str(folders[0]) and report["model"].startswith("local-")
    assert str(folders[0]) in dampipe("index", "check")
    assert str(folders[0]) in found(home, str(folders[0]))["vector index"].found


def test_a_lost_or_damaged_index_is_told(home: Path, folders: tuple[Path, Path]) -> None:
    rows = next((home / "index").glob("*/rows-*"))
    rows.write_bytes(rows.read_bytes()[:-1])
    said = found(home, str(folders[0]))["vector index"]
    assert said.verdict is Verdict.WARNING
    assert "another size" in said.found
    assert said.problem is not None and said.problem.code == VECTOR_INDEX_UNSOUND.code
    advice = remedies().word(said.problem, CLI)
    assert "index rebuild" in advice and "within a minute" in advice
    shutil.rmtree(home / "index")
    said = found(home, str(folders[0]))["vector index"]
    assert said.verdict is Verdict.WARNING and f"no vector of {ASSETS} is indexed" in said.found


def test_weights_that_are_whole_are_fine() -> None:
    from dampipe.vision.weights import check_weights

    check_weights(tiny.FOLDER / WEIGHTS)


def test_a_model_whose_package_is_missing_says_what_to_install(
    home: Path, dampipe: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("torch", "torchvision", "open_clip"):
        monkeypatch.setitem(sys.modules, name, None)
    (home / "dampipe.toml").write_text('model = "tiny"\n')
    listed = {one["name"]: one for one in json.loads(dampipe("model", "list", "--json"))}
    assert "needs dampipe[torch], which is not installed" in listed["PE-Core-B-16/meta"]["problem"]
    assert not listed["tiny"]["problem"] and listed["tiny"]["weights_here"]
    assert "not on this machine" in dampipe("model", "info", "PE-Core-B-16/meta")
