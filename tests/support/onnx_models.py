"""Small ONNX models with known vectors, in the layouts in which models are published.

A picture's vector is the mean of its normalised pixels times a fixed matrix; a text's vector is the mean of its tokens'
rows. `Weights` computes both without ONNX, to compare with.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from dampipe.vision.base import Pictures, Vectors
from dampipe.vision.onnx.layout import OPEN_CLIP, TRANSFORMERS, Layout

SIZE, DIMENSION, LENGTH = 16, 8, 6
MEAN, STD = [0.5, 0.4, 0.3], [0.25, 0.2, 0.15]
WORDS = ["[PAD]", "[UNK]", "red", "green", "blue", "circle", "dont", "stop"]


@dataclass(frozen=True)
class Weights:
    """The numbers of one model."""

    colours: NDArray[np.float32]
    tokens: NDArray[np.float32]

    @classmethod
    def random(cls, seed: int = 0) -> "Weights":
        rng = np.random.default_rng(seed)
        return cls(
            rng.normal(size=(3, DIMENSION)).astype(np.float32),
            rng.normal(size=(len(WORDS), DIMENSION)).astype(np.float32),
        )

    def pictures(self, frames: Pictures) -> Vectors:
        """What the model has to give for frames."""
        pixels = (frames.astype(np.float32) / 255 - np.float32(MEAN)) / np.float32(STD)
        return _unit(pixels.mean(axis=(1, 2)) @ self.colours)

    def words(self, *texts: Sequence[str], masked: bool = False) -> Vectors:
        """What the model has to give for texts, each as its tokens. masked: whether padding is left out."""
        rows = []
        for text in texts:
            padded = list(text) if masked else [*text, *["[PAD]"] * (LENGTH - len(text))]
            rows.append(self.tokens[[WORDS.index(word) for word in padded]].sum(0))
        return _unit(np.array(rows))


def write_model(folder: Path, layout: Layout, weights: Weights, **options: Any) -> Path:
    """A whole model in that layout; options: of `visual` and `textual`, those that they know."""
    for path in (layout.visual, layout.textual, layout.tokenizer):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    seen = {name: options[name] for name in VISUAL_OPTIONS if name in options}
    onnx.save(visual(weights, layout, **seen), folder / layout.visual)
    read = {name: options[name] for name in TEXTUAL_OPTIONS if name in options}
    onnx.save(textual(weights, layout, **read), folder / layout.textual)
    tokenizer().save(str(folder / layout.tokenizer))
    for path, content in configurations(layout).items():
        (folder / path).write_text(json.dumps(content))
    return folder


def configurations(layout: Layout) -> dict[str, dict[str, Any]]:
    """What such a model's publisher says about it."""
    common = {layout.tokenizer_config: {"pad_token": "[PAD]", "model_max_length": LENGTH}}
    if layout is OPEN_CLIP:
        preprocessing = {"size": [SIZE, SIZE], "mode": "RGB", "mean": MEAN, "std": STD, "fill_color": 0}
        preprocessing |= {"interpolation": "bilinear", "resize_mode": "squash"}
        text = {"context_length": LENGTH, "hf_tokenizer_name": "owner/words"}
        text["tokenizer_kwargs"] = {"clean": "canonicalize"}
        return common | {layout.preprocessing: preprocessing, layout.config: {"text_cfg": text}}
    preprocessing = {"image_mean": MEAN, "image_std": STD, "do_normalize": True, "resample": 2}
    preprocessing["size"] = {"height": SIZE, "width": SIZE}
    return common | {
        layout.preprocessing: preprocessing,
        layout.config: {"text_config": {"max_position_embeddings": LENGTH}},
    }


def tokenizer() -> Tokenizer:
    """A token for each word that it knows."""
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made


VISUAL_OPTIONS = ("pixels", "channels_last", "batch", "extra_outputs", "extra_inputs", "size", "broken")


