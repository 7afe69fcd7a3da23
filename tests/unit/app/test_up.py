"""`dampipe up` on a disk that is full, ports that are taken, and a broker that is not there."""

import os
import re
import socket
import subprocess
from logging import INFO, LogRecord
from pathlib import Path
from typing import Any

import pytest

import dampipe
from dampipe.app import up
from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.cli import serve
from dampipe.features.search.query_vectors import QueryEncoder
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.errors import BROKER_UNREACHABLE
from dampipe.kernel.errors import BrokerDown, InvalidInput, SearchUnavailable
from dampipe.kernel.settings.settings import Settings
from tests.support.commands import run_command

ROOT = Path(dampipe.__file__).parents[1]


def record(line: str) -> LogRecord:
    return LogRecord("media", INFO, "", 0, line, None, None)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_takes_one_line_however_much_is_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dampipe.log"
    path.symlink_to("/dev/full")
    lines: list[str] = []
    log = up.LogFile(path, lambda _, line: lines.append(line))
    for number in range(1000):
        log.emit(record(f"line {number}"))
    assert len(lines) == 1 and "No space left on device" in lines[0]
    path.unlink()
    log.emit(record("written"))
    log.emit(record("and more"))
    log.close()
    assert len(lines) == 2 and "written again" in lines[1]
    assert [line.split()[-1] for line in path.read_text().splitlines()] == ["written", "more"]
    output = capfd.readouterr()
    assert output.out + output.err == ""


def test_the_log_holds_no_password_and_no_advice_of_the_broker(tmp_path: Path) -> None:
    shown: list[str] = []
    with up._log_file(load_settings(home=tmp_path), lambda _, line: shown.append(line)) as log:
        log("broker", "WARNING Memory overcommit must be enabled! Without it, a background save may fail")
        log("web", "cannot connect to redis://u:s3cret@nas/0?password=s3cret")
        log("media", "Memory overcommit must be enabled, says a file's name")
    assert shown == [
        "cannot connect to redis://u:***@nas/0?password=***",
        "Memory overcommit must be enabled, says a file's name",
    ]
    written = (tmp_path / "logs" / "dampipe.log").read_text()
    assert "s3cret" not in written and written.count("\n") == 2


def run(*arguments: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
    environment |= {f"DAMPIPE_{name.upper()}": str(value) for name, value in settings.items()}
    return run_command(*arguments, environment=environment)


@pytest.mark.parametrize("command", ["flower", "serve"])
def test_a_taken_port_is_one_clear_line(tmp_path: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(command, home=tmp_path, port=port, flower_port=port)
    setting = "flower_port" if command == "flower" else "port"
    assert done.returncode == 8
    first, second = done.stderr.strip().splitlines()
    assert f"127.0.0.1:{port}" in first and f"DAMPIPE_{setting.upper()}" in second


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("flower_port", 0, 8),
        ("flower_port", 70_000, 2),
        ("flower_port", -1, 2),
        ("flower_port", "http", 2),
        ("host", "no such host", 8),
        ("host", "a" * 300, 8),
        ("host", "192.0.2.1", 8),
    ],
)
def test_a_bad_port_or_host_of_flower_is_one_clear_line(
    tmp_path: Path, name: str, value: Any, code: int
) -> None:
    done = run("flower", home=tmp_path, **{"flower_port": 18701, name: value})
    assert done.returncode == code, done.stderr
    first, second = done.stderr.strip().splitlines()
    if name == "host":
        assert "the setting host is" in first and "Another program" not in second


def test_a_broker_url_of_an_unknown_scheme_starts_no_process(tmp_path: Path) -> None:
    done = run("up", home=tmp_path, port=0, flower_port=0, broker_url="redisss://user:geheim@broker:1")
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.strip().splitlines()
    assert "the broker URL redisss://user:***@broker:1 is not valid" in first and "redis://" in second


def test_a_broker_that_does_not_answer_is_named_in_one_line(tmp_path: Path) -> None:
    class Silent:
        def check(self) -> str:
            raise BrokerDown(BROKER_UNREACHABLE, place="redis://:***@broker:1", problem="refused")

    lines: list[str] = []
    container = Container(load_settings(home=tmp_path, broker_url="redis://:geheim@broker:1"))
    container.provide(TaskTransport, Silent)
    up._check_broker(container, lambda _, line: lines.append(line))
    assert lines == [
        "warning: the broker at redis://:***@broker:1 cannot be reached: refused. Check the setting broker_url."
    ]


def numbers() -> dict[str, type]:
    return {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if field.annotation in (int, float)
    }


def test_every_number_among_the_settings_has_a_maximum(tmp_path: Path) -> None:
    assert len(numbers()) > 12
    for name, kind in numbers().items():
        for value in ("1000000000", "-1", *(["inf", "nan", "1e9"] if kind is float else [])):
            with pytest.raises(InvalidInput, match=f"setting '{name}'"):
                load_settings(home=tmp_path, **{name: value})


def test_the_documentation_has_the_limits(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    section = text.partition("## Limits of numbers")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (above )?(\d+) \| (\d+) \|$", section, re.M)
    assert {name for name, *_ in rows} == set(numbers())
    for name, above, least, most in rows:
        load_settings(home=tmp_path, **{name: most})
        for wrong in (str(int(most) + 1), least if above else str(int(least) - 1)):
            with pytest.raises(InvalidInput):
                load_settings(home=tmp_path, **{name: wrong})
        if not above:
            load_settings(home=tmp_path, **{name: least})


def test_the_environment_cannot_ask_for_a_hundred_thousand_workers(tmp_path: Path) -> None:
    done = run("config", home=tmp_path, media_workers=100_000)
    assert done.returncode == 2 and "256" in done.stderr


@pytest.mark.parametrize("works", [True, False])
def test_the_server_loads_the_model_before_the_first_search(works: bool, tmp_path: Path) -> None:
    class Encoder:
        calls = 0

        def warm_up(self) -> None:
            self.calls += 1
            if not works:
                raise SearchUnavailable("no weights")

    encoder, container = Encoder(), Container(load_settings(home=tmp_path))
    container.provide(QueryEncoder, lambda: encoder)
    serve._warm_up(container)
    assert encoder.calls == 1, "and without a model the server starts all the same"
