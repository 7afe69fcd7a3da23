"""A real deployment in a folder of its own: `dampipe up` as a person runs it, and commands against it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
QUEUES = ("control", "scan", "io", "preview", "embed", "index", "proxy")
PATIENCE = 300.0
"""Seconds after which something that has not come will not come: far beyond what a busy machine takes."""


class Deployment:
    """`dampipe` with a home of its own."""

    def __init__(self, home: Path, **settings: object) -> None:
        """`settings` as in dampipe.toml."""
        self.home = home
        self.port = free_port()
        home.mkdir(parents=True, exist_ok=True)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
        given: dict[str, object] = {
            "home": home,
            "port": self.port,
            "flower_port": 0,
            "settle": 0,
            "sweep_interval": 1,
            "lease": 6,
            **settings,
        }
        self.environment = {
            **clean,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **{f"DAMPIPE_{name.upper()}": str(value) for name, value in given.items()},
        }
        self._up: subprocess.Popen[bytes] | None = None
        self._begun: list[subprocess.Popen[bytes]] = []
        self.within: list[str] = []
        """A command that `dampipe up` is to be run by."""
        self.arguments: list[str] = []
        """Arguments of `dampipe up`."""
        self.log = home / "up.out"

    def together(self, *apart: str) -> None:
        """Have one worker serve all queues but those given, for which there is one each.

        A worker takes about a second of a processor to start: for tests of something else than the Procfile."""
        rest = ",".join(queue for queue in QUEUES if queue not in apart)
        lines = [
            "broker: dampipe broker",
            f"rest: dampipe worker --name rest --queues {rest} --concurrency 3",
        ]
        lines += [f"{queue}: dampipe worker --name {queue} --queues {queue}" for queue in apart]
        lines += ["beat: dampipe beat", "web: dampipe serve", "flower: dampipe flower"]
        procfile = self.home / "Procfile"
        procfile.write_text("\n".join(lines))
        self.arguments = ["--procfile", str(procfile)]

    def up(self, ready: bool = True) -> None:
        """Start everything and, unless told otherwise, wait until it is ready."""
        begin = self.log.stat().st_size if self.log.exists() else 0
        self._up = self.begin("up", *self.arguments)
        if ready:
            self.wait_for(lambda: b"ready: " in self.log.read_bytes()[begin:])

    def begin(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a command in a session of its own, its words in the log; `kill_all` ends it at the latest."""
        with self.log.open("ab") as log:
            begun = subprocess.Popen(
                [*self.within, sys.executable, "-m", "dampipe", *arguments],
                env=self.environment, cwd=self.home, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._begun.append(begun)
        return begun

    def down(self) -> int:
        """Ctrl-C; returns the exit code."""
        assert self._up is not None
        self._up.send_signal(signal.SIGINT)
        code = self._up.wait(PATIENCE)
        self._up = None
        return code

    def kill_all(self) -> None:
        """SIGKILL for whatever of this deployment runs; returns when nothing does any more."""
        self._up = None
        for begun in self._begun:
            begun.kill()
            begun.wait()
        self._begun.clear()
        while left := self.processes(""):
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def processes(self, *words: str) -> list[int]:
        """Process ids of this deployment whose command line holds all the words."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                environment = (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            ours = f"DAMPIPE_HOME={self.home}".encode() in environment
            if ours and command and all(word in command for word in words):
                found.append(int(folder.name))
        return found

    def run(self, *arguments: str | Path, code: int | None = 0, timeout: float = PATIENCE) -> str:
        """Run a command and return what it printed on standard output; the exit code must be `code`."""
        done = subprocess.run(
            [sys.executable, "-m", "dampipe", *map(os.fspath, arguments)],
            env=self.environment, cwd=self.home, capture_output=True, text=True, timeout=timeout, check=False,
            errors="backslashreplace",
        )  # fmt: skip
        self.errors = done.stderr
        assert code is None or done.returncode == code, (
            f"dampipe {arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def json(self, *arguments: str | Path, code: int | None = 0, timeout: float = PATIENCE) -> Any:
        """The same with --json, read."""
        return json.loads(self.run(*arguments, "--json", code=code, timeout=timeout))

    def asked(self, what: str) -> Any:
        """What the server answers at /api/…, as the command of that name with --json does, only sooner."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.port}/api/{what}", timeout=60)
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPError:  # it has no server, or not yet
            return self.json(what)

    def wait_for(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Until the condition holds; fails with the end of the log."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or (self._up is not None and self._up.poll() is not None):
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])
                raise AssertionError(f"waited in vain; the deployment's last words:\n{tail}")
            time.sleep(0.1)

    def finished(self, stage: str, count: int) -> bool:
        """Whether a stage is done for so many assets, and nothing is waiting or running anywhere."""
        stages = self.asked("status")["stages"]
        busy = any(counts["waiting"] + counts["running"] for counts in stages.values())
        return not busy and stages[stage]["done"] == count

    def at_work(self) -> bool:
        """Whether some of the work is done, and some of it is under way."""
        stages = self.asked("status")["stages"].values()
        return any(counts["done"] for counts in stages) and any(counts["running"] for counts in stages)

    def seen_by_flower(self, count: int) -> bool:
        """Whether so many workers have told Flower of themselves: from then on it misses no task."""
        url = f"http://127.0.0.1:{self.environment['DAMPIPE_FLOWER_PORT']}/workers"
        return len(httpx.get(url, params={"json": "1"}, timeout=60).json()["data"]) == count

    def done_events(self) -> Counter[tuple[str, int]]:
        """How often each stage was done for each asset, as the event log has it."""
        from sqlalchemy import create_engine, text

        engine = create_engine(
            self.environment.get("DAMPIPE_DATABASE_URL") or f"sqlite:///{self.home}/catalogue.sqlite"
        )
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT asset_id, data FROM event WHERE name = 'stage.done'")
            ).all()
        engine.dispose()
        return Counter((json.loads(data)["stage"], asset) for asset, data in rows)
