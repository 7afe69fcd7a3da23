"""Batches fill across assets, are read ahead of the model, and every asset gets its own vectors back."""

import threading
import time
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
        self.closed = False

    def __len__(self) -> int:
        return len(self.frames)

    def read(self, into: Pictures, first: int) -> None:
        into[:] = self.frames[first : first + len(into)]

    def close(self) -> None:
        self.closed = True


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


class Late(Held):
    """As from a share; counts how many are being read."""

    lock = threading.Lock()
    now = most = 0

    def read(self, into: Pictures, first: int) -> None:
        with Late.lock:
            Late.now += 1
            Late.most = max(Late.most, Late.now)
        time.sleep(0.005)
        super().read(into, first)
        with Late.lock:
            Late.now -= 1


@pytest.mark.parametrize("counts", [[1] * 500, [60] * 20])
def test_files_that_come_late_are_read_several_at_a_time(counts: list[int]) -> None:
    Late.most = 0
    assets = [Late(asset(count, seed).frames) for seed, count in enumerate(counts)]
    for held, vectors in zip(assets, embed_each(FakeEmbedder(batch=256), iter(assets)), strict=True):
        assert np.allclose(vectors, FakeEmbedder().pictures(held.frames), atol=1e-3)
    assert Late.most > 1


def test_what_could_not_be_read_is_raised_after_what_came_before_and_the_rest_is_closed() -> None:
    class Gone(Held):
        def read(self, into: Pictures, first: int) -> None:
            raise OSError("the share is gone")

    assets: list[Held] = [asset(8, 1), asset(8, 2), asset(4, 3), Gone(asset(8, 4).frames), asset(8, 5)]
    given = []
    with pytest.raises(OSError, match="the share is gone"):
        for vectors in embed_each(FakeEmbedder(batch=8), iter(assets)):
            given.append(vectors)  # noqa: PERF402
    assert len(given) == 2
    assert assets[2].closed, "who shares its batch with the one that failed"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("read")]


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
