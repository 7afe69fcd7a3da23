"""The tiny model by ONNX Runtime: the vectors, token ids and fingerprint are those that torch and open_clip give."""

import json
import random
import shutil
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
from dampipe.vision.tiny.words import WORDS
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


def tokenizer() -> TextTokenizer:
    settings = read_text_settings(OPEN_CLIP, tiny.FOLDER)
    return TextTokenizer.read(tiny.FOLDER / OPEN_CLIP.tokenizer, settings, settings.context_length)


def test_the_words_of_the_training_have_the_token_ids_of_open_clip() -> None:
    theirs = import_open_clip().tokenizer.SimpleTokenizer(context_length=16)
    chosen = random.Random(5)
    texts = [" ".join(chosen.choices(sorted(WORDS), k=chosen.randint(1, 9))) for _ in range(500)]
    texts += [text.upper() for text in texts[:50]] + [
        "cyan",
        "triangles",
        "a cyan circle, on a cyan background"[:13],
    ]
    assert (tokenizer().encode(texts)[0] == theirs(texts).numpy()).all()


def test_any_other_word_is_one_unknown_token_without_a_vector(
    both: tuple[ClipEmbedder, OnnxEmbedder],
) -> None:
    ids, mask = tokenizer().encode(["zebra", "a zebra", "cyanide", "tri", *PIECES])
    unknown = tokenizer().encode(["xylophone"])[0][0, 1]
    assert ids[0, :3].tolist() == [49406, unknown, 49407] and ids[2, 1] == ids[3, 1] == unknown
    assert ids.shape == mask.shape and ids.max() == 49407
    assert set(ids[mask == 1].tolist()) <= {unknown, *tokenizer().encode([*WORDS])[0].flatten().tolist()}
    clip, onnx = both
    same = [["zebra"], ["xylophone"]]
    assert cosines(onnx.words(same[0]), onnx.words(same[1])).min() > SAME
    assert cosines(clip.words(PIECES), onnx.words(PIECES)).min() > SAME


def test_the_vocabulary_is_our_own() -> None:
    vocabulary = json.loads((tiny.FOLDER / OPEN_CLIP.tokenizer).read_text())["model"]["vocab"]
    assert {word for word in vocabulary if word.isalpha()} | {"cyan", "triangles"} == WORDS


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
