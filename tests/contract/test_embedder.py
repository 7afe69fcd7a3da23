"""What every embedder promises; a new one is added to `embedder` and gets the whole suite."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from dampipe.kernel.errors import InvalidInput, Permanent
from dampipe.vision.base import Embedder, Pictures
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.fake import FakeEmbedder
from dampipe.vision.onnx.embedder import OnnxEmbedder
from dampipe.vision.remote_embedder import RemoteEmbedder

_MAKERS: dict[str, Callable[[], Embedder]] = {
    "fake": lambda: FakeEmbedder(),
    "clip": lambda: ClipEmbedder("tiny", device="cpu", batch=4),
    "onnx": lambda: OnnxEmbedder("tiny", device="cpu", batch=4),
    "borrowing": lambda: RemoteEmbedder(FakeEmbedder(), "http://127.0.0.1:1"),
}


@pytest.fixture(scope="module", params=_MAKERS)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return _MAKERS[request.param]()


@pytest.fixture
def frames(embedder: Embedder) -> Pictures:
    size = embedder.spec.size
    return np.random.default_rng(0).integers(0, 255, (7, size, size, 3), dtype=np.uint8)


def test_says_what_it_is_before_anything_is_loaded(
    request: pytest.FixtureRequest, embedder: Embedder
) -> None:
    fresh = _MAKERS[request.node.callspec.params["embedder"]]()
    assert fresh.fingerprint == embedder.fingerprint
    assert fresh.spec == embedder.spec
    fresh.check()


def test_pictures_become_rows_of_length_one(embedder: Embedder, frames: Pictures) -> None:
    rows = embedder.pictures(frames)
    assert rows.dtype == np.float32
    assert rows.shape[0] == len(frames)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(frames)), abs=1e-4)


def test_words_become_rows_of_the_same_space(embedder: Embedder, frames: Pictures) -> None:
    rows = embedder.words(["a red circle", "night", "Straße am Fluß"])
    assert rows.dtype == np.float32
    assert rows.shape == (3, embedder.pictures(frames).shape[1])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-4)


def test_order_and_company_change_nothing(embedder: Embedder, frames: Pictures) -> None:
    together = embedder.pictures(frames)
    alone = np.concatenate([embedder.pictures(frame[None]) for frame in frames[::-1]])[::-1]
    assert together == pytest.approx(alone, abs=1e-3)
    assert embedder.words(["red", "blue"])[::-1] == pytest.approx(embedder.words(["blue", "red"]), abs=1e-3)


def test_the_same_gives_the_same(embedder: Embedder, frames: Pictures) -> None:
    assert (embedder.pictures(frames) == embedder.pictures(frames)).all()
    assert (embedder.words(["red"]) == embedder.words(["red"])).all()


def test_nothing_gives_no_rows(embedder: Embedder, frames: Pictures) -> None:
    dimension = embedder.pictures(frames).shape[1]
    assert embedder.pictures(frames[:0]).shape == (0, dimension)
    assert embedder.words([]).shape == (0, dimension)


def test_batch_after_batch_gives_what_each_alone_gives(embedder: Embedder, frames: Pictures) -> None:
    room = embedder.room()
    assert room.dtype == np.uint8
    assert room.shape[1:] == frames.shape[1:]
    assert len(room) >= 3
    expected = embedder.pictures(frames)

    def batches() -> Iterator[Pictures]:
        for begin in range(0, len(frames), 3):
            some = frames[begin : begin + 3]
            mine = embedder.room()[: len(some)]
            mine[:] = some
            yield mine

    rows = list(embedder.each(batches()))
    assert [len(some) for some in rows] == [3, 3, 1]
    assert np.concatenate(rows) == pytest.approx(expected, abs=1e-3)
    assert not list(embedder.each([]))


def test_frames_need_not_be_writable_or_contiguous(embedder: Embedder, frames: Pictures) -> None:
    expected = embedder.pictures(frames[::2].copy())
    frames.flags.writeable = False
    assert embedder.pictures(frames[::2]) == pytest.approx(expected, abs=1e-5)
    assert embedder.pictures(frames[::-2])[::-1] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_empty_text_is_refused(embedder: Embedder, text: str) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        embedder.words(["red", text])


def test_frames_of_another_size_or_kind_are_refused(embedder: Embedder, frames: Pictures) -> None:
    with pytest.raises(Permanent, match=f"{embedder.spec.size}×{embedder.spec.size}"):
        embedder.pictures(frames[:, :-1])
    with pytest.raises(Permanent, match="float32"):
        embedder.pictures(frames.astype(np.float32))


def test_a_word_finds_its_colour(embedder: Embedder) -> None:
    size = embedder.spec.size
    tones = {"red": (225, 25, 30), "green": (20, 165, 45), "blue": (20, 60, 245)}
    frames = np.stack([np.full((size, size, 3), tone, np.uint8) for tone in tones.values()])
    # The tiny model knows colours of things on a ground, not plain areas.
    frames[:, : size // 4] = frames[:, -size // 4 :] = 128
    frames[:, :, : size // 4] = frames[:, :, -size // 4 :] = 128
    scores = embedder.words(list(tones)) @ embedder.pictures(frames).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]
