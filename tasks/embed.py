"""embed: a vector for every chosen frame, in batches that fill across files."""

from collections.abc import Iterator

import numpy as np

from dampipe.domain.derivatives import DerivativeKind, Preview
from dampipe.domain.moments import Embedding
from dampipe.domain.progress import Reporter
from dampipe.pipeline.stage import stage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.vision.base import Embedder, Pictures
from dampipe.vision.batches import embed_each


@stage(queue="embed", version=1, batch=256, time_limit=6 * 3600)
def embed(
    previews: list[Preview], store: DerivativeStore, embedder: Embedder, report: Reporter
) -> Iterator[Embedding]:
    """Image vectors of the frames that the previews hold; needs no footage.

    Frames are read ahead of the model, and vectors saved behind it.
    """
    if any(preview.frames for preview in previews):
        embedder.check()
    size = embedder.spec.size

    def frames() -> Iterator[Pictures]:
        for preview in previews:
            kept = preview.derivative(DerivativeKind.FRAMES)
            if kept is None or not preview.frames:
                yield np.empty((0, size, size, 3), dtype=np.uint8)
                continue
            with store.local_path(kept) as path:
                yield np.load(path)

    embedded = zip(previews, embed_each(embedder, frames()), strict=True)
    for number, (preview, vectors) in enumerate(embedded):
        report(number, len(previews), "files")
        yield Embedding(
            model=embedder.fingerprint,
            name=embedder.name,
            dimension=vectors.shape[1],
            times=tuple(frame.time for frame in preview.frames),
            shots=tuple(frame.shot for frame in preview.frames),
            vectors=vectors.astype("<f2").tobytes(),
        )
