"""Models published as ONNX: every layout and form of input gives the vectors that its graphs describe."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from dampipe.kernel.errors import InvalidInput, Permanent, Transient, Unavailable
from dampipe.vision.base import FrameSpec, Pictures
from dampipe.vision.onnx.embedder import OnnxEmbedder
from dampipe.vision.onnx.layout import LAYOUTS, OPEN_CLIP, TRANSFORMERS, Layout
from dampipe.vision.onnx.loaded import Loaded
from dampipe.vision.runtime_errors import translate
from tests.support.onnx_models import LENGTH, SIZE, Weights, write_model

WEIGHTS = Weights.random()


def embedder(folder: Path, device: str = "cpu", batch: int | None = None) -> OnnxEmbedder:
    return OnnxEmbedder(str(folder), device, threads=1, batch=batch)


@pytest.fixture
def frames() -> Pictures:
    return np.random.default_rng(0).integers(0, 255, (7, SIZE, SIZE, 3), dtype=np.uint8)


@pytest.mark.parametrize("layout", LAYOUTS, ids=["open_clip", "transformers"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pixels": TensorProto.UINT8, "channels_last": True},
        {"pixels": TensorProto.UINT8},
        {"channels_last": True},
        {"batch": 1},
        {"batch": 4},
        {"size": "side"},
        {"pixels": TensorProto.UINT8, "channels_last": True, "size": "side"},
        {"extra_outputs": True},
        {"ids": TensorProto.INT32},
        {"length": "tokens"},
        {"token_types": True},
    ],
    ids=str,
)
def test_every_form_of_a_graph_gives_the_same_vectors(
    tmp_path: Path, frames: Pictures, layout: Layout, options: dict[str, Any]
) -> None:
    model = embedder(write_model(tmp_path, layout, WEIGHTS, **options), batch=3)
    model.check()
    assert model.pictures(frames) == pytest.approx(WEIGHTS.pictures(frames), abs=1e-5)
    expected = WEIGHTS.words(["red", "circle"], ["[UNK]"], ["blue"] * LENGTH, ["green"])
    texts = ["a red circle"[2:], "zebra", "blue " * 20, "\tGREEN "]
    assert model.words(texts) == pytest.approx(expected, abs=1e-5)


def test_half_precision_goes_in_and_comes_out_as_single(tmp_path: Path, frames: Pictures) -> None:
    folder = write_model(tmp_path, TRANSFORMERS, WEIGHTS, pixels=TensorProto.FLOAT16)
    rows = embedder(folder).pictures(frames)
    assert rows.dtype == np.float32
    assert rows == pytest.approx(WEIGHTS.pictures(frames), abs=1e-2)


def test_a_mask_leaves_the_padding_out(tmp_path: Path) -> None:
    folder = write_model(tmp_path, TRANSFORMERS, WEIGHTS, mask=True)
    rows = embedder(folder).words(["red circle", "blue"])
    assert rows == pytest.approx(WEIGHTS.words(["red", "circle"], ["blue"], masked=True), abs=1e-5)


def test_texts_are_cleaned_as_the_configuration_says(tmp_path: Path) -> None:
    canonical = embedder(write_model(tmp_path / "a", OPEN_CLIP, WEIGHTS))
    plain = embedder(write_model(tmp_path / "b", TRANSFORMERS, WEIGHTS))
    text = "Don't &amp; stop!"
    assert canonical.words([text]) == pytest.approx(WEIGHTS.words(["dont", "stop"]), abs=1e-5)
    assert plain.words([text]) == pytest.approx(WEIGHTS.words(["[UNK]"] * 3), abs=1e-5)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"extra_inputs": ["pixel_attention_mask"]}, "its inputs are"),
        ({"ids_name": "tokens_in"}, "its inputs are"),
        ({"size": SIZE * 2}, r"its pictures are \['batch', 3, 32, 32\], its configuration says 16×16"),
        ({"pixels": TensorProto.DOUBLE}, r"its input image is tensor\(double\)"),
    ],
)
def test_a_graph_that_asks_for_something_else_is_unavailable(
    tmp_path: Path, options: dict[str, Any], reason: str
) -> None:
    model = embedder(write_model(tmp_path, OPEN_CLIP, WEIGHTS, **options))
    with pytest.raises(Unavailable, match=f"is not supported: {reason}") as caught:
        model.words(["red"])
    assert caught.value.hint


@pytest.mark.parametrize("name", [OPEN_CLIP.visual, OPEN_CLIP.textual])
def test_a_graph_that_is_cut_short_is_noticed_without_loading_it(tmp_path: Path, name: str) -> None:
    path = write_model(tmp_path, OPEN_CLIP, WEIGHTS) / name
    model = embedder(tmp_path)
    whole = path.read_bytes()
    for kept in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        with pytest.raises(Unavailable, match="are damaged") as caught:
            model.check()
        assert caught.value.hint == "Copy or download the file again."
    path.write_bytes(b"<!DOCTYPE html><title>404</title>")
    with pytest.raises(Unavailable, match="are damaged"):
        model.check()
    path.write_bytes(whole)
    model.check()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (OPEN_CLIP.visual, b"\x08\x09\x3a\x02\x0a\x00"),
        (OPEN_CLIP.textual, b"nothing"),
        (OPEN_CLIP.tokenizer, b"{"),
        (OPEN_CLIP.preprocessing, b"{}"),
        (OPEN_CLIP.config, b"[1"),
    ],
)
def test_broken_files_are_told_and_not_read_again_for_every_file(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = write_model(tmp_path, OPEN_CLIP, WEIGHTS) / name
    model = embedder(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(Unavailable) as first:
        model.words(["red"])
    path.write_bytes(whole)
    with pytest.raises(Unavailable) as second:
        model.words(["red"])
    assert str(second.value) == str(first.value)


@pytest.mark.parametrize("name", OPEN_CLIP.required)
def test_a_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    model = embedder(write_model(tmp_path, OPEN_CLIP, WEIGHTS))
    (tmp_path / name).unlink()
    for attempt in (model.check, lambda: model.words(["red"])):
        with pytest.raises(Unavailable, match=f"{name} is missing") as caught:
            attempt()
        assert name in caught.value.hint


def test_frames_prepared_otherwise_than_the_model_wants_are_noticed_when_it_loads(tmp_path: Path) -> None:
    model = embedder(write_model(tmp_path, OPEN_CLIP, WEIGHTS))
    model._ref = replace(model._ref, spec=FrameSpec(SIZE))
    with pytest.raises(Unavailable, match="takes frames as"):
        model.words(["red"])


def test_vectors_that_are_no_numbers_are_a_broken_model(tmp_path: Path, frames: Pictures) -> None:
    model = embedder(write_model(tmp_path, OPEN_CLIP, WEIGHTS, broken=True))
    with pytest.raises(Permanent, match="not finite"):
        model.pictures(frames)


def test_an_unknown_device_is_refused_and_a_missing_one_unavailable(tmp_path: Path) -> None:
    folder = write_model(tmp_path, OPEN_CLIP, WEIGHTS)
    for name in ("toaster", "cuda:", "cuda:x", "auto:1"):
        with pytest.raises(InvalidInput, match=f"there is no device '{name}'"):
            embedder(folder, name).words(["red"])
    for name in ("cuda:99", "mps"):
        with pytest.raises(Unavailable, match=f"cannot use the device '{name}'"):
            embedder(folder, name).words(["red"])


class Cramped:
    """A visual graph in whose memory only so many pictures fit."""

    inputs: Any
    on_cuda = False

    def __init__(self, real: Any, room: int) -> None:
        self.real, self.room = real, room
        self.inputs, self.dtype, self.unsupported = real.inputs, real.dtype, real.unsupported
        self.calls: list[int] = []

    def run(self, feeds: dict[str, Any]) -> Any:
        count = len(next(iter(feeds.values())))
        self.calls.append(count)
        if count > self.room:
            raise translate(RuntimeError("bfc_arena.cc: Failed to allocate memory for requested buffer"), "x")
        return self.real.run(feeds)


def cramped(model: OnnxEmbedder, room: int) -> tuple[Loaded, Cramped]:
    loaded = model._load()
    graph = Cramped(loaded._visual, room)
    loaded._visual = graph  # type: ignore[assignment]
    return loaded, graph


def test_out_of_memory_halves_the_batch_and_loses_nothing(tmp_path: Path) -> None:
    frames = np.random.default_rng(1).integers(0, 255, (21, SIZE, SIZE, 3), dtype=np.uint8)
    model = embedder(write_model(tmp_path, OPEN_CLIP, WEIGHTS), batch=16)
    loaded, graph = cramped(model, room=3)
    assert loaded.pictures(frames) == pytest.approx(WEIGHTS.pictures(frames), abs=1e-5)
    assert graph.calls[:5] == [16, 8, 4, 2, 2]
    loaded.pictures(frames)
    assert max(graph.calls[-11:]) == 2, "the batch that fits is remembered"
    nothing, _ = cramped(model, room=0)
    with pytest.raises(Transient, match="no memory is left"):
        nothing.pictures(frames)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), Transient),
        (RuntimeError("std::bad_alloc"), Transient),
        (RuntimeError("CUDA out of memory"), Transient),
        (ModuleNotFoundError("No module named 'ftfy'"), Unavailable),
        (RuntimeError("CUDA failure 700: an illegal memory access"), Permanent),
        (ValueError("Required inputs (['x']) are missing"), Permanent),
    ],
)
def test_foreign_errors_in_our_words(error: Exception, kind: type[Exception]) -> None:
    said = translate(error, "some model")
    assert type(said) is kind
    assert "some model" in str(said)
    assert said.hint
