"""A pipeline of stages that do next to nothing, for tests of everything round them.

What a file's name says, its stages do: `slow` takes a moment, `kill` kills its process (SIGKILL) as
long as a file of that name with the suffix .armed lies beside it, `wait` says how far it is until there is
one with the suffix .go.
"""

import hashlib
import os
import signal
import time
from pathlib import Path

from dampipe.jobs.stage import Stage, stage
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import AssetRef, ContentHash, SourceFile, StageOutput


class Facts(StageOutput):
    """Nothing in particular."""


class Picture(StageOutput):
    """Nothing in particular."""


class Meaning(StageOutput):
    """Nothing in particular."""


class Place(StageOutput):
    """Nothing in particular."""


def act(path: str, report: Reporter) -> None:
    """Do what the file's name says."""
    while "wait" in path and not Path(f"{path}.go").exists():
        report(75.0, 300.0, speed=3.0)
        time.sleep(0.1)
    if "slow" in path:
        time.sleep(0.4)
    if "kill" in path and Path(f"{path}.armed").exists():
        os.kill(os.getpid(), signal.SIGKILL)


@stage(queue="io", version=1)
def hash(file: SourceFile) -> ContentHash:
    """As the real one."""
    data = Path(file.path).read_bytes()
    return ContentHash(sha1=hashlib.sha1(data).hexdigest(), size=len(data))


@stage(queue="io", version=1)
def probe(file: SourceFile) -> Facts:
    """Nothing."""
    return Facts()


@stage(queue="preview", version=1)
def preview(file: SourceFile, facts: Facts, report: Reporter) -> Picture:
    """What the file's name says."""
    act(file.path, report)
    return Picture()


@stage(queue="embed", version=1, batch=16)
def embed(pictures: list[Picture]) -> list[Meaning]:
    """Nothing, in batches."""
    return [Meaning() for _ in pictures]


@stage(queue="index", version=1, batch=64)
def index(meanings: list[Meaning]) -> list[Place]:
    """Nothing, in batches."""
    return [Place() for _ in meanings]


@stage(queue="proxy", version=1, own_chain=True, after=("preview",))
def proxy(asset: AssetRef) -> StageOutput:
    """Nothing."""
    return StageOutput()


PIPELINE: list[Stage] = [hash, probe, preview, embed, index, proxy]
