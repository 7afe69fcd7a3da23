"""The whole hostile corpus through a real deployment: everything ends, nobody dies, nothing is left or touched.

The seed is DAMPIPE-independent and printed; `HOSTILE_SEED` and `HOSTILE_FILES` in the environment choose others.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import create_engine, text

from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.bench.clips import PROCFILE
from tests.hostile.corpus import corpus
from tests.hostile.watch import watched
from tests.support.deployment import Deployment
from tests.support.matrix import make_matrix

SEED = 20261121
FILES = 320
"""Mutated ones; some 50 crafted ones come besides."""
LONGEST = 3600.0
TEXTS = {"crafted-hls-plain.ts", "crafted-stream.asf"}
"""Text under the name of a film, which a scan counts as of an unknown kind."""
OTHERS = ("pymp-", "torchinductor_")
"""Folders that Python and torch keep for all processes of a user."""
_DEATHS = ("WorkerLostError", "exited prematurely", "signal 9", "signal 11")


def main() -> None:
    """Print how the files ended; exits with 1 where anything is not as it must be."""
    seed = int(os.environ.get("HOSTILE_SEED", SEED))
    count = int(os.environ.get("HOSTILE_FILES", FILES))
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        folder = Path(place)
        samples = make_matrix(find_ffmpeg(), folder / "matrix")
        victim = folder / "victim.ts"
        victim.write_bytes(samples["mpeg2.ts"].read_bytes())
        temporary = folder / "tmp"
        temporary.mkdir()
        footage = folder / "footage"
        footage.mkdir()
        (folder / "Procfile").write_text(PROCFILE)
        deployment = Deployment(
            folder / "home", pipeline="tests.bench.clips:PIPELINE", model="tiny", lease=60
        )
        deployment.environment["TMPDIR"] = str(temporary)
        deployment.arguments = ["--procfile", str(folder / "Procfile")]
        with watched(victim) as watch:
            names = []
            for name, content in corpus(samples, watch.victim, watch.address, seed, count):
                (footage / name).write_bytes(content)
                names.append(name)
            deployment.up()
            try:
                began = time.monotonic()
                deployment.run("enqueue", "--wait", footage, code=None, timeout=LONGEST)
                taken = time.monotonic() - began
                faults = watch.touched()
                faults += _left(deployment, temporary)
                ends, more = _ends(deployment, set(names))
            finally:
                deployment.kill_all()
    faults += more
    print(f"\nHostile corpus: {len(names)} files, seed {seed}, {taken:.0f} s")
    for end, number in sorted(ends.items()):
        print(f"  {end:<52} {number:5}")
    print("\n".join(f"  FAULT: {fault}" for fault in faults) or "  nothing left, touched or lost")
    if faults:
        sys.exit(1)


def _left(deployment: Deployment, temporary: Path) -> list[str]:
    faults = [f"a process is left: {pid}" for pid in deployment.processes("ffmpeg", "-progress")]
    workspaces = deployment.home / "derivatives" / ".tmp"
    faults += [f"a file is left: {path}" for path in (workspaces.glob("*/*") if workspaces.is_dir() else ())]
    faults += [f"a file is left: {path}" for path in temporary.iterdir() if not path.name.startswith(OTHERS)]
    log = deployment.log.read_text(errors="replace")
    faults += [f"a worker died: {word}" for word in _DEATHS if word in log]
    return faults


def _ends(deployment: Deployment, names: set[str]) -> tuple[Counter[str], list[str]]:
    """How files ended, and what is not as it must be. A file is its asset; copies share one."""
    engine = create_engine(f"sqlite:///{deployment.home}/catalogue.sqlite")
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT version_id, location_id, stage, state, error_kind, reason, warnings, attempts FROM run"
            )
        ).all()
        assets = {f"A{row.id}": row.name for row in connection.execute(text("SELECT id, name FROM version"))}
        seen = {os.fsdecode(row[0]) for row in connection.execute(text("SELECT name FROM location")).all()}
    engine.dispose()
    faults = [f"not taken: {name}" for name in sorted(names - seen - TEXTS)]
    by_subject: dict[str, dict[str, tuple[str, str, str, str, int]]] = {}
    for asset, location, stage, state, kind, reason, warnings, attempts in rows:
        subject = f"L{location}" if stage == "hash" else f"A{asset}"
        name = assets.get(subject, subject)
        by_subject.setdefault(subject, {})[stage] = (
            state,
            kind or "",
            reason or "",
            str(warnings or ""),
            attempts,
        )
        if state not in ("done", "failed"):
            faults.append(f"{name} {stage} is {state}: {reason}")
        if state == "failed" and kind != "bad_media":
            faults.append(f"{name} {stage} failed as {kind}: {reason}")
        if attempts > 1:
            faults.append(f"{name} {stage} took {attempts} attempts")
    ends: Counter[str] = Counter()
    for subject, stages in by_subject.items():
        failed = [stage for stage, run in stages.items() if run[0] == "failed"]
        warned = any(run[3] not in ("", "[]", "null") for run in stages.values())
        if subject.startswith("L"):
            ends.update({f"bad media at {stage}": 1 for stage in failed})
        elif failed == ["proxy"]:
            ends["searchable, the proxy failed"] += 1
        elif failed:
            ends[f"bad media at {failed[0]}"] += 1
        else:
            ends["done with a warning" if warned else "done"] += 1
    return ends, faults
