"""Pictures a second through queue, frames file, model and store, against the bare model in a loop.

Both take the same pictures with the same model, threads and batches. Ours counts from the first run claimed to the
last one saved, by the catalogue's own times; the loop has its pictures in memory and forgets its vectors.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.features.assets.tables import VERSION
from dampipe.jobs.plan import Plan
from dampipe.jobs.stage import stage
from dampipe.jobs.state import NEW_RUN
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Permanent
from dampipe.kernel.stage_io import VersionRef
from dampipe.media.outputs import DerivativeKind, Frame, Preview
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.vision.base import Pictures
from tests.support.deployment import Deployment
from tests.support.version_rows import insert_versions

ROUNDS = 5
BATCH = 256
"""Pictures in one call of the bare model."""
CASES = (
    # model, assets, frames of each
    ("tiny", 400, 60),
    ("tiny", 10_000, 1),
    ("ViT-B-32, random weights", 16, 32),
    ("ViT-B-32, random weights", 512, 1),
)
SEEDS = count(1)

PROCFILE = """\
broker: dampipe broker
control: dampipe worker --name control --queues control,scan
embed: dampipe worker --name embed --queues embed
index: dampipe worker --name index --queues index
beat: dampipe beat
web: dampipe serve
"""

RANDOM_WEIGHTS = """
import json, sys, torch
from pathlib import Path
from safetensors.torch import save_file
from dampipe.vision.torchvision_compat import import_open_clip
open_clip = import_open_clip()
torch.manual_seed(1)
model = open_clip.create_model("ViT-B-32")
folder = Path(sys.argv[1])
folder.mkdir()
tensors = {name: tensor.contiguous().clone() for name, tensor in model.state_dict().items()}
save_file(tensors, folder / "open_clip_model.safetensors")
config = {"model_cfg": open_clip.get_model_config("ViT-B-32"), "preprocess_cfg": {}}
(folder / "open_clip_config.json").write_text(json.dumps(config))
"""


@stage(queue="io", version=1)
def preview(asset: VersionRef) -> Preview:
    """Stands for the real one; its results are written by the bench itself."""
    raise Permanent("never called")


def main() -> None:
    """Print both for every case."""
    with tempfile.TemporaryDirectory(prefix="dampipe-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        weights = folder / "vit-b-32"
        subprocess.run([sys.executable, "-c", RANDOM_WEIGHTS, str(weights)], check=True)
        for model in dict.fromkeys(case[0] for case in CASES):
            home = folder / model.split(",")[0]
            with deployed(home, "tiny" if model == "tiny" else str(weights)) as world:
                for case in CASES:
                    if case[0] == model:
                        compare(world, *case)


@contextmanager
def deployed(home: Path, model: str) -> Iterator[Container]:
    """A deployment that embeds, warm; and the same world in this process."""
    deployment = Deployment(
        home, pipeline="tests.bench.embedding:PIPELINE", model=model, lease=60, sweep_interval=1
    )
    (home / "Procfile").write_text(PROCFILE)
    deployment.arguments = ["--procfile", str(home / "Procfile")]
    deployment.up()
    os.environ.update({k: v for k, v in deployment.environment.items() if k.startswith("DAMPIPE_")})
    world = Container(load_settings())
    try:
        ours(world, 2, 2)
        yield world
    finally:
        world.get(Database).close()
        deployment.kill_all()


def compare(world: Container, model: str, assets: int, frames: int) -> None:
    """Both, in turn."""
    rates: dict[str, list[float]] = {"dampipe": [], "bare model": []}
    bare(world, np.zeros((2, *shape(world)), np.uint8))
    for _ in range(ROUNDS):
        taken, pictures = ours(world, assets, frames)
        rates["dampipe"].append(assets * frames / taken)
        rates["bare model"].append(assets * frames / bare(world, pictures))
    print(f"\n{model}: {assets} assets with {frames} frame{'s' * (frames > 1)} each, pictures/s")
    for name, values in rates.items():
        print(f"  {name:<12} {statistics.median(values):8.1f} ({min(values):.1f}-{max(values):.1f})")
    ratios = [a / b for a, b in zip(rates["dampipe"], rates["bare model"], strict=True)]
    words = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"  dampipe / bare model: median {statistics.median(ratios):.2f} ({words})", flush=True)


def shape(world: Container) -> tuple[int, int, int]:
    """Of a frame."""
    size = world.tools.embedder.spec.size
    return size, size, 3


def ours(world: Container, assets: int, frames: int) -> tuple[float, Pictures]:
    """Seconds for assets that were never seen, and their pictures."""
    seed = next(SEEDS)
    pictures = np.random.default_rng(seed).integers(0, 255, (assets, frames, *shape(world)), np.uint8)
    key = world.get(Plan).key(world.get(Plan)["preview"])
    with world.get(DerivativeStore).workspace() as workspace:
        made = [keep(world, workspace, f"{seed:020x}{n:020x}", each) for n, each in enumerate(pictures)]
    with world.get(Database).write() as connection:
        first = int(connection.execute(select(func.coalesce(func.max(VERSION.c.id), 0))).scalar_one()) + 1
        for number, (sha1, output) in enumerate(made, first):
            row = {"id": number, "sha1": sha1, "size": 1, "name": f"{number}.mov", "added_at": 0}
            insert_versions(connection, row)
            run = {"stage": key.stage, "version": key.version, "lane": key.lane, "version_id": number}
            done = {"state": "done", "created_at": 0, "output": output.model_dump_json()}
            connection.execute(RUN.insert().values({**NEW_RUN, **run, **done}))
    world.get(Sweep).plan_missing()  # the deployment's own clock starts it
    mine = (RUN.c.stage == "embed", RUN.c.version_id >= first)
    while True:
        with world.get(Database).read() as connection:
            done, began, ended = connection.execute(
                select(func.count(), func.min(RUN.c.started_at), func.max(RUN.c.finished_at)).where(
                    *mine, RUN.c.state == "done"
                )
            ).one()
            failed = connection.execute(select(func.max(RUN.c.reason)).where(*mine)).scalar_one()
        assert not failed, failed
        if done == assets:
            time.sleep(1)  # the index worker ends
            return ended - began, pictures.reshape(-1, *shape(world))
        time.sleep(0.2)


def keep(world: Container, workspace: Path, sha1: str, frames: Pictures) -> tuple[str, Preview]:
    """A frames derivative, and the preview that names it."""
    path = workspace / "frames.npy"
    np.save(path, frames)
    kept = world.get(DerivativeStore).publish(sha1, lambda _: "bench", [_Made(path)])
    times = tuple(Frame(time=float(n), shot=n) for n in range(len(frames)))
    return sha1, Preview(derivatives=kept, frames=times)


class _Made:
    kind = DerivativeKind.FRAMES
    media_type = "application/octet-stream"

    def __init__(self, path: Path) -> None:
        self.path = path


def bare(world: Container, pictures: Pictures) -> float:
    """Seconds of the model alone."""
    began = time.perf_counter()
    for at in range(0, len(pictures), BATCH):
        world.tools.embedder.pictures(pictures[at : at + BATCH])
    return time.perf_counter() - began


PIPELINE = ["dampipe.tasks.hash:hash", preview, "dampipe.tasks.embed:embed", "dampipe.tasks.index:index"]
"""For the deployment."""
