"""The real embedder where things go wrong: memory, weights, devices, settings."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from dampipe.kernel.errors import InvalidInput, Permanent, Transient, Unavailable
from dampipe.vision import tiny
from dampipe.vision.base import FrameSpec
from dampipe.vision.clip import ClipEmbedder, _load
from dampipe.vision.devices import Placement, place
from dampipe.vision.inference import Loaded
from dampipe.vision.models import resolve
from dampipe.vision.runtime_errors import translate

CPU = Placement(torch.device("cpu"), torch.float32, 32)


class Cramped(torch.nn.Module):
    """A network in whose memory only so many pictures fit; its vector is the mean colour."""

    def __init__(self, room: int, error: Callable[[str], Exception]) -> None:
        super().__init__()
        self.room = room
        self.error = error
        self.calls: list[int] = []

    def encode_image(self, pixels: torch.Tensor) -> torch.Tensor:
        self.calls.append(len(pixels))
        if len(pixels) > self.room:
            raise self.error("CUDA out of memory. Tried to allocate 2.00 GiB")
        return pixels.mean(dim=(2, 3)) + 0.1


def loaded(network: torch.nn.Module, batch: int) -> Loaded:
    zero, one = torch.zeros(1, 3, 1, 1), torch.full((1, 3, 1, 1), 255.0)
    return Loaded("cramped", network, lambda texts: torch.zeros(len(texts), 4), CPU, zero, one, 3, batch)


@pytest.fixture
def frames() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(0).integers(0, 255, (21, 8, 8, 3), dtype=np.uint8)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
def test_out_of_memory_halves_the_batch_and_loses_nothing(
    frames: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], error: Callable[[str], Exception]
) -> None:
    roomy, cramped = Cramped(99, error), Cramped(3, error)
    expected = loaded(roomy, 16).pictures(frames)
    model = loaded(cramped, 16)
    assert model.pictures(frames) == pytest.approx(expected, abs=1e-6)
    assert cramped.calls[:5] == [16, 8, 4, 2, 2]
    assert model.batch == 2
    model.pictures(frames)
    assert max(cramped.calls[-11:]) == 2, "the batch that fits is remembered"


def test_where_not_even_one_fits_it_is_tried_again_later(
    frames: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> None:
    with pytest.raises(Transient, match="no memory is left"):
        loaded(Cramped(0, torch.OutOfMemoryError), 16).pictures(frames)


def test_vectors_that_are_no_numbers_are_a_broken_model(
    frames: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> None:
    model = loaded(Cramped(99, RuntimeError), 16)
    model.std = model.std * float("nan")
    with pytest.raises(Permanent, match="not finite"):
        model.pictures(frames)


def test_frames_prepared_otherwise_than_the_model_wants_are_noticed_when_it_loads() -> None:
    ref = replace(resolve("tiny"), spec=FrameSpec(64, "squash", "bicubic"))
    with pytest.raises(Permanent, match="takes frames as"):
        _load(ref, "cpu", None, None)


def test_broken_weights_are_told_and_not_read_again_for_every_file(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny.FOLDER, tmp_path / "model"))
    weights = folder / "open_clip_model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:5000])
    embedder = ClipEmbedder(str(folder), device="cpu")
    with pytest.raises(Unavailable, match="cannot be used") as first:
        embedder.words(["red"])
    weights.write_bytes(whole)
    with pytest.raises(Unavailable) as second:
        embedder.words(["red"])
    assert str(second.value) == str(first.value)


def test_weights_of_another_architecture_are_none(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny.FOLDER, tmp_path / "model"))
    config = folder / "open_clip_config.json"
    config.write_text(config.read_text().replace('"width": 32', '"width": 48'))
    with pytest.raises(Unavailable, match="cannot be used"):
        ClipEmbedder(str(folder), device="cpu").words(["red"])


def test_an_unknown_device_is_refused_and_a_missing_one_unavailable() -> None:
    with pytest.raises(InvalidInput, match="there is no device 'toaster'"):
        ClipEmbedder("tiny", device="toaster").words(["red"])
    with pytest.raises(Unavailable, match="this machine has no device 'cuda:99'"):
        ClipEmbedder("tiny", device="cuda:99").words(["red"])


def test_an_unknown_model_is_refused_at_once() -> None:
    with pytest.raises(InvalidInput, match="there is no model"):
        ClipEmbedder("no-such-model")


def test_half_precision_is_for_large_models_only() -> None:
    assert place("cpu", 1_000_000).dtype == torch.float32
    large = place("cpu", 100_000_000)
    fast = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    assert large.dtype == (torch.bfloat16 if fast else torch.float32)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), Transient),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), Transient),
        (MemoryError(), Transient),
        (ModuleNotFoundError("No module named 'transformers'"), Unavailable),
        (RuntimeError("CUDA error: device-side assert triggered"), Permanent),
        (KeyError("visual.conv1.weight"), Permanent),
    ],
)
def test_foreign_errors_in_our_words(error: Exception, kind: type[Exception]) -> None:
    said = translate(error, "some model")
    assert type(said) is kind
    assert "some model" in str(said)
    assert "\n" not in str(said)
    assert said.hint
