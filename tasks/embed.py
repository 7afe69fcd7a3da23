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

PROGRESS_EVERY = 32
"""Files between two progress reports."""


@stage(queue="embed", version=1, batch=256, time_limit=6 * 3600)
def embed(
    previews: Iterator[Preview], store: DerivativeStore, embedder: Embedder, on_progress: Reporter
) -> Iterator[Embedding]:
    """Compute image vectors of the frames that previews contain; needs no footage.

    Frames are read ahead of the model, and vectors are saved while it computes the next ones.
    """
    in_progress: deque[Preview] = deque()

    def frames() -> Iterator[Frames]:
        for preview in previews:
            in_progress.append(preview)
            pictures = preview.derivative(DerivativeKind.FRAMES)
            if pictures is None or not preview.frames:
                yield NoFrames()
                continue
            yield FramesFile(partial(store.local_path, pictures), embedder.spec.size, len(preview.frames))

    for number, vectors in enumerate(embed_each(embedder, frames()), start=1):
        preview = in_progress.popleft()
        if number % PROGRESS_EVERY == 1:
            on_progress(number, number + len(in_progress), "files")
        yield Embedding(
            model=embedder.fingerprint,
            name=embedder.name,
            dimension=vectors.shape[1],
            frames=_checksum(preview),
            times=tuple(frame.time for frame in preview.frames),
            shots=tuple(frame.shot for frame in preview.frames),
            vectors=vectors.tobytes(),
        )


def _checksum(preview: Preview) -> str:
    frames = preview.derivative(DerivativeKind.FRAMES)
    return (frames.checksum if frames else None) or ""
