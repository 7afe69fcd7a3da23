"""Builds the wheel, installs it into an environment of its own in an empty folder, and runs the demo and `up` from it.

Nothing of the checkout is reachable from there. Asserted: no torch, no module of ours beside the package dampipe, the
size on disk, and the download that the Makefile announces.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 710
"""MiB that the base install may take on disk, as `du` counts."""
TOLERANCE = 0.2
"""By how much the announced download may differ from the real one."""
ABSENT = ("torch", "torchvision", "open_clip", "transformers", "tasks", "workers", "celeryconfig", "tests")
PATIENCE = 120.0
"""Seconds until `dampipe up` has to be ready, and until it has to be gone."""


def main() -> None:
    """Run all of it; the first thing that is wrong ends it."""
    with tempfile.TemporaryDirectory(prefix="dampipe-wheel-") as name:
        folder = Path(name)
        environment = folder / "venv"
        run(sys.executable, "-m", "venv", environment)
        pip: list[str | Path] = [
            environment / "bin" / "python",
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--quiet",
        ]
        empty = mebibytes(environment)
        run(*pip, "wheel", "--no-deps", "--wheel-dir", folder / "dist", ROOT)
        (wheel,) = (folder / "dist").glob("dampipe-*.whl")
        run(*pip, "download", "--dest", folder / "wheels", wheel)
        fetched = sum(file.stat().st_size for file in (folder / "wheels").iterdir()) / 1e6
        run(*pip, "install", "--no-index", "--find-links", folder / "wheels", wheel)
        taken = mebibytes(environment)
        print(
            f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB; with what it needs {fetched:.0f} MB to fetch,"
        )
        print(f"{taken - empty} MiB on disk and {taken} MiB with pip, of at most {LARGEST}", flush=True)
        assert taken - empty <= LARGEST
        announced = int(re.findall(r"^BASE_MB := (\d+)$", (ROOT / "Makefile").read_text(), re.M)[0])
        assert abs(fetched / announced - 1) <= TOLERANCE, f"the Makefile announces {announced} MB"
        use(environment, folder)


def use(environment: Path, folder: Path) -> None:
    """What a person does with it."""
    here = folder / "empty"
    here.mkdir()
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("DAMPIPE_", "PYTHON"))}
    variables |= {"DAMPIPE_HOME": str(folder / "home"), "HOME": str(folder)}
    variables |= {"DAMPIPE_PORT": str(free_port()), "DAMPIPE_FLOWER_PORT": str(free_port())}
    variables |= {"PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    found = f"import importlib.util as u; print([name for name in {ABSENT!r} if u.find_spec(name)])"
    there = run(environment / "bin" / "python", "-c", found, cwd=here, env=variables)
    assert there.strip() == "[]", there
    said = run("dampipe", "demo", "--once", cwd=here, env=variables)
    print(said, flush=True)
    assert "5 done, 0 failed" in said and "A001_C001.mp4" in said
    assert not list(here.iterdir())
    start_and_stop(here, variables)


def start_and_stop(here: Path, variables: dict[str, str]) -> None:
    """`dampipe up` gets ready and ends on SIGTERM."""
    variables = {**variables, "DAMPIPE_MODEL": "tiny"}
    lines = here.parent / "up.log"
    with lines.open("w") as log:
        program = str(shutil.which("dampipe", path=variables["PATH"]))
        process = subprocess.Popen([program, "up"], cwd=here, env=variables, stdout=log, stderr=log)
    try:
        wait(lambda: " ready: " in lines.read_text() or process.poll() is not None)
        assert process.poll() is None, lines.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, lines.read_text()
    finally:
        process.kill()
    print("dampipe up: ready, and ended on SIGTERM", flush=True)


def free_port() -> int:
    """A port that no program uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(condition: Callable[[], bool]) -> None:
    """Until it holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.2)


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run a program to its end; its output."""
    words = [str(word) for word in command]
    words[0] = shutil.which(words[0], path=(env or os.environ)["PATH"]) or words[0]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, cwd=cwd, env=env, check=False)
    assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def mebibytes(folder: Path) -> int:
    """What a folder takes on disk."""
    return int(run("du", "-sm", folder).split()[0])


if __name__ == "__main__":
    main()
