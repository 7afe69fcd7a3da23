"""embed: a vector for every chosen frame, in batches that fill across files."""

from collections import deque
from collections.abc import Iterator

from dampipe.domain.derivatives import DerivativeKind, Preview
from dampipe.domain.moments import Embedding
from dampipe.domain.progress import Reporter
from dampipe.pipeline.stage import stage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.vision.base import Embedder
from dampipe.vision.batches import Frames, NoFrames, embed_each
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
            count = len(preview.frames)
            with store.local_path(kept) as path, FramesFile(path, embedder.spec.size, count) as found:
                yield found

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
