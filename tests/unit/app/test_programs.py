"""Programs are forked, written to a pipe, seen to exit and end with their server."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dampipe.app.programs import Program, Programs


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Of one deployment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAMPIPE_HOME", str(tmp_path_factory.mktemp("home")))
        made = Programs()
        yield made
        made.close()


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="programs are forked on Linux only")


def output_of(program: Program) -> str:
    """All that it writes, until it exits."""
    program.wait()
    assert program.stdout is not None
    with program.stdout:
        return program.stdout.read().decode()


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


@contextmanager
def relay(programs: Programs) -> Iterator[Program]:
    """`dampipe relay`, once it has its name."""
    program = programs.start(["dampipe", "relay"])
    assert program.stdout is not None
    with program.stdout:
        deadline = time.monotonic() + 60
        while command_line(program.pid) != "dampipe relay":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield program


def wait_until_gone(program: Program) -> None:
    while Path(f"/proc/{program.pid}").exists():
        time.sleep(0.02)


def test_a_program_of_dampipe_writes_and_exits(programs: Programs) -> None:
    program = programs.start(["dampipe", "--version"])
    assert program.wait() == 0 == program.poll()
    assert output_of(program).startswith("dampipe, version ")


def test_its_exit_code_and_its_errors_are_passed_on(programs: Programs) -> None:
    program = programs.start(["dampipe", "relay", "--nonsense"])
    assert "No such option" in output_of(program)
    assert program.poll() == 2


def test_another_program_is_executed(programs: Programs) -> None:
    program = programs.start([sys.executable, "-c", "print('here'); raise SystemExit(3)"])
    assert output_of(program) == "here\n"
    assert program.poll() == 3


def test_a_program_that_does_not_exist_is_an_error(programs: Programs) -> None:
    with pytest.raises(OSError):
        programs.start(["/nonexistent/program"])


def test_a_fork_is_a_process_of_its_own(programs: Programs) -> None:
    """It has the environment of the deployment, and a session that no terminal signals."""
    with relay(programs) as program:
        assert b"PATH=" in Path(f"/proc/{program.pid}/environ").read_bytes()
        assert os.getsid(program.pid) == program.pid
        program.terminate()
        assert program.wait() in (0, -signal.SIGTERM)  # it may not have its handler yet
    with relay(programs) as killed:
        os.kill(killed.pid, signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL


def test_programs_end_with_their_server_and_others_are_started_by_another(
    programs: Programs,
) -> None:
    with relay(programs) as orphan:
        server = int(Path(f"/proc/{orphan.pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(server, signal.SIGKILL)
        assert orphan.wait() == -signal.SIGKILL
        wait_until_gone(orphan)
    with relay(programs) as last:
        programs.close()
        wait_until_gone(last)
