"""A pipeline of stages that do almost nothing, for tests of what runs them.

The name of a file controls its preview stage: `slow` sleeps for 0.4 s; `kill` kills its process by SIGKILL as long as
a file of the same name with the suffix .armed exists; `wait` reports progress until one with the suffix .go exists.
"""

import hashlib
import os
import signal
import time
from pathlib import Path

from dampipe.jobs.stage import Stage, stage
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import ContentHash, SourceFile, StageOutput, VersionRef


class Facts(StageOutput):
    """The empty output of probe."""


class Picture(StageOutput):
    """The empty output of preview."""


class Meaning(StageOutput):
    """The empty output of embed."""


class Place(StageOutput):
    """The empty output of index."""


def act(path: str, report: Reporter) -> None:
    """Do what the name of the file says."""
    while "wait" in path and not Path(f"{path}.go").exists():
        report(75.0, 300.0, speed=3.0)
        time.sleep(0.1)
    if "slow" in path:
        time.sleep(0.4)
    if "kill" in path and Path(f"{path}.armed").exists():
        os.kill(os.getpid(), signal.SIGKILL)


@stage(queue="io", version=1)
def hash(file: SourceFile) -> ContentHash:
    """Hash the file, as the real stage does."""
    data = Path(file.path).read_bytes()
    return ContentHash(sha1=hashlib.sha1(data).hexdigest(), size=len(data))


@stage(queue="io", version=1)
def probe(file: SourceFile) -> Facts:
    """Return an empty output."""
    return Facts()


@stage(queue="preview", version=1)
def preview(file: SourceFile, facts: Facts, report: Reporter) -> Picture:
    """Do what the name of the file says."""
    act(file.path, report)
    return Picture()


@stage(queue="embed", version=1, batch=16)
def embed(pictures: list[Picture]) -> list[Meaning]:
    """Return empty outputs, in batches."""
    return [Meaning() for _ in pictures]


@stage(queue="index", version=1, batch=64)
def index(meanings: list[Meaning]) -> list[Place]:
    """Return empty outputs, in batches."""
    return [Place() for _ in meanings]


@stage(queue="proxy", version=1, own_chain=True, after=("preview",))
def proxy(asset: VersionRef) -> StageOutput:
    """Return an empty output."""
    return StageOutput()


PIPELINE: list[Stage] = [hash, probe, preview, embed, index, proxy]
