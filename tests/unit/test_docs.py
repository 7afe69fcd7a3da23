"""The documentation says what the code does: nothing is missing from it, and nothing in it is made up."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from pydantic import TypeAdapter

from dampipe.app.container import Container
from dampipe.app.features import detail_fields
from dampipe.app.load_settings import load_settings
from dampipe.app.pipeline import load_pipeline
from dampipe.cli import commands, main
from dampipe.cli.doctor import FindingReport
from dampipe.features.alignment.model import CarryReport
from dampipe.features.backup.model import BackedUp, Restored
from dampipe.features.derivatives.model import Checked
from dampipe.features.duplicates.model import Duplicates
from dampipe.features.facets.model import Facets
from dampipe.features.fixity.model import Compared, Verified
from dampipe.features.processing.model import Status
from dampipe.features.pruning.model import Pruned
from dampipe.features.rights.reports import TimelineRights
from dampipe.features.scanning.model import ScanProgress, Synced
from dampipe.features.search.model import Found, ModelReport
from dampipe.features.sources.model import SourceReport
from dampipe.features.tagging.model import TagReport
from dampipe.features.timelines.model import TimelineMatch
from dampipe.features.versions.model import VersionList
from dampipe.jobs.model import Failure
from dampipe.jobs.plan import Plan
from dampipe.jobs.toolbox import Toolbox
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.settings.display import sample
from dampipe.kernel.settings.settings import Settings
from dampipe.storage.index_report import IndexReport
from dampipe.tasks import PIPELINE
from tests.support import error_codes, events_table
from tests.support.examples import python_examples

COMMANDS = tuple(commands())

ROOT = Path(__file__).parents[2]
DOCS = sorted(
    [*ROOT.glob("docs/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"],
    key=lambda path: path.name,
)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*Settings.model_fields, "config"):
        monkeypatch.delenv(f"DAMPIPE_{name.upper()}", raising=False)
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path / "home"))


@cache
def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    """The text under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", read(name), re.M | re.S)
    assert found, f"{name} has no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without heads: cells without back-ticks."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    bodies = [line for i, line in enumerate(lines) if not _is_head(lines, i) and not set(line) <= set("|- ")]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in bodies]


def _is_head(lines: list[str], number: int) -> bool:
    return number + 1 < len(lines) and set(lines[number + 1]) <= set("|- ")


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def parameters(of: click.Command) -> list[click.Parameter]:
    """Those of a command, and of the commands below it."""
    below = of.commands.values() if isinstance(of, click.Group) else ()
    return [*of.params, *(parameter for one in below for parameter in parameters(one))]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    text = section("docs/cli.md", name)
    assert f"dampipe {name}" in text
    for parameter in parameters(command(name)):
        if isinstance(parameter, click.Option):
            missing = [opt for opt in parameter.opts if f"`{opt}`" not in text]
            assert not missing, f"docs/cli.md, {name}: {missing}"


def test_exit_codes() -> None:
    documented = {(row[1], int(row[0])) for row in rows(section("docs/cli.md", "Exit codes"))}
    assert documented == {(code.name, int(code)) for code in ExitCode}


SHAPES: dict[str, Any] = {
    "enqueue": ScanProgress,
    "scan": list[ScanProgress],
    "source": list[SourceReport],
    "sync": Synced,
    "verify": Verified,
    "mhl": Compared,
    "prune": Pruned,
    "check": Checked,
    "backup": BackedUp,
    "restore": Restored,
    "status": Status,
    "search": Found,
    "facets": Facets,
    "tag": list[TagReport],
    "timeline": TimelineMatch,
    "rights": TimelineRights,
    "version": VersionList,
    "duplicates": Duplicates,
    "version carry": CarryReport,
    "show": detail_fields().model(),
    "failures": list[Failure],
    "model": list[ModelReport],
    "index": list[IndexReport],
    "doctor": list[FindingReport],
}


@pytest.mark.parametrize("name", SHAPES)
def test_json_examples_have_the_shape_of_the_answers(name: str) -> None:
    [example] = re.findall(r"^```json\n(.*?)^```", section("docs/cli.md", name), re.M | re.S)
    shape = TypeAdapter(SHAPES[name])
    value = shape.validate_json(example)
    assert shape.dump_python(value, mode="json") == json.loads(example)


