"""Where publishers of ONNX models put the files, and what the configurations among them say."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dampipe.kernel.errors import InvalidInput
from dampipe.vision.base import FrameSpec
from dampipe.vision.errors import CONFIGURATION_INVALID, FRAMES_UNSUPPORTED
from dampipe.vision.model_catalog import spec_of

Cleaning = Literal["none", "whitespace", "lower", "canonicalize"]
"""What is done to a text before it is tokenized, by open_clip's names; see `tokenizer.clean`."""

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
"""What a configuration that does not say otherwise means."""
CONTEXT_LENGTH = 77
"""Tokens of a text, where no configuration says otherwise."""


@dataclass(frozen=True)
class Layout:
    """The names of a model's files, relative to its folder or hub repository."""

    visual: str
    textual: str
    tokenizer: str
    tokenizer_config: str
    preprocessing: str
    config: str
    patterns: tuple[str, ...]
    """What to download: large graphs have further files beside them, with names of their publisher's choice."""

    @property
    def required(self) -> tuple[str, ...]:
        """The files without which the model cannot be used."""
        return self.visual, self.textual, self.tokenizer, self.preprocessing

    def missing(self, folder: Path) -> list[str]:
        """The required files that are not in the folder."""
        return [name for name in self.required if not (folder / name).is_file()]

    def root(self, preprocessing: Path) -> Path:
        """The folder of the model, from where its preprocessing configuration is."""
        return preprocessing.parents[self.preprocessing.count("/")]


OPEN_CLIP = Layout(
    visual="visual/model.onnx",
    textual="textual/model.onnx",
    tokenizer="textual/tokenizer.json",
    tokenizer_config="textual/tokenizer_config.json",
    preprocessing="visual/preprocess_cfg.json",
    config="config.json",
    patterns=("config.json", "visual/*", "textual/*"),
)
"""Configurations in open_clip's words; Immich publishes its models like this."""
TRANSFORMERS = Layout(
    visual="onnx/vision_model.onnx",
    textual="onnx/text_model.onnx",
    tokenizer="tokenizer.json",
    tokenizer_config="tokenizer_config.json",
    preprocessing="preprocessor_config.json",
    config="config.json",
    patterns=("*.json", "onnx/vision_model.onnx*", "onnx/text_model.onnx*"),
)
"""Configurations in the words of transformers; models for transformers.js are published like this."""
LAYOUTS = (OPEN_CLIP, TRANSFORMERS)
IGNORED = ("*.armnn", "*.rknn", "*/fp16/*", "*/rknpu/*")
"""Files for other runtimes, which the patterns would take along."""


@dataclass(frozen=True)
class Preprocessing:
    """How pixels become the input of the visual graph."""

    spec: FrameSpec
    mean: tuple[float, ...]
    std: tuple[float, ...]
    """Mean and standard deviation of red, green and blue, of values from 0 to 1."""


@dataclass(frozen=True)
class TextSettings:
    """How texts become the input of the textual graph."""

    context_length: int
    clean: Cleaning
    pad: str
    """The token that fills up a short text; empty where no configuration names one."""


def find_layout(folder: Path) -> Layout | None:
    """The layout of a folder's files, or None where it holds no ONNX model."""
    return next((layout for layout in LAYOUTS if (folder / layout.preprocessing).is_file()), None)


def read_preprocessing(layout: Layout, path: Path) -> Preprocessing:
    """Read the configuration of the visual graph. Raises InvalidInput where frames cannot be prepared like that."""
    try:
        config = json.loads(path.read_text())
        found = _transformers(config) if layout is TRANSFORMERS else _open_clip(config)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            CONFIGURATION_INVALID, path=path, kind="preprocessing configuration", reason=repr(error)
        ) from error
    if found is None:
        raise InvalidInput(FRAMES_UNSUPPORTED, path=path)
    return found


def read_text_settings(layout: Layout, folder: Path) -> TextSettings:
    """Read the configurations of the textual graph. Raises InvalidInput for one that is not supported."""
    path = folder / layout.config
    try:
        config = json.loads(path.read_text()) if path.is_file() else {}
        tokens = folder / layout.tokenizer_config
        tokenizer = json.loads(tokens.read_text()) if tokens.is_file() else {}
        pad = tokenizer.get("pad_token") or ""
        pad = str(pad["content"] if isinstance(pad, dict) else pad)
        if layout is OPEN_CLIP:
            text = config.get("text_cfg", {})
            return TextSettings(int(text.get("context_length", CONTEXT_LENGTH)), _cleaning(text), pad)
        text = config.get("text_config", {})
        longest = text.get("max_position_embeddings") or tokenizer.get("model_max_length") or CONTEXT_LENGTH
        return TextSettings(int(longest), "none", pad)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            CONFIGURATION_INVALID, path=path, kind="configuration of a model", reason=repr(error)
        ) from error


def _cleaning(text: dict[str, Any]) -> Cleaning:
    options = dict(text.get("tokenizer_kwargs", {}))
    # Without a tokenizer of its own a model has CLIP's, which knows lower-case letters only.
    clean: Cleaning = options.pop("clean", "whitespace" if text.get("hf_tokenizer_name") else "lower")
    if options:
        raise ValueError(f"the tokenizer options {sorted(options)} are not supported")
    if clean not in ("whitespace", "lower", "canonicalize"):
        raise ValueError(f"texts cleaned by {clean!r} are not supported")
    return clean


def _open_clip(config: dict[str, Any]) -> Preprocessing | None:
    spec = spec_of(config["size"], config)
    if spec is None:
        return None
    return Preprocessing(spec, _three(config.get("mean", CLIP_MEAN)), _three(config.get("std", CLIP_STD)))


_RESAMPLING: dict[int, Literal["bicubic", "bilinear"]] = {2: "bilinear", 3: "bicubic"}
"""Pillow's numbers."""


def _transformers(config: dict[str, Any]) -> Preprocessing | None:
    size, crops = config["size"], config.get("do_center_crop", "crop_size" in config)
    if isinstance(size, dict):
        sides = [size["shortest_edge"]] if set(size) == {"shortest_edge"} else [size["height"], size["width"]]
    else:
        sides = [size]
    # One side: the short one is scaled to it, and then the middle cut out. Two: both are scaled.
    fit: Literal["crop", "squash"] = "crop" if len(sides) == 1 and crops else "squash"
    cropped = config.get("crop_size", sides[0]) if crops else sides[0]
    wanted = {*sides, *(cropped.values() if isinstance(cropped, dict) else [cropped])}
    interpolation = _RESAMPLING.get(config.get("resample", 3))
    if len(wanted) != 1 or interpolation is None or config.get("do_pad"):
        return None
    spec = FrameSpec(int(sides[0]), fit, interpolation)
    if not config.get("do_normalize", True):
        return Preprocessing(spec, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    return Preprocessing(
        spec, _three(config.get("image_mean", CLIP_MEAN)), _three(config.get("image_std", CLIP_STD))
    )


def _three(values: Any) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if len(numbers) != 3:
        raise ValueError(f"{len(numbers)} channels instead of 3")
    return numbers
