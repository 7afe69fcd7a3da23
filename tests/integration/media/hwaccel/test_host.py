"""The state of a machine's hardware is shown by the doctor and reported by its workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from dampipe.app.container import Container
from dampipe.app.doctor import Finding, Verdict, examine
from dampipe.app.errors import ACCELERATION_PAUSED
from dampipe.app.load_settings import load_settings
from dampipe.app.machine_facts import machine_facts
from dampipe.app.remedies import remedies
from dampipe.features.processing.cli.status import render
from dampipe.features.processing.model import Status
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.faces.remedies import CLI
from dampipe.media.hwaccel.acceleration import Acceleration


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Container]:
    made = Container(load_settings(home=tmp_path, acceleration="none", model="tiny"))
    made.set_up()
    yield made
    made.get(Database).close()


def finding(world: Container) -> Finding:
    return next(one for one in examine(world) if one.what == "acceleration")


def test_what_works_and_what_is_paused(world: Container, capsys: pytest.CaptureFixture[str]) -> None:
    assert finding(world).verdict is Verdict.FINE
    assert finding(world).found == "works: software encodes"
    card = Acceleration("nvidia", True, "", ("h264", "hevc-10"))
    absent = Acceleration("vaapi", False, "no such device")
    world.tools.hardware.accelerations = [card, absent, *world.tools.hardware.accelerations]
    for _ in range(3):
        world.tools.hardware.shared_state.circuit_breaker.record_failure("nvidia encoder", "no session left")
    told = finding(world)
    assert told.verdict is Verdict.WARNING
    assert "nvidia encodes and decodes h264, hevc-10; software encodes" in told.found
    assert "vaapi (no such device)" in told.found
    assert "nvidia encoder (no session left)" in told.found
    assert told.problem is not None and told.problem.code == ACCELERATION_PAUSED.code
    assert "--again" in remedies().word(told.problem, CLI)
    other = Container(world.settings)  # another process of the machine
    assert [one.part for one in other.tools.hardware.shared_state.circuit_breaker.open_circuits()] == [
        "nvidia encoder"
    ]

    facts = machine_facts(world, ["proxy"])
    assert facts["encoders"] == ["nvidia", "software"]
    assert facts["decoders"] == {"nvidia": ["h264", "hevc-10"]}
    [line] = facts["set_aside"]
    assert line.startswith("nvidia encoder until ") and line.endswith(": no session left")
    assert "encoders" not in machine_facts(world, ["index"]), "who does not need it does not try it"
    world.get(WorkerRepository).report("proxy@here", ["proxy"], facts, 60.0)
    status = Status(
        assets=0, locations=0, scans=(), stages={}, workers=tuple(world.get(WorkerRepository).present())
    )
    Console(width=300).print(render(status))
    printed = capsys.readouterr().out
    assert "encoders nvidia+software, decoders nvidia h264+hevc-10, set aside nvidia encoder until" in printed

    world.tools.hardware.detect_again()
    assert finding(world).found == "works: software encodes"
    assert other.tools.hardware.shared_state.circuit_breaker.open_circuits() == []
