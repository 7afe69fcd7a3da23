"""Trains the tiny CLIP from nothing: `python -m dampipe.vision.tiny.train`, some minutes on two cores.

Contrastive as CLIP is, with two changes. A short caption ("a circle") is true of many pictures of a batch, so
all of them are its targets, equally. And two thirds of a batch are pictures that share colour and background
and differ in shape: without these the colours alone explain the batch, and shape is learned very slowly.
"""

import argparse
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from dampipe.vision.tiny import FOLDER
from dampipe.vision.tiny.camera import shot_of
from dampipe.vision.tiny.drawing import BACKGROUNDS, COLOURS, SHAPES, Scene, scenes, with_article
from dampipe.vision.tiny.evaluate import held_out, measure
from dampipe.vision.tiny.words import ANYTHING, OPENINGS, plural
from dampipe.vision.torchvision_compat import import_open_clip

log = logging.getLogger(__name__)

SIZE = 64
MODEL: dict[str, Any] = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": SIZE, "layers": [1, 1, 1, 1], "width": 8, "patch_size": None},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}
PREPROCESS: dict[str, Any] = {
    "mean": [0.5, 0.5, 0.5],
    "std": [0.25, 0.25, 0.25],
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}
BATCH = 196
GROUPS = 18
"""Groups of seven pictures that differ in shape alone: 126 of the 196."""

_Labels = tuple[int, int, int]
"""Shape, colour, background; -1 where a text does not say."""


class Album:
    """All training pictures, drawn once: `copies` of every scene that is not held out."""

    def __init__(self, copies: int, rng: np.random.Generator) -> None:
        unseen = held_out()
        self.copies = copies
        self.scenes = [scene for scene in scenes() if scene not in unseen]
        self.labels = torch.tensor([_labels(scene) for scene in self.scenes])
        self.pictures = np.stack([shot_of(s, SIZE, rng) for s in self.scenes for _ in range(copies)])
        ground: dict[tuple[str, str], list[int]] = {}
        for place, scene in enumerate(self.scenes):
            ground.setdefault((scene.colour, scene.background), []).append(place)
        self.alike = list(ground.values())

    def batches(
        self, count: int, rng: np.random.Generator
    ) -> Iterator[tuple[NDArray[np.intp], torch.Tensor]]:
        """Pairs of scene numbers and pictures (uint8, BATCH × 3 × SIZE × SIZE)."""
        for _ in range(count):
            groups = rng.choice(len(self.alike), GROUPS, replace=False)
            hard = [place for group in groups.tolist() for place in self.alike[group]]
            rest = rng.integers(len(self.scenes), size=BATCH - len(hard))
            chosen = np.concatenate([np.array(hard), rest])
            rows = chosen * self.copies + rng.integers(self.copies, size=BATCH)
            yield chosen, torch.from_numpy(self.pictures[rows]).permute(0, 3, 1, 2)


def _labels(scene: Scene) -> _Labels:
    return (
        SHAPES.index(scene.shape),
        list(COLOURS).index(scene.colour),
        list(BACKGROUNDS).index(scene.background),
    )


def say(scene: Scene, rng: np.random.Generator) -> tuple[str, _Labels]:
    """A random true caption, worded as people search, and what it says."""
    shape, colour, ground = scene
    labels = _labels(scene)
    says = rng.choice(6, p=[0.35, 0.35, 0.08, 0.08, 0.08, 0.06])
    painted = (
        with_article(colour) if rng.random() < 0.5 else rng.choice([colour, f"a {colour}", f"the {colour}"])
    )
    many = plural(shape)
    thing = rng.choice([f"a {shape}", shape, many], p=[0.6, 0.25, 0.15])
    coloured = f"{colour} {many}" if rng.random() < 0.1 else f"{painted} {shape}"
    behind = f"{with_article(ground)} background" if rng.random() < 0.8 else str(ground)
    told, text = (
        ((1, 1, 1), f"{painted} {shape} on {behind}"),
        ((1, 1, 0), coloured),
        ((1, 0, 1), f"{thing} on {behind}"),
        ((1, 0, 0), thing),
        ((0, 1, 0), colour if rng.random() < 0.7 else f"{ANYTHING} {colour}"),
        ((0, 0, 1), f"{with_article(ground)} background"),
    )[says]
    if told[0] and rng.random() < 0.15:
        text = f"{rng.choice(OPENINGS)} {text}"
    shown = tuple(label if tell else -1 for label, tell in zip(labels, told, strict=True))
    return text, (shown[0], shown[1], shown[2])


