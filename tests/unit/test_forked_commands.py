"""Commands that tests fork are what a shell would start."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import ROOT, run_command, run_program

SHOW = (
    "import os, sys; print(sys.argv[1:], os.getcwd(), os.environ.get('NAME'), sys.stdin.read()); sys.exit(5)"
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a home folder of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
    return {**inherited, "DAMPIPE_HOME": str(tmp_path / "home"), "DAMPIPE_MODEL": "tiny"}


@pytest.mark.parametrize(
    "command",
    [["--version"], ["source", "list"], ["show", "abcdef"], ["nonsense"], ["status", "--nonsense"]],
    ids=" ".join,
)
def test_a_command_prints_and_returns_the_same(environment: dict[str, str], command: list[str]) -> None:
    forked, started = (
        run_command(*command, environment=environment, forked=forked) for forked in (True, False)
    )
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        started.returncode,
        started.stdout,
        started.stderr,
    )


def test_plug_ins_are_those_of_the_home_of_each_command(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "home" / "plugins"
    folder.mkdir(parents=True)
    assert run_command("doctor", "--help", environment=environment).returncode == 0
    (folder / "broken.py").write_text("import nothing_of_that_name\n")
    found = run_command("doctor", environment=environment).stdout
    assert "nothing_of_that_name" in found
    other = {**environment, "DAMPIPE_HOME": str(tmp_path / "other")}
    assert "nothing_of_that_name" not in run_command("doctor", environment=other).stdout


def test_a_program_has_its_own_arguments_environment_folder_and_exit_code(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = run_program(SHOW, "a", "b c", environment={**environment, "NAME": "x"}, folder=tmp_path)
    assert (done.returncode, done.stdout) == (5, f"['a', 'b c'] {tmp_path} x \n")


def test_what_an_interpreter_reads_at_its_start_is_obeyed(environment: dict[str, str]) -> None:
    optimized = {**environment, "PYTHONOPTIMIZE": "2"}
    assert run_program("import sys; print(sys.flags.optimize)", environment=optimized).stdout == "2\n"
    with_path = {**environment, "PYTHONPATH": f"{ROOT}:/elsewhere"}
    assert "True" in run_program("import sys; print('/elsewhere' in sys.path)", environment=with_path).stdout


def test_a_command_that_takes_too_long_is_killed(environment: dict[str, str]) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_program("import time; time.sleep(600)", environment=environment, timeout=1)


def test_random_numbers_are_not_those_of_another_command(environment: dict[str, str]) -> None:
    code = "import random; print(random.random())"
    numbers = [run_program(code, environment=environment).stdout for _ in range(2)]
    assert numbers[0] != numbers[1]
