"""embed: a vector for every chosen frame, in batches that fill across files."""

from collections import deque
from collections.abc import Iterator
from functools import partial

from dampipe.jobs.stage import stage
from dampipe.kernel.progress import Reporter
from dampipe.media.outputs import DerivativeKind, Preview
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.vision.base import Embedder
from dampipe.vision.batch_loader import Frames, NoFrames
from dampipe.vision.batches import embed_each
from dampipe.vision.embedding import Embedding
from dampipe.vision.frames_file import FramesFile

TOLD_EVERY = 32
"""Files between two reports of how far it is."""


@stage(queue="embed", version=1, batch=256, time_limit=6 * 3600)
def embed(
    previews: Iterator[Preview], store: DerivativeStore, embedder: Embedder, report: Reporter
) -> Iterator[Embedding]:
    """Image vectors of the frames that the previews hold; needs no footage.

    Frames are read ahead of the model, and vectors saved behind it.
    """
    met: deque[Preview] = deque()

    def frames() -> Iterator[Frames]:
        for preview in previews:
            met.append(preview)
            kept = preview.derivative(DerivativeKind.FRAMES)
            if kept is None or not preview.frames:
                yield NoFrames()
                continue
            yield FramesFile(partial(store.local_path, kept), embedder.spec.size, len(preview.frames))

    for number, vectors in enumerate(embed_each(embedder, frames()), start=1):
        preview = met.popleft()
        if number % TOLD_EVERY == 1:
            report(number, number + len(met), "files")
        yield Embedding(
            model=embedder.fingerprint,
            name=embedder.name,
            dimension=vectors.shape[1],
            times=tuple(frame.time for frame in preview.frames),
            shots=tuple(frame.shot for frame in preview.frames),
            vectors=vectors.tobytes(),
        )
