"""A deployment in the background, for the time of the demo."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dampipe.app.errors import NOT_UP
from dampipe.app.programs import die_with_parent
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.private_files import make_folder
from dampipe.kernel.settings.settings import Settings

START_TIMEOUT = 120.0
STOP_TIMEOUT = 30.0
"""Seconds between SIGTERM and SIGKILL."""
LAST_LINES = 5
"""How many lines of the log an error quotes."""


@contextmanager
def background_deployment(
    settings: Settings, on_log: Callable[[str], None]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `dampipe up` as a child process; yields the process when it is ready, and stops it at the end.

    Its output goes to `demo.log` in the folder of the logs. on_log: receives a line when it starts and when it stops.
    Raises CannotStart if it exits or is not ready in time.
    """
    make_folder(settings.logs)
    log = settings.logs / "demo.log"
    on_log(f"starting the broker, the workers, the web server and Flower (log: {log})")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dampipe", "up"], stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=die_with_parent,
            env={**os.environ, "DAMPIPE_MODEL": settings.model},
        )  # fmt: skip
    try:
        _wait_until_ready(process, log)
        yield process
    finally:
        if process.poll() is None:
            on_log("stopping")
            _stop(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while "ready: " not in (text := log.read_text(encoding="utf-8", errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotStart(NOT_UP, last_lines="\n".join(text.splitlines()[-LAST_LINES:]), log=log)
        time.sleep(0.2)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
