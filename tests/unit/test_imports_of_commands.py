"""What commands import. Imports are nearly all that a short command costs, so each imports what it needs and no more.

`python -m tests.bench start` measures the time.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import dampipe
from dampipe.kernel.errors import ExitCode
from dampipe.tasks import PIPELINE
from tests.support.deployment import ROOT

PROGRAM = """
import sys
from dampipe.cli import main
try:
    main(sys.argv[2:])
finally:
    import json
    from pathlib import Path
    Path(sys.argv[1]).write_text(json.dumps(sorted(sys.modules)))
"""
LIBRARIES = {
    "alembic",
    "celery",
    "ffmpeg",
    "fastapi",
    "kombu",
    "numpy",
    "redis",
    "torch",
    "onnxruntime",
    "faiss",
}
DRIVERS = {"sqlalchemy.dialects.postgresql", "psycopg"}
STAGES = {stage.partition(":")[0] for stage in PIPELINE}
ENGINES = {"dampipe.media", "dampipe.timeline", "dampipe.vision", "dampipe.web", "dampipe.workers", *STAGES}
"""What no command imports that only reads the catalogue."""
PLANNING = {"dampipe.app.tools", "dampipe.jobs.runner", "dampipe.jobs.sweep", "pathspec"}
ACCESS = {"dampipe.features.access.tables"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a catalogue with a source, a scan and an asset."""
    home = tmp_path_factory.mktemp("home")
    footage = tmp_path_factory.mktemp("footage")
    clip = footage / "clip.mov"
    clip.write_bytes(b"bytes")
    run(home, "source", "add", "footage", str(footage))
    with dampipe.open(home=home) as library:
        library.add_video(clip)
    run(home, "enqueue", str(footage))
    return home


def run(home: Path, *arguments: str) -> set[str]:
    """The names of all modules that a command imported."""
    listing = home / "modules.json"
    environment = {**os.environ, "DAMPIPE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM, str(listing), *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (ExitCode.OK, ExitCode.BROKER_DOWN), (
        done.stderr
    )  # a scan is kept without a broker
    return set(json.loads(listing.read_text()))


def within(modules: Iterable[str], packages: set[str]) -> list[str]:
    """Those modules that are one of the packages, or lie in one."""
    return sorted(name for name in modules if any(f"{name}.".startswith(f"{one}.") for one in packages))


def test_listing_the_commands_imports_no_library_and_of_features_only_the_manifests(tmp_path: Path) -> None:
    modules = run(tmp_path, "--help")
    assert not within(modules, LIBRARIES | ENGINES | {"pydantic", "rich", "sqlalchemy", "sqlmodel"})
    parts = {name for name in within(modules, {"dampipe.features"}) if name.count(".") > 2}
    assert {name.rpartition(".")[2] for name in parts} == {"scopes"}


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("status", ENGINES | PLANNING | ACCESS | {"dampipe.features.assets.queries"}),
        (
            "source list",
            ENGINES | PLANNING | ACCESS | {"dampipe.jobs.tables", "dampipe.features.assets.queries"},
        ),
        ("config", ENGINES | PLANNING | ACCESS | {"sqlalchemy", "sqlmodel"}),
        ("failures", ENGINES - {"dampipe.media"} | {"dampipe.media.ffmpeg"} | ACCESS | {"dampipe.app.tools"}),
        ("events", ENGINES - {"dampipe.media"} | {"dampipe.media.ffmpeg"} | ACCESS | {"dampipe.app.tools"}),
        (
            "show clip.mov",
            {"dampipe.features.machinetags.tagger", "dampipe.vision", "dampipe.app.providers.login"},
        ),
        ("scan list", ENGINES | PLANNING | ACCESS | {"dampipe.features.assets.queries"}),
    ],
)
def test_a_command_that_reads_imports_no_engine_and_no_driver(
    home: Path, command: str, more: set[str]
) -> None:
    assert not within(run(home, *command.split()), LIBRARIES | DRIVERS | more)


def test_submitting_a_scan_imports_no_background_task(home: Path) -> None:
    modules = run(home, "enqueue", str(home))
    features = {name for name in within(modules, {"dampipe.features"}) if name.endswith(".tasks")}
    assert not features
    walks = {"dampipe.features.scanning.walk", "dampipe.features.scanning.sync", "pathspec"}
    assert not within(modules, DRIVERS | ACCESS | walks | {"fastapi", "alembic", "torch"})
