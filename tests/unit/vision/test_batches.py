"""Batches fill across assets, are read ahead of the model, and every asset gets its own vectors back."""

import threading
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from dampipe.vision.base import Pictures, Vectors
from dampipe.vision.batches import ahead, embed_each
from dampipe.vision.fake import FakeEmbedder

SIZE = FakeEmbedder().spec.size


class Counting(FakeEmbedder):
    """Notes how many frames each call had."""

    def __init__(self) -> None:
        super().__init__(batch=8)
        self.calls: list[int] = []

    def pictures(self, frames: Pictures) -> Vectors:
        self.calls.append(len(frames))
        return super().pictures(frames)


class Held:
    """Frames in memory."""

    def __init__(self, frames: Pictures) -> None:
        self.frames = frames
        self._read = 0

    def __len__(self) -> int:
        return len(self.frames)

    def read(self, into: Pictures) -> None:
        into[:] = self.frames[self._read : self._read + len(into)]
        self._read += len(into)


def asset(count: int, seed: int) -> Held:
    return Held(np.random.default_rng(seed).integers(0, 255, (count, SIZE, SIZE, 3), np.uint8))


@pytest.mark.parametrize("counts", [[1] * 20, [20], [3, 0, 5, 0, 0, 9, 1], [8, 8], [0], [0, 4], [4, 0], []])
def test_each_asset_gets_its_own_vectors_whatever_shares_its_batch(counts: list[int]) -> None:
    assets = [asset(count, seed) for seed, count in enumerate(counts)]
    embedder = Counting()
    results = list(embed_each(embedder, iter(assets)))
    assert [len(vectors) for vectors in results] == counts
    for frames, vectors in zip(assets, results, strict=True):
        if len(frames):
            assert np.allclose(vectors, FakeEmbedder().pictures(frames.frames), atol=1e-3)
    total = sum(counts)
    assert embedder.calls == [8] * (total // 8) + ([total % 8] if total % 8 else [])


def test_results_come_as_soon_as_they_are_there() -> None:
    embedder = Counting()
    results = embed_each(embedder, (asset(4, n) for n in range(10)))
    next(results)
    assert embedder.calls == [8], "the first batch is enough for the first asset"


def test_the_next_frames_are_read_while_the_model_works() -> None:
    read, works = list[int](), threading.Event()

    class Waiting(FakeEmbedder):
        def pictures(self, frames: Pictures) -> Vectors:
            assert works.wait(60), "frames of the next batch were read meanwhile"
            return super().pictures(frames)

    def assets() -> Iterator[Held]:
        for number in range(12):
            read.append(number)
            if number == 7:
                works.set()
            yield asset(4, number)

    assert len(list(embed_each(Waiting(batch=8), assets()))) == 12


def test_memory_is_used_again_but_not_before_its_vectors_are_there() -> None:
    class Lagging(FakeEmbedder):
        """Computes a batch when the next one was asked for, as a GPU may."""

        rooms = 0

        def room(self) -> Pictures:
            self.rooms += 1
            return super().room()

        def each(self, batches: Iterable[Pictures]) -> Iterator[Vectors]:
            last: Pictures | None = None
            for frames in batches:
                if last is not None:
                    yield self.pictures(last)
                last = frames
            if last is not None:
                yield self.pictures(last)

    assets = [asset(5, seed) for seed in range(200)]
    embedder = Lagging(batch=8)
    results = list(embed_each(embedder, iter(assets)))
    for held, vectors in zip(assets, results, strict=True):
        assert np.allclose(vectors, FakeEmbedder().pictures(held.frames), atol=1e-3)
    assert embedder.rooms < 10


def test_what_reading_raises_is_raised_and_what_came_before_is_given() -> None:
    def assets() -> Iterator[Held]:
        yield asset(8, 1)
        yield asset(8, 2)
        raise OSError("the store went away")

    given = []
    with pytest.raises(OSError, match="went away"):
        for vectors in embed_each(FakeEmbedder(batch=8), assets()):
            given.append(vectors)  # noqa: PERF402
    assert len(given) == 2


def test_what_the_model_raises_stops_the_reading() -> None:
    class Broken(FakeEmbedder):
        def pictures(self, frames: Pictures) -> Vectors:
            raise RuntimeError("broken")

    read = list[int]()

    def assets() -> Iterator[Held]:
        for number in range(10_000):
            read.append(number)
            yield asset(4, number)

    with pytest.raises(RuntimeError, match="broken"):
        list(embed_each(Broken(batch=8), assets()))
    assert len(read) < 100
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_no_more_is_made_ahead_than_asked_for() -> None:
    made = list[int]()

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    taken = ahead(items(), 3)
    assert next(taken) == 0
    assert len(made) <= 6
    taken.close()
    assert len(made) <= 7
