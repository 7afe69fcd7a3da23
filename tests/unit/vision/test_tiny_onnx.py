"""The tiny model by ONNX Runtime: the vectors, token ids and fingerprint are those that torch and open_clip give."""

import json
import random
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dampipe.vision import tiny
from dampipe.vision.base import Vectors
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.models import resolve_clip, resolve_onnx
from dampipe.vision.onnx.embedder import OnnxEmbedder
from dampipe.vision.onnx.layout import OPEN_CLIP, read_text_settings
from dampipe.vision.onnx.tokenizer import TextTokenizer
from dampipe.vision.tiny.drawing import draw, scenes
from dampipe.vision.tiny.export_onnx import export
from dampipe.vision.torchvision_compat import import_open_clip

SAME = 0.999
"""The cosine from which on vectors of one model are interchangeable."""
TEXTS = ["a red circle", "something blue", "Straße am Fluß", "nobody ever trained this", "star " * 40, "?"]
PIECES = [
    "red",
    "circle",
    "it's",
    "IT'S",
    "don't",
    "Straße",
    "naïve",
    "ﬁ",
    "ｆｕｌｌ",
    "“quote”",
    "'ſ",
    "K",
    "İ",
    "ǅ",
    "日本語",
    "हिन्दी",
    "١٢٣",
    "½",
    "Ⅷ",
    "!",
    "?!",
    "...",
    "a_b",
    "x²",
    "’s",
    "&amp;",
    "&lt;b&gt;",
    "Ã©",
    "<start_of_text>",
    "<END_OF_TEXT>",
    "<|endoftext|>",
    "</w>",
    "<",
    "_",
    ">",
    "supercalifragilistic",
    "ΣΑΣ",
    "👩\u200d👧",
]


@pytest.fixture(scope="module")
def both() -> tuple[ClipEmbedder, OnnxEmbedder]:
    return ClipEmbedder("tiny", "cpu"), OnnxEmbedder("tiny", "cpu")


def cosines(one: Vectors, other: Vectors) -> Any:
    return (one * other).sum(axis=1)


def test_its_vectors_are_interchangeable_with_those_of_torch(both: tuple[ClipEmbedder, OnnxEmbedder]) -> None:
    clip, onnx = both
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 64, 3), dtype=np.uint8)
    drawn = np.stack([draw(*scene) for scene in scenes()])
    for frames in (noise, drawn):
        assert cosines(clip.pictures(frames), onnx.pictures(frames)).min() > SAME
    assert cosines(clip.words(TEXTS), onnx.words(TEXTS)).min() > SAME


def test_its_vectors_have_the_same_key(both: tuple[ClipEmbedder, OnnxEmbedder]) -> None:
    clip, onnx = both
    assert clip.fingerprint == onnx.fingerprint
    assert clip.spec == onnx.spec
    assert resolve_clip("tiny").licence == resolve_onnx("tiny").licence == "MIT"


def test_any_text_becomes_the_token_ids_of_open_clip() -> None:
    settings = read_text_settings(OPEN_CLIP, tiny.FOLDER)
    ours = TextTokenizer.read(tiny.FOLDER / OPEN_CLIP.tokenizer, settings, settings.context_length)
    theirs = import_open_clip().get_tokenizer(f"local-dir:{tiny.FOLDER}")
    chosen = random.Random(5)
    # Characters that an older Unicode does not know may be letters for one of the two and signs for the other.
    assigned = [chr(n) for n in range(0x1FFFF) if unicodedata.category(chr(n)) not in ("Cn", "Cs", "Co")]
    texts = [
        "".join(chosen.choice(PIECES) + chosen.choice(["", " ", "\t "]) for _ in range(chosen.randint(1, 6)))
        if number % 2
        else "".join(chosen.choices(assigned, k=chosen.randint(1, 12)))
        for number in range(4000)
    ]
    wrong = [
        text
        for text, one, other in zip(texts, ours.encode(texts)[0], theirs(texts).numpy(), strict=True)
        if (one != other).any()
    ]
    assert not wrong


def test_the_files_are_what_the_exporter_makes_of_the_weights(tmp_path: Path) -> None:
    for path in tiny.FOLDER.glob("open_clip*"):
        shutil.copy(path, tmp_path)
    export(tmp_path)
    for name in (OPEN_CLIP.tokenizer, OPEN_CLIP.tokenizer_config, OPEN_CLIP.preprocessing, OPEN_CLIP.config):
        assert json.loads((tmp_path / name).read_text()) == json.loads((tiny.FOLDER / name).read_text()), name
    fresh, kept = OnnxEmbedder(str(tmp_path), "cpu"), OnnxEmbedder("tiny", "cpu")
    assert fresh.fingerprint == kept.fingerprint
    assert cosines(fresh.words(TEXTS), kept.words(TEXTS)).min() > SAME
    frames = np.stack([draw(*scene) for scene in list(scenes())[::10]])
    assert cosines(fresh.pictures(frames), kept.pictures(frames)).min() > SAME