def test_the_example_of_the_settings_holds_them_all() -> None:
    [example] = re.findall(r"^```json\n(.*?)^```", section("docs/cli.md", "config"), re.M | re.S)
    shown, defaults = json.loads(example), load_settings().model_dump(mode="json")
    assert shown.pop("home") and defaults.pop("home")
    assert shown == defaults


def test_every_setting_is_documented_with_its_default() -> None:
    documented = {row[0]: row[1:] for row in rows(read("docs/settings.md")) if len(row) == 4}
    assert set(documented) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        default, environment, meaning = documented[name]
        assert environment == f"DAMPIPE_{name.upper()}"
        assert (field.description or "").replace("`", "").rstrip(".") in meaning
        if name != "home":
            value = field.get_default(call_default_factory=True)
            assert default == ("empty" if value == "" else str(value)), name


def test_the_sample_is_up_to_date() -> None:
    assert read("docs/dampipe.sample.toml") == sample(), "dampipe config --sample > docs/dampipe.sample.toml"


def versions(**given: Any) -> dict[str, str]:
    plan = Container(load_settings(**given)).get(Plan)
    return {stage.name: plan.key(stage).version for stage in plan.stages}


def rerun(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    one, other = versions(**before), versions(**after)
    return [name for name in one if one[name] != other[name]]


def described(**parts: Any) -> dict[str, Any]:
    return {"recipe": "house", "recipes": {"house": parts}}


OTHER = {
    "events_keep_days": {"processing": 1.0},
    "database_url": "postgresql+psycopg://other",
    "broker_url": "redis://other",
    "proxy_addresses": ["10.0.0.1"],
    "group_roles": {"staff": "viewer"},
    "default_role": "viewer",
    "event_bus": "amqp://other",
    "connections": {"other": {"region": "eu-west-1"}},
    "webhook_networks": ["10.0.0.0/8"],
    "guard_share": 0.1,
    "map_tiles": "https://tiles.example.com/{z}/{x}/{y}.png",
    "log_level": "DEBUG",
}
"""Values of settings that do not take any number or text."""


def test_what_runs_again_when_a_setting_changes() -> None:
    openai, laion = "ViT-B-32/openai", "ViT-B-32/laion2b_s34b_b79k"
    changes = {
        "recipe, where the proxy differs": ({}, {"recipe": "edit"}),
        "recipe, where poster or sprite differ": ({}, described(sprite={"interval": 5})),
        "recipe, where the frames differ": ({}, described(frames={"interval": 1})),
        "model, when the new one wants the same frames": ({"model": openai}, {"model": laion}),
        "model, when the new one wants frames of another size": ({}, {"model": openai}),
    }
    documented = dict(rows(section("docs/settings.md", "What runs again")))
    assert documented == {what: ", ".join(rerun(*change)) for what, change in changes.items()}
    given: dict[str, Any] = {
        "acceleration": "none",
        "sandbox": "off",
        "recipes": {"house": {"proxy": {"height": 240}}},
    }
    for name, field in Settings.model_fields.items():
        value = field.get_default(call_default_factory=True)
        if name == "sync_schedule":
            given[name] = "30 2 * * *"
        elif name in OTHER:
            given[name] = OTHER[name]
        elif not any(what.startswith(name) for what in changes) and name not in ("home", "pipeline", *given):
            given[name] = (
                value + 1
                if isinstance(value, (int, float))
                else {"a": 1}
                if value == {}
                else ["other"]
                if isinstance(value, list)
                else "other"
            )
    assert rerun({}, given) == []


def test_stages_and_their_queues() -> None:
    documented = {row[0]: (row[1], row[4]) for row in rows(section("docs/architecture.md", "The picture"))}
    stages = load_pipeline(load_settings())
    assert list(documented) == [stage.name for stage in stages]
    for stage in stages:
        queue, batch = documented[stage.name]
        assert queue == stage.queue
        assert [int(number) for number in re.findall(r"\d+", batch)] == [stage.batch]


def test_every_error_code_is_documented() -> None:
    assert read("docs/errors.md") == error_codes.page(), (
        "python -m tests.support.error_codes > docs/errors.md"
    )


def test_every_event_is_documented() -> None:
    assert read("docs/events.md") == events_table.page(), "python -m tests.support.events_table"


def test_every_endpoint_is_documented() -> None:
    from dampipe.web.app import create_app

    paths = create_app(None).openapi()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    assert {row[0] for row in rows(read("docs/api.md")) if row[0].startswith(methods)} == served


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    tables = rows(section("CONTRIBUTING.md", "Dependencies"))
    names = {row[0] for row in tables if row[0] not in project["optional-dependencies"]}
    assert names == {name for name in map(package, project["dependencies"]) if name}
    extras = {
        (row[0], name)
        for row in tables
        if row[0] in project["optional-dependencies"]
        for name in row[1].split(", ")
    }
    assert extras == {
        (extra, name)
        for extra, needed in project["optional-dependencies"].items()
        for name in map(package, needed)
        if name != "dampipe"
    }


def package(requirement: str) -> str:
    return re.split(r"[\[<>=;~! ]", requirement)[0]


def test_the_worked_example_is_a_stage_of_a_valid_pipeline() -> None:
    code, line = python_examples("Add a stage")
    example = ModuleType("count")
    exec(compile(code, "count.py", "exec"), example.__dict__)
    names = re.findall(r'^    "(.+)",$', line, re.M)
    assert names == [*PIPELINE, "dampipe.tasks.count:count"]
    settings = load_settings()
    plan = Plan([*load_pipeline(settings), example.count], Container(settings).get(Toolbox))
    assert [stage.name for stage in plan.upstream(plan["count"])] == ["preview"]


def headings(path: Path) -> set[str]:
    found = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        there = path if not name else path.parent / name
        assert there.exists(), target
        assert not anchor or anchor in headings(there), target


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name == "renames.md":  # its first column names what is gone
        text = re.sub(r"^\|[^|]*\|", "|", text, flags=re.M)
    named = re.findall(r"`((?:dampipe|tests|tasks|workers|docs)/[\w./]*)`", text)
    gone = [name for name in named if not (ROOT / name).exists() and name != "tasks/count.py"]
    assert gone == []


def shell_lines() -> Iterator[tuple[str, str]]:
    """Every command that the documents show, in blocks and in sentences."""
    for path in DOCS:
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        fenced = "\n".join(re.findall(r"^```console\n(.*?)^```", text, re.M | re.S))
        for block, margin in ((text, " {4}"), (fenced, "")):
            for line in re.findall(rf"^{margin}(?:\$ )?((?:[\w./]*/)?(?:dampipe|make) .*)$", block, re.M):
                yield path.name, line.partition("  #")[0].partition("   ")[0]
        for words in re.findall(r"`((?:dampipe|make) [^`]+)`", text):
            yield path.name, words


def test_commands_that_are_shown_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.M))
    options = {name: {opt for p in parameters(command(name)) for opt in p.opts} for name in COMMANDS}
    seen = 0
    for where, line in shell_lines():
        words = shlex.split(re.sub(r"[\[\]()]", " ", line))
        program, *rest = words
        if line.startswith("dampipe |") or rest[0] in ("COMMAND", "--help", "--version"):  # no command
            continue
        if where == "CONTRIBUTING.md" and rest[0] == "rate":  # the worked example adds it
            continue
        if program == "make":
            named = [word for word in rest if "=" not in word]
            assert set(named) <= targets, f"{where}: {line}"
        else:
            name = " ".join(rest[:2]) if " ".join(rest[:2]) in COMMANDS else rest[0]
            assert name in COMMANDS, f"{where}: {line}"
            given = {word.partition("=")[0] for word in rest[1:] if word.startswith("-")}
            assert given <= options[name] | {"--help", "-h"}, f"{where}: {line}"
        seen += 1
    assert seen > 60


def test_the_front_page_is_a_page() -> None:
    assert len(read("README.md").splitlines()) <= 150
    assert "](docs/promises.md)" in read("README.md")


def test_every_promise_names_its_proof() -> None:
    promises = rows(read("docs/promises.md"))
    assert len(promises) > 20
    for promise, proof in promises:
        assert re.fullmatch(r"tests/[\w/]+\.py(, tests/[\w/]+\.py)*", proof), promise


def test_each_feature_of_the_page_has_the_test_that_is_named() -> None:
    named = re.findall(r"^\|[^|]+\| `(\w+\.py)::(\w+)` \|$", read("docs/page.md"), re.M)
    assert len(named) >= 22
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / "e2e" / file).read_text(), f"{file}::{test}"
