"""A real deployment with a home folder of its own: runs `dampipe up`, and commands against it."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from dampipe.kernel.faces import API
from tests.ports import free_port
from tests.support.commands import ROOT, run_command

QUEUES = ("control", "scan", "io", "preview", "embed", "index", "proxy")
PLAIN = ssl.create_default_context()
"""What a client of a deployment is given, though it speaks no TLS: otherwise each would read the certificates of all
authorities, which takes longer than its request."""
PATIENCE = 300.0
"""Seconds to wait for anything; far more than a busy machine needs."""


class Deployment:
    """dampipe with its own home folder and port."""

    def __init__(self, home: Path, **settings: object) -> None:
        """settings: as in dampipe.toml."""
        self.home = home
        self.port = free_port()
        home.mkdir(parents=True, exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
        chosen: dict[str, object] = {
            "home": home,
            "port": self.port,
            "flower_port": 0,
            "settle": 0,
            "sweep_interval": 1,
            "lease": 6,
            **settings,
        }
        self.environment = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **{f"DAMPIPE_{name.upper()}": str(value) for name, value in chosen.items()},
        }
        self._up: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        self.command_prefix: list[str] = []
        """A command that runs `dampipe up`, such as `unshare`."""
        self.arguments: list[str] = []
        """Arguments of `dampipe up`."""
        self.log = home / "up.out"

    def combine_workers(self, *separate: str, relay: bool = False) -> None:
        """Have one worker serve all queues except `separate`, each of which gets a worker of its own.

        This saves about a second of processor time per worker; for tests that are not about the Procfile. relay: for
        those that deliver events to subscribers.
        """
        combined = ",".join(queue for queue in QUEUES if queue not in separate)
        lines = [
            "broker: dampipe broker",
            f"rest: dampipe worker --name rest --queues {combined} --concurrency 3",
        ]
        lines += [f"{queue}: dampipe worker --name {queue} --queues {queue}" for queue in separate]
        lines += ["beat: dampipe beat", "web: dampipe serve"]
        if relay:
            lines.append("relay: dampipe relay")
        if self.environment["DAMPIPE_FLOWER_PORT"] != "0":
            lines.append("flower: dampipe flower")
        procfile = self.home / "Procfile"
        procfile.write_text("\n".join(lines))
        self.arguments = ["--procfile", str(procfile)]

    def up(self, ready: bool = True) -> None:
        """Start `dampipe up`; `ready` waits until it reports that it is ready."""
        offset = self.log.stat().st_size if self.log.exists() else 0
        self._up = self.start("up", *self.arguments)
        if ready:
            self.wait_for(lambda: b"ready: " in self.log.read_bytes()[offset:])

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a command in a session of its own, with its output in the log; `kill_all` kills it at the latest."""
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [*self.command_prefix, sys.executable, "-m", "dampipe", *arguments],
                env=self.environment, cwd=self.home, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._started.append(started)
        return started

    def down(self) -> int:
        """Stop `dampipe up` by SIGINT, as Ctrl-C does; returns its exit code."""
        assert self._up is not None
        self._up.send_signal(signal.SIGINT)
        code = self._up.wait(PATIENCE)
        self._up = None
        return code

    def kill_all(self) -> None:
        """Kill every process of this deployment by SIGKILL; returns when none is left."""
        self._up = None
        for started in self._started:
            started.kill()
            started.wait()
        self._started.clear()
        while remaining := self.processes(""):
            for pid in remaining:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def processes(self, *words: str) -> list[int]:
        """Ids of the processes of this deployment whose command line contains all the words."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                environment = (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            is_ours = f"DAMPIPE_HOME={self.home}".encode() in environment
            if is_ours and command and all(word in command for word in words):
                found.append(int(folder.name))
        return found

    def run(self, *arguments: str | Path, code: int | None = 0, timeout: float = PATIENCE) -> str:
        """Run a command and return its standard output. Fails unless the exit code is `code` (None: any)."""
        completed = run_command(
            *arguments,
            environment=self.environment,
            folder=self.home,
            timeout=timeout,
            errors="backslashreplace",
            forked=arguments[0] != "demo",
        )
        self.errors = completed.stderr
        assert code is None or completed.returncode == code, (
            f"dampipe {arguments} exited with {completed.returncode}\n{completed.stdout}\n{completed.stderr}"
        )
        return completed.stdout

    def json(self, *arguments: str | Path, code: int | None = 0, timeout: float = PATIENCE) -> Any:
        """Run a command with --json and return the value."""
        return json.loads(self.run(*arguments, "--json", code=code, timeout=timeout))

    def url(self, path: str = "/") -> str:
        """A URL of the web server."""
        return f"http://127.0.0.1:{self.port}{path}"

    def api(self, path: str) -> str:
        """A URL of the HTTP API; `path` begins with a slash."""
        return self.url(f"{API}{path}")

    def query(self, name: str) -> Any:
        """The answer of the endpoint of that name; of the command of the same name where no server is running."""
        try:
            response = httpx.get(self.api(f"/{name}"), timeout=60, verify=PLAIN)
            response.raise_for_status()
            return response.json()
        except httpx.HTTPError:
            return self.json(name)

    def wait_for(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until the condition holds; on a timeout fails with the end of the log."""
        deadline, pause = time.monotonic() + seconds, 0.05
        while not condition():
            if time.monotonic() > deadline or (self._up is not None and self._up.poll() is not None):
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])
                raise AssertionError(f"timeout, or `dampipe up` has exited; the end of its log:\n{tail}")
            time.sleep(pause)
            pause = min(0.25, pause * 1.1)  # each question costs a deployment that is at work processor time

    def finished(self, stage: str, count: int) -> bool:
        """Whether a stage is done for `count` assets, and no run of any stage is waiting or running."""
        stages = self.query("status")["stages"]
        is_busy = any(counts["waiting"] + counts["running"] for counts in stages.values())
        return not is_busy and stages[stage]["done"] == count

    def is_working(self) -> bool:
        """Whether some runs are done and some are running."""
        stages = self.query("status")["stages"].values()
        return any(counts["done"] for counts in stages) and any(counts["running"] for counts in stages)

    def is_known_to_flower(self, count: int) -> bool:
        """Whether Flower has seen `count` workers; from then on it misses no task."""
        url = f"http://127.0.0.1:{self.environment['DAMPIPE_FLOWER_PORT']}/workers"
        return len(httpx.get(url, params={"json": "1"}, timeout=60, verify=PLAIN).json()["data"]) == count

    def done_events(self) -> Counter[tuple[str, int]]:
        """How often each stage was done for each asset, by the event log."""
        from sqlalchemy import create_engine, text

        engine = create_engine(
            self.environment.get("DAMPIPE_DATABASE_URL") or f"sqlite:///{self.home}/catalogue.sqlite"
        )
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT asset, data FROM event WHERE name = 'stage.done'")).all()
        engine.dispose()
        return Counter((json.loads(data)["stage"], asset) for asset, data in rows)
