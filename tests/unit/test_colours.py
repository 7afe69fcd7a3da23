"""Colours: on a terminal only, and not for people who have set NO_COLOR."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import dampipe

CODE = """
import click
from dampipe.cli.doctor import _COLOURS
from dampipe.kernel.faces.console import count_of_failures, say, styled, table
click.echo(' '.join(styled(verdict, fg=colour) for verdict, colour in _COLOURS.items()))
click.echo(f'{count_of_failures(0)} {count_of_failures(3)}')
say(table(['done', 'failed'], [('7', '0'), ('8', '12')], alarm=['failed']))
"""


def run(terminal: bool, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    done = {
        "env": {**clean, "TERM": "xterm-256color", **environment},
        "cwd": Path(dampipe.__file__).parents[1],
    }
    command = [sys.executable, "-c", CODE]
    if not terminal:
        return subprocess.run(command, capture_output=True, text=True, check=True, **done).stdout  # type: ignore[call-overload,no-any-return]
    reader, writer = pty.openpty()
    process = subprocess.Popen(command, stdout=writer, **done)  # type: ignore[call-overload]
    os.close(writer)
    output = b""
    try:
        while part := os.read(reader, 65536):
            output += part
    except OSError:  # Linux says so at the end
        pass
    os.close(reader)
    assert process.wait() == 0
    return output.decode()


def test_a_terminal_shows_colours() -> None:
    verdicts, counts, *rows = run(terminal=True).replace("\r", "").splitlines()
    assert verdicts == "\x1b[32mfine\x1b[0m \x1b[33mwarning\x1b[0m \x1b[31mbroken\x1b[0m"
    assert counts.startswith("0 \x1b[") and counts.count("\x1b") == 3
    assert "\x1b" not in rows[1] and "\x1b[1;31m12" in rows[2]


@pytest.mark.parametrize("no_colour", [False, True])
def test_others_get_none(no_colour: bool) -> None:
    output = run(terminal=no_colour, **({"NO_COLOR": "1"} if no_colour else {}))
    assert "\x1b[3" not in output and ";31m" not in output
    assert output.replace("\r", "").splitlines()[:2] == ["fine warning broken", "0 3"]
