"""Standard output that is closed, full, or of an encoding that lacks what is to be printed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dampipe.kernel.errors import ExitCode


def run(command: str, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`command` by the shell, with `$dampipe` in it."""
    return subprocess.run(
        ["sh", "-c", command], text=True, capture_output=True, check=False, timeout=60,
        env={**os.environ, "dampipe": f"{sys.executable} -m dampipe", "DAMPIPE_HOME": str(home), **environment},
    )  # fmt: skip


@pytest.mark.parametrize("what", ["config", "config --json", "--help"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_the_output_is_one_line(tmp_path: Path, what: str) -> None:
    done = run(f"$dampipe {what} > /dev/full", tmp_path)
    assert done.returncode == ExitCode.STORAGE_FULL
    assert done.stderr == "dampipe: no space is left where this is to be written\n"


def test_output_that_nobody_wants_is_no_fault(tmp_path: Path) -> None:
    assert run("$dampipe config >&-", tmp_path).returncode == ExitCode.OK
    assert run("$dampipe nonsense 2>&-", tmp_path).returncode == ExitCode.USAGE


def test_characters_that_the_output_lacks_are_shown_by_their_number(tmp_path: Path) -> None:
    home = tmp_path / "Жук"
    plain = run("$dampipe config", home, PYTHONIOENCODING="latin-1")
    assert plain.returncode == ExitCode.OK
    assert "\\u0416\\u0443\\u043a" in plain.stdout
    found = json.loads(run("$dampipe config --json", home, PYTHONIOENCODING="latin-1").stdout)
    assert found["home"] == str(home)
