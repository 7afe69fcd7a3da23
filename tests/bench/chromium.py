"""A tab of Chromium that is driven without its inspector, to measure the memory that it takes.

Playwright has Chromium's inspector keep the bodies of the last answers, up to 100 MiB, in the process that is measured.
Here no more than what is needed is turned on, by the protocol of the developer tools over pipes.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

_RENDERER = re.compile(rb"--type=renderer")


class Memory(NamedTuple):
    """Memory of a process in MiB: all that is mapped, with its share of what several use, and what it alone has."""

    resident: float
    proportional: float
    private: float

    def __str__(self) -> str:
        return f"RSS {self.resident:.0f}, PSS {self.proportional:.0f}, private {self.private:.0f} MiB"


class Tab:
    """A tab at 1440 × 900 in a Chromium of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", orders: int, answers: int) -> None:
        self._process = process
        self._orders = os.fdopen(orders, "wb", buffering=0)
        self._answers = os.fdopen(answers, "rb", buffering=0)
        self._rest = b""
        self._number = 0
        self._session: str | None = None

    def attach(self, ratio: int) -> None:
        """Take the tab that Chromium has opened. ratio: pixels of the screen for each pixel of the page."""
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(
            one["targetId"] for one in targets if one["type"] == "page" and one["url"] == "about:blank"
        )
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        size = {"width": 1440, "height": 900, "deviceScaleFactor": ratio, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol."""
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            order["sessionId"] = self._session
        self._orders.write(json.dumps(order).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = self._answers.read(1 << 20)
            assert part, "Chromium ended"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def value(self, expression: str) -> Any:
        """The value of an expression in the page; of a promise what it resolves with."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, expression: str, seconds: float = 600.0) -> None:
        """Ask again and again until it is so."""
        deadline = time.monotonic() + seconds
        while not self.value(expression):
            assert time.monotonic() < deadline, f"timeout: {expression}"
            time.sleep(0.02)

    def turn_wheel(self, pixels: int) -> None:
        """Turn the wheel over the middle of the page."""
        wheel = {"type": "mouseWheel", "x": 800, "y": 500, "deltaX": 0, "deltaY": pixels}
        self.call("Input.dispatchMouseEvent", **wheel)

    def memory(self) -> Memory:
        """Of the process that draws the tab: of Chromium's own few, the largest."""
        return max((memory_of(one) for one in self._renderers()), key=lambda one: one.proportional)

    def memory_of_all(self) -> Memory:
        """Of all processes of this Chromium; RSS counts what they share once for each."""
        return Memory(*map(sum, zip(*(memory_of(one) for one in self._processes()), strict=True)))

    def _processes(self) -> Iterator[Path]:
        parents = {int(one.name): _parent(one) for one in Path("/proc").iterdir() if one.name.isdigit()}
        for number in parents:
            above = number
            while above > 1 and above != self._process.pid:
                above = parents.get(above, 0)
            if above == self._process.pid:
                yield Path(f"/proc/{number}")

    def _renderers(self) -> Iterator[Path]:
        for process in self._processes():
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if _RENDERER.search(command):
                yield process


@contextmanager
def open_tab(home: Path, ratio: int) -> Iterator[Tab]:
    """Start Chromium, with its data below `home`, and end it afterwards."""
    pipes = [*os.pipe(), *os.pipe()]
    high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 20) for one in pipes]
    for one in pipes:
        os.close(one)
    reads_orders, orders, answers, writes_answers = high

    def give_pipes() -> None:
        os.dup2(reads_orders, 3)
        os.dup2(writes_answers, 4)

    chromium = shutil.which("chromium")
    assert chromium, "no chromium is installed"
    switches = [
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        "--remote-debugging-pipe",
        f"--user-data-dir={home}",
    ]
    process = subprocess.Popen(
        [chromium, *switches, "about:blank"],
        preexec_fn=give_pipes,
        pass_fds=(3, 4),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(reads_orders)
    os.close(writes_answers)
    tab = Tab(process, orders, answers)
    try:
        tab.attach(ratio)
        yield tab
    finally:
        process.terminate()
        process.wait(60)


def memory_of(process: Path) -> Memory:
    """Of a process by its folder below /proc; nothing of one that has ended."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return Memory(0, 0, 0)
    sizes = {
        name: int(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines[1:])
    }
    return Memory(sizes["Rss"], sizes["Pss"], sizes["Private_Clean"] + sizes["Private_Dirty"])


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