def visual(
    weights: Weights,
    layout: Layout,
    *,
    pixels: int = TensorProto.FLOAT,
    channels_last: bool = False,
    batch: int | str = "batch",
    extra_outputs: bool = False,
    extra_inputs: Sequence[str] = (),
    size: int | str = SIZE,
    broken: bool = False,
) -> onnx.ModelProto:
    """The visual graph. pixels: the element type; bytes are normalised by the graph. broken: gives NaN."""
    names = ("image", "image_embedding") if layout is OPEN_CLIP else ("pixel_values", "image_embeds")
    axes = [1, 2] if channels_last else [2, 3]
    shape = [batch, size, size, 3] if channels_last else [batch, 3, size, size]
    matrix, shift = weights.colours, np.zeros(DIMENSION, np.float32)
    if pixels == TensorProto.UINT8:
        matrix = weights.colours / (np.float32(STD) * 255)[:, None]
        shift = -(np.float32(MEAN) / np.float32(STD)) @ weights.colours
    if broken:
        shift = shift * np.float32("nan")
    nodes = [
        helper.make_node("Cast", [names[0]], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers", "axes"], ["means"], keepdims=0),
        helper.make_node("Gemm", ["means", "matrix", "shift"], ["vectors"]),
        helper.make_node("Cast", ["vectors"], [names[1]], to=_out(pixels)),
    ]
    outputs = [helper.make_tensor_value_info(names[1], _out(pixels), [batch, DIMENSION])]
    if extra_outputs:
        outputs.insert(0, helper.make_tensor_value_info("means", TensorProto.FLOAT, [batch, 3]))
        outputs.insert(0, helper.make_tensor_value_info("numbers", TensorProto.FLOAT, shape))
    inputs = [helper.make_tensor_value_info(names[0], pixels, shape)]
    inputs += [helper.make_tensor_value_info(name, TensorProto.INT64, [batch, 4]) for name in extra_inputs]
    constants = {"axes": np.array(axes, np.int64), "matrix": matrix, "shift": shift}
    return _model(nodes, inputs, outputs, constants)


TEXTUAL_OPTIONS = ("ids", "mask", "token_types", "length", "batch", "ids_name")


def textual(
    weights: Weights,
    layout: Layout,
    *,
    ids: int = TensorProto.INT64,
    mask: bool = False,
    token_types: bool = False,
    length: int | str = LENGTH,
    batch: int | str = "batch",
    ids_name: str = "",
) -> onnx.ModelProto:
    """The textual graph. ids: the element type. mask: the padding is left out."""
    names = ("text", "text_embedding") if layout is OPEN_CLIP else ("input_ids", "text_embeds")
    taken = ids_name or names[0]
    nodes = [helper.make_node("Gather", ["tokens", taken], ["rows"])]
    inputs = [helper.make_tensor_value_info(taken, ids, [batch, length])]
    if mask:
        inputs.append(helper.make_tensor_value_info("attention_mask", ids, [batch, length]))
        nodes += [
            helper.make_node("Cast", ["attention_mask"], ["kept"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["kept", "last"], ["weights"]),
            helper.make_node("Mul", ["rows", "weights"], ["counted"]),
        ]
    if token_types:
        inputs.append(helper.make_tensor_value_info("token_type_ids", ids, [batch, length]))
    nodes.append(
        helper.make_node("ReduceSum", ["counted" if mask else "rows", "axes"], [names[1]], keepdims=0)
    )
    outputs = [helper.make_tensor_value_info(names[1], TensorProto.FLOAT, [batch, DIMENSION])]
    constants = {"tokens": weights.tokens, "axes": np.array([1], np.int64), "last": np.array([-1], np.int64)}
    return _model(nodes, inputs, outputs, constants)


def _model(
    nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: dict[str, NDArray[Any]]
) -> onnx.ModelProto:
    initializers = [
        numpy_helper.from_array(np.ascontiguousarray(values), name) for name, values in constants.items()
    ]
    graph = helper.make_graph(nodes, "small", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def _out(pixels: int) -> int:
    return TensorProto.FLOAT16 if pixels == TensorProto.FLOAT16 else TensorProto.FLOAT


def _unit(rows: NDArray[np.float32]) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


__all__ = ["OPEN_CLIP", "TRANSFORMERS", "Weights", "configurations", "write_model"]
