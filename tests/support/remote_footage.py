"""A deployment whose footage is in a bucket in memory, with stages that read it."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from dampipe.jobs.stage import stage
from dampipe.jobs.tables import RUN
from dampipe.kernel.stage_io import ContentHash, SourceFile, StageOutput, VersionRef
from dampipe.storage.files.cache import FootageCache
from dampipe.storage.files.memory import Bucket
from dampipe.storage.files.staging import FootageStaging
from tests.support.memory_stores import MemoryStores, scan_remote
from tests.support.pipeline import Deployment, Diary

ROOT = "memory-files://pipeline/footage"


class Look(StageOutput):
    first: str


class Listen(StageOutput):
    last: str


class Copied(StageOutput):
    size: int


@stage(queue="io", version=1)
def hash(file: SourceFile, diary: Diary) -> ContentHash:
    diary.note("hash", file.name)
    assert file.sha1 == hashlib.sha1(Path(file.path).read_bytes()).hexdigest()
    return ContentHash(sha1=file.sha1, size=file.size)


@stage(queue="io", version=1)
def look(file: SourceFile, asset: VersionRef, diary: Diary) -> Look:
    diary.note("look", file.name)
    return Look(first=Path(file.path).read_bytes()[:4].hex())


@stage(queue="batch", version=1, batch=3)
def listen(files: Iterator[SourceFile], diary: Diary) -> Iterator[Listen]:
    for file in files:
        diary.note("listen", file.name)
        yield Listen(last=Path(file.path).read_bytes()[-4:].hex())


@stage(queue="slow", version=1, batch=10, own_chain=True, after=("look",))
def copied(files: list[SourceFile], assets: list[VersionRef], diary: Diary) -> list[Copied]:
    diary.batches.append(len(files))
    return [Copied(size=len(Path(file.path).read_bytes())) for file in files]


class Remote:
    """A deployment whose source is a bucket."""

    def __init__(self, url: str, folder: Path, bucket: Bucket) -> None:
        self.bucket, self.folder = bucket, folder
        self.cache = folder / "cache"
        self.pause: Callable[[float], object] = lambda _: None
        stage = FootageStaging(
            MemoryStores().of, FootageCache(self.cache, disk_reserve=0), pause=lambda s: self.pause(s)
        )
        self.here = Deployment(url, stages=[hash, look, listen, copied], staging=stage)
        self.catalog = self.here.catalog
        self.catalog.sources.add("bucket", ROOT)

    def fill(self, count: int = 5, size: int = 3000) -> dict[str, bytes]:
        made = {f"c{number}.mp4": bytes([65 + number]) * (size + number) for number in range(count)}
        for name, data in made.items():
            self.bucket.write(f"footage/card/{name}", data)
        return made

    def scan(self) -> Any:
        key = self.here.plan.key(self.here.plan.first)
        done = scan_remote(self.catalog, key, self.here.scanner._policy, ROOT)
        self.here.dispatcher.top_up_all()
        return done

    def drain(self) -> None:
        self.here.drain()
        self.here.dispatcher.top_up_all()
        self.here.drain()

    def again(self) -> None:
        """Let the back-off of what failed be over."""
        with self.catalog.database.write() as connection:
            connection.execute(update(RUN).values(not_before=0.0))
        self.here.dispatcher.top_up_all()
        self.drain()

    def runs(self, stage: str) -> list[Any]:
        with self.catalog.database.read() as connection:
            return list(connection.execute(select(RUN).where(RUN.c.stage == stage).order_by(RUN.c.id)).all())

    def fetched(self) -> dict[str, int]:
        return {
            stage.name: sum(run.fetched for run in self.runs(stage.name)) for stage in self.here.plan.stages
        }

    def everything_done(self, files: int) -> bool:
        return all(self.here.counts(one.name) == {"done": files} for one in self.here.plan.stages)
