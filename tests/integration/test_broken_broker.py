"""A broker that runs and cannot do its work is not called one that does not run."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

import dampipe
from dampipe.app.broker import command, find_server, wait
from dampipe.app.load_settings import load_settings
from dampipe.kernel.settings.settings import Settings
from dampipe.workers import brokers
from dampipe.workers.transport import CeleryTransport
from tests.support.commands import run_command

ROOT = Path(dampipe.__file__).parents[1]
LIMIT = 200_000
"""Bytes that the broker may write to a file."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder whose embedded broker runs, and whose disk is as good as full after LIMIT bytes."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DAMPIPE_{name.upper()}", raising=False)
    (tmp_path / "broker").mkdir()
    settings = load_settings(home=tmp_path)

    def limit_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))

    server = subprocess.Popen(
        command(settings, find_server()), preexec_fn=limit_files, stdout=subprocess.DEVNULL
    )
    assert wait(settings.broker_socket, 60)
    yield tmp_path
    server.kill()
    server.wait()


def client(home: Path) -> "redis.Redis":
    return redis.Redis(unix_socket_path=str(load_settings(home=home).broker_socket))


def ask(home: Path, *arguments: str, code: int) -> str:
    """What a command says on both streams."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
    done = run_command(*arguments, environment={**environment, "DAMPIPE_HOME": str(home)})
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_a_broker_that_cannot_write(home: Path) -> None:
    (home / "footage").mkdir()
    with client(home) as connection:
        for number in range(100):
            try:
                connection.set(f"key{number}", "x" * 10_000)
            except redis.ResponseError as error:
                assert "MISCONF" in str(error) and "No space left" in str(error)
                break
        else:
            pytest.fail("the broker could write all of it")
    said = ask(home, "enqueue", str(home / "footage"), code=4)
    assert "the embedded broker has no space left to write its data" in said
    assert "not running" not in said
    assert "no space left to write its data" in ask(home, "doctor", code=10)


def test_a_broker_out_of_memory(home: Path) -> None:
    (home / "footage").mkdir()
    with client(home) as connection:
        connection.config_set("maxmemory", "1")
    said = ask(home, "enqueue", str(home / "footage"), code=4)
    assert "the embedded broker runs, but has used up the memory" in said and "maxmemory" in said
    assert "used up the memory" in ask(home, "doctor", code=10)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (ResponseError("MISCONF Errors writing to the AOF file: No space left on device"), "disk_full"),
        (ResponseError("MISCONF Valkey is configured to save RDB snapshots"), "cannot_write"),
        (ResponseError("OOM command not allowed when used memory > 'maxmemory'."), "out_of_memory"),
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "out_of_memory"),
        (ReadOnlyError("You can't write against a read only replica."), "read_only"),
        (BusyLoadingError("loading the dataset in memory"), "loading"),
        (AuthenticationError("invalid username-password pair"), "denied"),
        (ResponseError("NOAUTH Authentication required."), "denied"),
        (ResponseError("NOREPLICAS Not enough good replicas to write."), "failed"),
        (redis.ConnectionError("Connection refused"), "unreachable"),
        (redis.TimeoutError("Timeout connecting to server"), "unreachable"),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_what_a_broker_answers_says_what_is_wrong(answer: RedisError, code: str, wrapped: bool) -> None:
    error: Exception = answer
    if wrapped:  # as kombu does
        try:
            raise OSError(str(answer)) from answer
        except OSError as outer:
            error = outer
    elsewhere = CeleryTransport(load_settings(broker_url="redis://u:s3cret@nas:6379/0"))
    found = elsewhere._translation(error)
    assert found.code == f"broker.{code}"
    assert "redis://u:***@nas:6379/0" in str(found) and "s3cret" not in str(found)
    embedded = CeleryTransport(load_settings(broker_url=""))._translation(error)
    assert embedded.code == ("broker.embedded_down" if code == "unreachable" else f"broker.{code}")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis://nas:6379/abc", "number of a database"),
        ("redis://nas:6379/-1", "number of a database"),
        ("redis://a:1/0;redis://b:1/x", "number of a database"),
        ("redis+socket:///run/valkey.sock?virtual_host=abc", "number of a database"),
        ("redis+socket://", "path of the socket"),
        ("sentinel://nas:26379", "scheme"),
        ("redis://a:1;nosuch://b:1", "scheme"),
        ("redis://nas:6379", ""),
        ("redis://nas:6379/", ""),
        ("rediss://u:p@nas:6379/15?ssl_cert_reqs=required", ""),
        ("redis://a:1;redis://b:1", ""),
        ("redis+socket:///run/valkey.sock", ""),
        ("redis+socket:///run/my broker/valkey.sock?virtual_host=3", ""),
        ("amqp://u:p@nas:5672/a/b", ""),
        ("redis://bücher.example", ""),
        ("redis://[::1]:6379", ""),
    ],
)
def test_a_broker_url_that_cannot_work_is_found_before_it_is_used(url: str, problem: str) -> None:
    found = brokers.url_problem(url)
    assert (problem in found) if problem else not found


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("redis://127.0.0.1:1", 4, "Connection refused. Check the setting broker_url"),
        ("redis://u:s3cret@127.0.0.1:1/abc", 4, "is not valid: what stands for the number of a database"),
        (
            "rediss://u:s3cret@127.0.0.1:1?ssl_cert_reqs=x",
            4,
            "one of its parameters is not known. Use redis://",
        ),
        (
            "redis+socket:///nowhere?no_such_parameter=1",
            4,
            "one of its parameters is not known. Use redis://",
        ),
    ],
)
def test_a_broker_that_cannot_be_used_is_two_lines_and_the_scan_is_kept(
    tmp_path: Path, url: str, code: int, said: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
    (tmp_path / "footage").mkdir()
    environment |= {"DAMPIPE_HOME": str(tmp_path / "home"), "DAMPIPE_BROKER_URL": url}
    done = run_command("enqueue", tmp_path / "footage", environment=environment)
    assert done.returncode == code and len(done.stderr.splitlines()) == 2, done.stderr
    assert "scan 1 is kept, but" in done.stderr and said in done.stderr
    assert ".." not in done.stderr and "s3cret" not in done.stderr
