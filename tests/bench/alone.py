"""The embed stage alone: the real runner, catalogue, frames files and stage, without a broker.

A queue between processes stands for it; what it brings is run as a worker runs it. Imports nothing that decodes footage
or knows Celery, so that it runs where little is installed.
"""

import os
import sys
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import func, select

from dampipe.features.assets.tables import VERSION
from dampipe.jobs.dispatch import Chain, Dispatcher
from dampipe.jobs.model import RunState, Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.policy import RunPolicy
from dampipe.jobs.stage import Stage, stage
from dampipe.jobs.state import NEW_RUN
from dampipe.jobs.tables import RUN
from dampipe.jobs.toolbox import Tools
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Permanent
from dampipe.kernel.stage_io import ContentHash, SourceFile, VersionRef
from dampipe.media.outputs import Derivative, DerivativeKind, Frame, Preview
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.local import LocalBlobs
from dampipe.storage.moments import Indexed
from dampipe.vision.base import Embedder, Pictures, Vectors
from dampipe.vision.embedding import Embedding
from tests.support.catalog import Catalog
from tests.support.pipeline import NO_WORK, make_runner
from tests.support.version_rows import insert_versions

WINDOW = 128
SEEDS = count(1)
Make: TypeAlias = Callable[[], Embedder]
"""Makes an embedder, in any process."""


