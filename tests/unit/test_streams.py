"""Standard output that is closed, full, or has an encoding that lacks a character."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dampipe.kernel.errors import ExitCode


def run(command: str, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a shell command that contains `$dampipe`."""
    return subprocess.run(
        ["sh", "-c", command], text=True, capture_output=True, check=False, timeout=60,
        env={**os.environ, "dampipe": f"{sys.executable} -m dampipe", "DAMPIPE_HOME": str(home), **environment},
    )  # fmt: skip


@pytest.mark.parametrize("what", ["config", "config --json", "--help"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_reported_in_one_line(tmp_path: Path, what: str) -> None:
    completed = run(f"$dampipe {what} > /dev/full", tmp_path)
    assert completed.returncode == ExitCode.STORAGE_FULL
    assert completed.stderr == "dampipe: no space is left where this is to be written\n"


def test_closed_streams_are_not_an_error(tmp_path: Path) -> None:
    assert run("$dampipe config >&-", tmp_path).returncode == ExitCode.OK
    assert run("$dampipe nonsense 2>&-", tmp_path).returncode == ExitCode.USAGE


def test_characters_that_the_encoding_lacks_are_escaped(tmp_path: Path) -> None:
    home = tmp_path / "Жук"
    plain = run("$dampipe config", home, PYTHONIOENCODING="latin-1")
    assert plain.returncode == ExitCode.OK
    assert "\\u0416\\u0443\\u043a" in plain.stdout
    found = json.loads(run("$dampipe config --json", home, PYTHONIOENCODING="latin-1").stdout)
    assert found["home"] == str(home)
