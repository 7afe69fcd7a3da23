"""The embed stage in one process: the real runner, catalogue (SQLite), frames files and stage, without a broker.

A list stands for the queue; what it brings is run as a worker runs it. Imports nothing that decodes footage or knows
Celery, so that it runs where little is installed.
"""

import sys
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from dampipe.domain.assets import AssetRef, ContentHash, SourceFile
from dampipe.domain.derivatives import Derivative, DerivativeKind, Frame, Preview
from dampipe.domain.errors import Permanent
from dampipe.domain.moments import Embedding, Indexed
from dampipe.domain.runs import RunState
from dampipe.pipeline.dispatch import Chain, Dispatcher
from dampipe.pipeline.plan import Plan
from dampipe.pipeline.runner import Policy, Runner
from dampipe.pipeline.stage import Stage, stage
from dampipe.pipeline.toolbox import Tools
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.local import LocalBlobs
from dampipe.storage.catalog.catalog import Catalog
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.finishing import NEW_RUN
from dampipe.storage.catalog.tables import ASSET, RUN
from dampipe.vision.base import Embedder, Pictures, Vectors

WINDOW = 128
SEEDS = count(1)


class Spine:
    """A catalogue with assets that wait for the stage `embed`, and all that runs it."""

    def __init__(self, home: Path, embedder: Embedder, pictures: Pictures, frames: int) -> None:
        self.embedder = embedder
        self.pictures = pictures
        self._frames = frames
        self._catalog = Catalog(Database(f"sqlite:///{home / 'catalogue.db'}"))
        self._catalog.set_up()
        self._store = DerivativeStore(LocalBlobs(home / "derivatives"))
        self.assets = self._write(home / "derivatives")
        tools = Tools({DerivativeStore: self._store, Embedder: embedder})
        self._plan = Plan([hash, preview, embed_stage(), index], tools)
        self._queue: deque[Chain] = deque()
        dispatcher = Dispatcher(self._catalog.backlog, self._plan, self, WINDOW)
        self._dispatcher = dispatcher
        self._runner = Runner(self._catalog, self._plan, tools, dispatcher, Policy())
        self._first = 1

    def __enter__(self) -> "Spine":
        return self

    def __exit__(self, *_: object) -> None:
        self._catalog.close()

    def embed_all(self) -> float:
        """Seconds for as many assets that were never seen, until nothing waits."""
        self._insert()
        began = time.perf_counter()
        self._dispatcher.top_up_all()
        while self._queue:
            chain = self._queue.popleft()
            self._runner.run(chain.stages[0], chain.subject)
        seconds = time.perf_counter() - began
        mine = (RUN.c.stage == "embed", RUN.c.asset_id >= self._first)
        with self._catalog.database.read() as connection:
            states = connection.execute(select(RUN.c.state, func.count()).where(*mine).group_by(RUN.c.state))
            found = dict(states.tuples().all())
        assert found == {RunState.DONE: len(self.assets)}, found
        return seconds

    def vector(self, picture: int) -> Vectors:
        """What the catalogue holds of a picture since the last round."""
        asset, row = divmod(picture, self._frames)
        sha1 = _sha1(self._seed, asset)
        found: Vectors = self._catalog.vectors.of(sha1, self.embedder.fingerprint)[2][row]
        return found

    def publish(self, chains: Sequence[Chain]) -> None:
        """As a carrier does; what waits for the index is another worker's."""
        self._queue.extend(chain for chain in chains if chain.stages[0] == "embed")

    def ring(self, what: str, *arguments: int) -> None:
        """Nobody hears it."""

    def empty_queues(self) -> set[str]:
        """The queues in which no message waits."""
        return set() if self._queue else {"embed"}

    def check(self) -> str:
        """Which broker answers."""
        return "none"

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
        key = self._plan.key(self._plan["preview"])
        with self._catalog.database.write() as connection:
            newest = connection.execute(select(func.coalesce(func.max(ASSET.c.id), 0))).scalar_one()
            self._first = int(newest) + 1
            numbers = range(self._first, self._first + len(self.assets))
            run = {**NEW_RUN, "stage": key.stage, "version": key.version, "lane": key.lane}
            run |= {"state": RunState.DONE, "created_at": 0}
            connection.execute(
                ASSET.insert(),
                [
                    {
                        "id": n,
                        "sha1": _sha1(self._seed, n - self._first),
                        "size": 1,
                        "name": f"{n}.mov",
                        "added_at": 0,
                    }
                    for n in numbers
                ],
            )
            connection.execute(
                RUN.insert(),
                [
                    {**run, "asset_id": n, "output": made}
                    for n, made in zip(numbers, self.assets, strict=True)
                ],
            )
        self._catalog.backlog.plan_missing(self._plan.steps())


@stage(queue="io", version=1)
def hash(file: SourceFile) -> ContentHash:
    """Stands for the real one."""
    raise Permanent("never called")


@stage(queue="io", version=1)
def preview(asset: AssetRef) -> Preview:
    """Stands for the real one; its results are written by the bench itself."""
    raise Permanent("never called")


@stage(queue="index", version=1, batch=256, beside=True)
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