def loss_of(logits: torch.Tensor, texts: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """Cross-entropy both ways against every pair that is true; `logits` has texts as rows."""
    silent = texts[:, None] < 0
    true = (silent | (texts[:, None] == pictures[None])).all(-1).float()
    there = -(logits.log_softmax(1) * true / true.sum(1, keepdim=True)).sum(1).mean()
    back = -(logits.log_softmax(0) * true / true.sum(0, keepdim=True)).sum(0).mean()
    return (there + back) / 2


def train(folder: Path, steps: int, copies: int, seed: int) -> dict[str, float]:
    """Train, write configuration and weights to `folder`, and return the figures of `measure`."""
    open_clip = import_open_clip()
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": MODEL, "preprocess_cfg": PREPROCESS}
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")
    model = open_clip.create_model(f"local-dir:{folder}", load_weights=False)
    tokenize = open_clip.get_tokenizer(f"local-dir:{folder}")
    mean, std = (torch.tensor(PREPROCESS[name]).view(1, 3, 1, 1) * 255 for name in ("mean", "std"))

    started = monotonic()
    album = Album(copies, rng)
    log.info("%d pictures drawn in %.0f s", len(album.pictures), monotonic() - started)
    optimiser = torch.optim.AdamW(_groups(model), lr=3e-3, betas=(0.9, 0.98))
    warm = 100
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1.0, (n + 1) / warm) * 0.5 * (1 + np.cos(np.pi * n / steps))
    )
    heard = torch.zeros(MODEL["text_cfg"]["vocab_size"], dtype=torch.bool)
    model.train()
    for step, (chosen, pictures) in enumerate(album.batches(steps, rng)):
        said = [say(album.scenes[place], rng) for place in chosen.tolist()]
        # No two lamps are as bright and of the same colour.
        bright = torch.empty(len(pictures), 1, 1, 1).uniform_(0.75, 1.1)
        lit = (pictures * bright + torch.randn(len(pictures), 3, 1, 1) * 6).clamp(0, 255)
        images = model.encode_image((lit - mean) / std, normalize=True)
        tokens = tokenize([text for text, _ in said])
        heard[tokens.unique()] = True
        texts = model.encode_text(tokens, normalize=True)
        logits = model.logit_scale.exp().clamp(max=100) * texts @ images.T
        loss = loss_of(logits, torch.tensor([told for _, told in said]), album.labels[chosen])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            log.info("step %d of %d: loss %.3f, %.0f s", step, steps, loss.item(), monotonic() - started)
    with torch.no_grad():
        # A word never heard says nothing, so "red car" means "red"; and zeros pack well.
        model.token_embedding.weight[~heard] = 0
    weights = {name: _half(value) for name, value in model.state_dict().items()}
    file = folder / "open_clip_model.safetensors"
    save_file(weights, file)
    file.chmod(0o644)  # safetensors leaves it readable by its owner only

    from dampipe.vision.clip import ClipEmbedder

    return measure(ClipEmbedder(f"local-dir:{folder}", device="cpu"))


def _groups(model: torch.nn.Module) -> list[dict[str, Any]]:
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]


def _half(value: torch.Tensor) -> torch.Tensor:
    return (value.half() if value.is_floating_point() else value).contiguous()


def main() -> None:
    """Command line: where to write, how long, which seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--copies", type=int, default=50, help="pictures drawn of every scene")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)
    for name, value in train(given.folder, given.steps, given.copies, given.seed).items():
        log.info("%-36s %.3f", name, value)


if __name__ == "__main__":
    main()
