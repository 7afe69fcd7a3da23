"""The configurations of published ONNX models, as they are published: what dampipe reads from them."""

import json
from pathlib import Path
from typing import Any

import pytest

from dampipe.kernel.errors import InvalidInput
from dampipe.vision.base import FrameSpec
from dampipe.vision.onnx.layout import (
    CLIP_MEAN,
    CLIP_STD,
    OPEN_CLIP,
    TRANSFORMERS,
    Layout,
    TextSettings,
    find_layout,
    read_preprocessing,
    read_text_settings,
)

OPEN_CLIP_224 = {
    "size": [224, 224],
    "mode": "RGB",
    "mean": CLIP_MEAN,
    "std": CLIP_STD,
    "interpolation": "bicubic",
    "resize_mode": "shortest",
    "fill_color": 0,
}
SIGLIP2_256 = {
    "size": [256, 256],
    "mode": "RGB",
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "interpolation": "bicubic",
    "resize_mode": "squash",
    "fill_color": 0,
}
CLIP_TRANSFORMERS = {
    "crop_size": {"height": 224, "width": 224},
    "do_center_crop": True,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": CLIP_MEAN,
    "image_std": CLIP_STD,
    "image_processor_type": "CLIPImageProcessor",
    "resample": 3,
    "size": {"shortest_edge": 224},
}
CLIP_FEATURE_EXTRACTOR = {
    "crop_size": 224,
    "do_center_crop": True,
    "do_normalize": True,
    "do_resize": True,
    "size": 224,
    "feature_extractor_type": "CLIPFeatureExtractor",
    "resample": 2,
    "image_mean": CLIP_MEAN,
    "image_std": CLIP_STD,
}
SIGLIP_TRANSFORMERS = {
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "resample": 3,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
    "size": {"height": 384, "width": 384},
}


def written(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("layout", "told", "spec", "mean"),
    [
        (OPEN_CLIP, OPEN_CLIP_224, FrameSpec(224, "crop", "bicubic"), CLIP_MEAN),
        (OPEN_CLIP, SIGLIP2_256, FrameSpec(256, "squash", "bicubic"), (0.5, 0.5, 0.5)),
        (OPEN_CLIP, {"size": 64}, FrameSpec(64, "crop", "bicubic"), CLIP_MEAN),
        (TRANSFORMERS, CLIP_TRANSFORMERS, FrameSpec(224, "crop", "bicubic"), CLIP_MEAN),
        (TRANSFORMERS, CLIP_FEATURE_EXTRACTOR, FrameSpec(224, "crop", "bilinear"), CLIP_MEAN),
        (TRANSFORMERS, SIGLIP_TRANSFORMERS, FrameSpec(384, "squash", "bicubic"), (0.5, 0.5, 0.5)),
        (TRANSFORMERS, {"size": 64, "do_normalize": False}, FrameSpec(64, "squash", "bicubic"), (0, 0, 0)),
    ],
)
def test_frames_are_prepared_as_the_publisher_says(
    tmp_path: Path, layout: Layout, told: Any, spec: FrameSpec, mean: tuple[float, ...]
) -> None:
    found = read_preprocessing(layout, written(tmp_path, layout.preprocessing, told))
    assert found.spec == spec
    assert found.mean == mean
    assert len(found.std) == 3


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        (OPEN_CLIP, OPEN_CLIP_224 | {"resize_mode": "longest"}),
        (OPEN_CLIP, OPEN_CLIP_224 | {"size": [224, 336]}),
        (OPEN_CLIP, OPEN_CLIP_224 | {"interpolation": "nearest"}),
        (TRANSFORMERS, CLIP_TRANSFORMERS | {"size": {"shortest_edge": 256}}),
        (TRANSFORMERS, SIGLIP_TRANSFORMERS | {"size": {"height": 384, "width": 224}}),
        (TRANSFORMERS, SIGLIP_TRANSFORMERS | {"resample": 0}),
        (TRANSFORMERS, SIGLIP_TRANSFORMERS | {"do_pad": True}),
    ],
)
def test_frames_that_cannot_be_prepared_are_refused(tmp_path: Path, layout: Layout, told: Any) -> None:
    with pytest.raises(InvalidInput, match="not supported"):
        read_preprocessing(layout, written(tmp_path, layout.preprocessing, told))


@pytest.mark.parametrize("layout", [OPEN_CLIP, TRANSFORMERS])
@pytest.mark.parametrize("told", [[], {}, {"size": "large"}, {"size": 64, "mean": [1], "image_mean": [1]}])
def test_a_broken_configuration_is_refused(tmp_path: Path, layout: Layout, told: Any) -> None:
    path = written(tmp_path, layout.preprocessing, told)
    with pytest.raises(InvalidInput, match="not a valid preprocessing configuration"):
        read_preprocessing(layout, path)


CLIP_TEXT = {"context_length": 77, "vocab_size": 49408, "width": 512, "heads": 8, "layers": 12}
SIGLIP_TEXT = {
    "context_length": 64,
    "hf_tokenizer_name": "timm/ViT-B-16-SigLIP2",
    "tokenizer_kwargs": {"clean": "canonicalize"},
}


@pytest.mark.parametrize(
    ("layout", "config", "tokenizer", "expected"),
    [
        (
            OPEN_CLIP,
            {"embed_dim": 512, "text_cfg": CLIP_TEXT},
            {"pad_token": "<|endoftext|>", "model_max_length": 77},
            TextSettings(77, "lower", "<|endoftext|>"),
        ),
        (
            OPEN_CLIP,
            {"text_cfg": SIGLIP_TEXT},
            {"pad_token": "<pad>"},
            TextSettings(64, "canonicalize", "<pad>"),
        ),
        (
            OPEN_CLIP,
            {"text_cfg": {"hf_tokenizer_name": "xlm-roberta-base"}},
            {"pad_token": {"content": "<pad>", "lstrip": False}},
            TextSettings(77, "whitespace", "<pad>"),
        ),
        (
            TRANSFORMERS,
            {"model_type": "clip", "text_config": {"max_position_embeddings": 77}},
            {"pad_token": "!"},
            TextSettings(77, "none", "!"),
        ),
        (
            TRANSFORMERS,
            {"model_type": "siglip", "text_config": {}},
            {"model_max_length": 64},
            TextSettings(64, "none", ""),
        ),
        (TRANSFORMERS, None, None, TextSettings(77, "none", "")),
    ],
)
def test_texts_are_prepared_as_the_publisher_says(
    tmp_path: Path, layout: Layout, config: Any, tokenizer: Any, expected: TextSettings
) -> None:
    for name, content in ((layout.config, config), (layout.tokenizer_config, tokenizer)):
        if content is not None:
            written(tmp_path, name, content)
    assert read_text_settings(layout, tmp_path) == expected


@pytest.mark.parametrize(
    "text", [{"tokenizer_kwargs": {"strip_sep_token": True}}, {"tokenizer_kwargs": {"clean": "x"}}]
)
def test_a_tokenizer_with_other_rules_is_refused(tmp_path: Path, text: Any) -> None:
    written(tmp_path, OPEN_CLIP.config, {"text_cfg": text})
    with pytest.raises(InvalidInput, match="not supported"):
        read_text_settings(OPEN_CLIP, tmp_path)


def test_a_layout_is_known_by_its_preprocessing(tmp_path: Path) -> None:
    assert find_layout(tmp_path) is None
    for layout in (TRANSFORMERS, OPEN_CLIP):
        path = written(tmp_path, layout.preprocessing, {})
        assert find_layout(tmp_path) is layout
        assert layout.root(path) == tmp_path
