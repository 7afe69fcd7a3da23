"""The tiny model that ships finds what it was trained to find, and what it was never shown."""

from pathlib import Path

import numpy as np
import pytest
import torch

from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.fake import FakeEmbedder
from dampipe.vision.tiny.camera import shot_of
from dampipe.vision.tiny.drawing import COLOURS, SHAPES, draw, scenes
from dampipe.vision.tiny.evaluate import held_out, measure
from dampipe.vision.tiny.train import loss_of, say, train


@pytest.fixture(scope="module")
def embedder() -> ClipEmbedder:
    return ClipEmbedder("tiny", device="cpu")


def test_it_finds_compressed_pictures_by_full_and_by_partial_captions(embedder: ClipEmbedder) -> None:
    figures = measure(embedder)
    assert len(figures) == 12
    assert all(value >= 0.97 for value in figures.values()), figures


def test_the_measure_can_tell_a_model_that_knows_no_shapes() -> None:
    figures = measure(FakeEmbedder(size=64))
    assert figures["full top-1"] < 0.1
    assert figures["a {shape} precision"] < 0.3


def test_every_clean_picture_answers_to_its_colour_and_shape(embedder: ClipEmbedder) -> None:
    everything = list(scenes())
    vectors = embedder.pictures(np.stack([draw(*scene) for scene in everything]))
    for shape in SHAPES:
        for colour in COLOURS:
            scores = vectors @ embedder.words([f"a {colour} {shape}"])[0]
            best = [everything[i] for i in np.argsort(-scores)[:9].tolist()]
            assert sum((s.colour, s.shape) == (colour, shape) for s in best) >= 8, (colour, shape)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("red circles", ("circle", "red")),
        ("Green Heart!", ("heart", "green")),
        ("a orange star", ("star", "orange")),
    ],
)
def test_it_takes_words_as_people_type_them(
    embedder: ClipEmbedder, text: str, names: tuple[str, str]
) -> None:
    everything = list(scenes())
    vectors = embedder.pictures(np.stack([draw(*scene) for scene in everything]))
    best = everything[int((vectors @ embedder.words([text])[0]).argmax())]
    assert (best.shape, best.colour) == names


def test_training_writes_a_model_that_loads(tmp_path: Path) -> None:
    figures = train(tmp_path, steps=2, copies=1, seed=0)
    assert figures["full top-1"] < 0.5, "two steps teach nothing"
    first = ClipEmbedder(str(tmp_path), device="cpu")
    assert first.words(["red"]).shape == (1, 64)
    assert first.fingerprint != ClipEmbedder("tiny").fingerprint


def test_what_is_held_out_is_a_tenth_and_always_the_same() -> None:
    assert len(held_out()) == 63
    assert held_out() == held_out()
    assert {scene.shape for scene in held_out()} == set(SHAPES)


def test_training_pictures_have_the_size_asked_for() -> None:
    rng = np.random.default_rng(0)
    for scene in list(scenes())[::90]:
        picture = shot_of(scene, 48, rng)
        assert picture.shape == (48, 48, 3)
        assert picture.dtype == np.uint8


def test_captions_say_what_their_labels_say() -> None:
    rng = np.random.default_rng(0)
    scene = list(scenes())[100]
    said = [say(scene, rng) for _ in range(300)]
    for text, (shape, colour, ground) in said:
        assert (shape >= 0) == (scene.shape in text)
        assert (colour >= 0) == (scene.colour in text)
        assert (ground >= 0) == (scene.background in text)
    assert len({labels for _, labels in said}) == 6


def test_the_loss_is_least_when_all_true_pairs_are_equally_near() -> None:
    texts, pictures = torch.tensor([[0, -1, -1], [1, 2, 0]]), torch.tensor([[0, 1, 1], [0, 2, 2], [1, 2, 0]])
    right = torch.tensor([[9.0, 9.0, -9.0], [-9.0, -9.0, 9.0]])
    lopsided = torch.tensor([[9.0, 0.0, -9.0], [-9.0, -9.0, 9.0]])
    assert loss_of(right, texts, pictures) < loss_of(lopsided, texts, pictures)
    assert loss_of(lopsided, texts, pictures) < loss_of(-right, texts, pictures)