class Spine:
    """A catalogue with assets that wait for the stage `embed`, and worker processes that run it.

    `model`: as the setting names one, or what makes an embedder.
    """

    def __init__(
        self,
        home: Path,
        model: Make,
        pictures: Pictures,
        frames: int,
        processes: int = 1,
    ) -> None:
        """processes: of the worker, each with a model of its own."""
        self.pictures = pictures
        self._frames = frames
        self._parts = Parts(home, model())
        self._parts.catalog.set_up()
        self.assets = self._write(home / "derivatives")
        context = get_context("spawn")  # what has seen a GPU must not be forked
        self._queue: Queue[Any] = context.Queue()
        told: Queue[Any] = context.Queue()
        self._workers = [
            context.Process(target=work, args=(home, model, self._queue, told), daemon=True)
            for _ in range(processes)
        ]
        for worker in self._workers:
            worker.start()
        for _ in self._workers:
            told.get(timeout=300)
        self._first = 1

    def __enter__(self) -> "Spine":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.kill()
            worker.join()
        self._parts.catalog.close()

    def embed_all(self) -> float:
        """Seconds for as many assets that were never seen, until the last is saved."""
        self._insert()
        mine = (RUN.c.stage == "embed", RUN.c.version_id >= self._first)
        done = select(func.count(), func.max(RUN.c.finished_at)).where(*mine, RUN.c.state == RunState.DONE)
        failed = select(RUN.c.reason).where(*mine, RUN.c.state == RunState.FAILED).limit(1)
        began = time.time()
        for chain in self._parts.to_start():
            self._queue.put(chain)
        while True:
            with self._parts.catalog.database.read() as connection:
                count, ended = connection.execute(done).one()
                reason = connection.execute(failed).scalar()
            assert reason is None, reason
            if count == len(self.assets):
                return float(ended) - began
            time.sleep(0.05)

    def vector(self, picture: int) -> Vectors:
        """What the catalogue holds of a picture since the last round."""
        asset, row = divmod(picture, self._frames)
        sha1 = _sha1(self._seed, asset)
        found: Vectors = self._parts.catalog.vectors.of(sha1, self._parts.embedder.fingerprint)[2][row]
        return found

    def _write(self, root: Path) -> list[str]:
        """Frames files, and as JSON the preview of each asset."""

        def write(number: int) -> str:
            mine = self.pictures[number * self._frames : (number + 1) * self._frames]
            key = f"{number % 256:02x}/{number:040x}/bench/frames.npy"
            path = root / key
            path.parent.mkdir(parents=True)
            np.save(path, mine)
            made = Derivative(
                kind=DerivativeKind.FRAMES,
                key=key,
                recipe="bench",
                media_type="application/octet-stream",
                size=path.stat().st_size,
            )
            times = tuple(Frame(time=float(n), shot=n) for n in range(len(mine)))
            return Preview(derivatives=(made,), frames=times).model_dump_json()

        with ThreadPoolExecutor(16) as threads:
            return list(threads.map(write, range(len(self.pictures) // self._frames)))

    def _insert(self) -> None:
        """Assets whose previews are done: always new ones, over the same files."""
        self._seed = next(SEEDS)
        plan = self._parts.plan
        key = plan.key(plan["preview"])
        with self._parts.catalog.database.write() as connection:
            newest = connection.execute(select(func.coalesce(func.max(VERSION.c.id), 0))).scalar_one()
            self._first = int(newest) + 1
            numbers = range(self._first, self._first + len(self.assets))
            run = {**NEW_RUN, "stage": key.stage, "version": key.version, "lane": key.lane}
            run |= {"state": RunState.DONE, "created_at": 0}
            insert_versions(
                connection,
                *(
                    {
                        "id": n,
                        "sha1": _sha1(self._seed, n - self._first),
                        "size": 1,
                        "name": f"{n}.mov",
                        "added_at": 0,
                    }
                    for n in numbers
                ),
            )
            connection.execute(
                RUN.insert(),
                [
                    {**run, "version_id": n, "output": made}
                    for n, made in zip(numbers, self.assets, strict=True)
                ],
            )
        self._parts.catalog.backlog.plan_missing(plan.steps())


class Parts:
    """What one process has: catalogue, store, plan and runner. What is to be carried on stays with it."""

    def __init__(self, home: Path, embedder: Embedder) -> None:
        self.embedder = embedder
        self.catalog = Catalog(Database(f"sqlite:///{home / 'catalogue.db'}"))
        store = DerivativeStore(LocalBlobs(home / "derivatives"))
        tools = Tools({DerivativeStore: store, Embedder: embedder})
        self.plan = Plan([hash, preview, embed_stage(), index], tools)
        self._chains: list[Chain] = []
        self._dispatcher = Dispatcher(self.catalog.backlog, self.plan, self, NO_WORK, WINDOW)
        self.runner = make_runner(self.catalog, self.plan, tools, self._dispatcher, RunPolicy())

    def to_start(self) -> list[Chain]:
        """What the dispatcher would give to the broker now."""
        self._dispatcher.top_up_all()
        return self.left()

    def left(self) -> list[Chain]:
        """What it has given since."""
        chains, self._chains = self._chains, []
        return chains

    def publish(self, chains: Sequence[Chain]) -> None:
        """As a transport does; what waits for the index is another worker's."""
        self._chains.extend(chain for chain in chains if chain.stages[0] == "embed")

    def notify(self, task: str, *arguments: int) -> None:
        """No worker listens."""

    def empty_queues(self, queues: Collection[str]) -> set[str]:
        """Not asked here."""
        return set()

    def discard(self, queues: Collection[str]) -> None:
        """Nothing is kept in a queue."""

    def check(self) -> str:
        """Which broker answers."""
        return "none"


def work(home: Path, model: Make, queue: "Queue[Any]", told: "Queue[Any]") -> None:
    """A worker: says when its model is ready, then does what the queue brings."""
    embedder = model()
    room = embedder.room()
    for _ in range(3):  # kernels are chosen
        list(embedder.each([room]))
    parts = Parts(home, embedder)
    told.put(os.getpid())
    while True:
        chain = queue.get()
        parts.runner.run(chain.stages[0], Subject.parse(chain.key))
        for more in parts.left():
            queue.put(more)


@stage(queue="io", version=1)
def hash(file: SourceFile) -> ContentHash:
    """Stands for the real one."""
    raise Permanent("never called")


@stage(queue="io", version=1)
def preview(asset: VersionRef) -> Preview:
    """Stands for the real one; its results are written by the bench itself."""
    raise Permanent("never called")


@stage(queue="index", version=1, batch=256, own_chain=True)
def index(embeddings: list[Embedding]) -> list[Indexed]:
    """Stands for the real one: another worker's."""
    raise Permanent("never called")


def embed_stage() -> Stage:
    """The real one, without its package, which would import what decodes footage."""
    path = Path(__file__).parents[2] / "tasks" / "embed.py"
    spec = spec_from_file_location("embed_stage", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # where its annotations are looked up
    spec.loader.exec_module(module)
    found: Stage = module.embed
    return found


def _sha1(seed: int, number: int) -> str:
    return f"{seed:020x}{number:020x}"
