"""Pictures a second of the embed stage on a GPU, against the bare model in a loop and against the arithmetic limit.

Everything is real but for the broker and the other workers (alone.py), so it needs few packages beside torch and runs on
a machine that is lent for minutes: `python -m tests.bench.gpu`. `--small` tries it out on any machine.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dampipe.vision import tiny
from dampipe.vision.base import Pictures, Vectors
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.torchvision_compat import import_open_clip
from tests.bench.alone import Spine

ROUNDS = 3
FRAMES = 60
LIKE = 0.999
"""The least cosine between a vector in the catalogue and that of the same picture on the CPU in float32 …"""
LIKE_BEYOND_MEAN = 0.98
"""… and once what all pictures have in common is taken off both: with random weights that is nearly all."""


@dataclass(frozen=True)
class Case:
    """One model and how many pictures a round takes."""

    model: str
    pictures: int
    compared: int
    """How many vectors are held against those of the CPU."""
    gflop: float
    """Of one picture, multiplications and additions; 0: not known."""
    processes: tuple[int, ...] = (1,)
    """Of the worker, each with a model of its own."""


CASES = (Case("ViT-B-32", 38_400, 48, 8.8, (1, 4)), Case("ViT-L-14", 7_680, 16, 162.0))
SMALL = (Case("tiny", 600, 48, 0.0, (1, 2)),)


def main(arguments: Sequence[str] = ()) -> None:
    """Print both rates for every model, for clips and for photographs."""
    import torch

    small = "--small" in arguments
    if not small and not torch.cuda.is_available():
        print("gpu: torch sees no GPU here, nothing is measured (--small tries the bench out without one)")
        return
    print(
        f"torch {torch.__version__}, {torch.cuda.get_device_name() if torch.cuda.is_available() else 'CPU'}"
    )
    peak = 0.0 if small else matmul_peak()
    if peak:
        print(f"bf16 matrix product of 8192 x 8192: {peak:.0f} TFLOP/s")
    with tempfile.TemporaryDirectory(prefix="dampipe-bench-") as name:
        for case in SMALL if small else CASES:
            measure(Path(name), case, peak)


def measure(folder: Path, case: Case, peak: float) -> None:
    """One model, with clips and with photographs."""
    began = time.monotonic()
    model = (
        f"local-dir:{tiny.FOLDER}"
        if case.model == "tiny"
        else random_weights(case.model, folder / case.model)
    )
    embedder = ClipEmbedder(model)
    pictures = made_up(case.pictures, embedder.spec.size)
    exact = Exact(model, embedder)
    print(f"\n{case.model}: ready after {time.monotonic() - began:.0f} s", flush=True)
    for frames, words in ((FRAMES, f"clips of {FRAMES} frames"), (1, "photographs")):
        for processes in case.processes:
            home = folder / f"{case.model}-{frames}-{processes}"
            make = partial(ClipEmbedder, model)
            with Spine(home, make, pictures, frames, processes) as spine:
                compare(spine, embedder, case, f"{words}, {processes} process(es)", peak)
                check(spine, case, exact)
            shutil.rmtree(home)


def compare(spine: Spine, embedder: ClipEmbedder, case: Case, words: str, peak: float) -> None:
    """All in turn."""
    bare = Bare(embedder)
    contenders: dict[str, Callable[[], float]] = {
        "dampipe": spine.embed_all,
        "bare model": lambda: bare.loop(spine.pictures),
        "resident": lambda: bare.resident(spine.pictures, case.pictures),
    }
    for name in ("dampipe", "bare model"):
        contenders[name]()  # warm: kernels chosen, files in the page cache
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, call in contenders.items():
            rates[name].append(case.pictures / call())
    print(f"{case.model}, {words}: {len(spine.assets)} assets, pictures/s")
    for name, values in rates.items():
        rate = statistics.median(values)
        share = f", {rate * case.gflop / peak / 10:.0f} % of the limit" if peak and case.gflop else ""
        print(f"  {name:<12} {rate:9.1f} ({min(values):.1f}-{max(values):.1f}){share}")
    ratios = [a / b for a, b in zip(rates["dampipe"], rates["bare model"], strict=True)]
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"  dampipe / bare model: median {statistics.median(ratios):.3f} ({each})", flush=True)


def check(spine: Spine, case: Case, exact: "Exact") -> None:
    """Hold vectors of the catalogue against the CPU's in float32. Ends the bench where they differ."""
    chosen = np.linspace(0, case.pictures - 1, case.compared).astype(int)
    found = np.stack([spine.vector(int(n)) for n in chosen])
    wanted = exact.vectors(spine.pictures[chosen])
    like = _cosines(found, wanted)
    beyond = _cosines(found - wanted.mean(axis=0), wanted - wanted.mean(axis=0))
    print(
        f"  {case.compared} vectors against the CPU in float32: cosine at least {like.min():.5f}, "
        f"beyond what all have in common {beyond.min():.4f}",
        flush=True,
    )
    if not (like.min() >= LIKE and beyond.min() >= LIKE_BEYOND_MEAN):
        sys.exit("the vectors in the catalogue are not those of the pictures")


class Bare:
    """The same network, weights and batches, called as a script would."""

    def __init__(self, embedder: ClipEmbedder) -> None:
        loaded = embedder._loaded()
        self._network, self._placement = loaded.network, loaded.placement
        self._mean, self._std, self._batch = loaded.mean, loaded.std, loaded.batch

    def loop(self, pictures: Pictures) -> float:
        """Seconds with the pictures in memory; the vectors are brought back and forgotten."""
        import torch

        began = time.perf_counter()
        with torch.inference_mode():
            for part in self._parts(pictures):
                self._vectors(torch.from_numpy(part)).cpu()
        return time.perf_counter() - began

    def resident(self, pictures: Pictures, wanted: int) -> float:
        """Seconds with one batch on the device already, again and again: what the network alone takes."""
        import torch

        with torch.inference_mode():
            part = torch.from_numpy(pictures[: self._batch]).to(self._placement.device)
            part = self._prepared(part)
            began = time.perf_counter()
            for _ in range(0, wanted, self._batch):
                vectors = self._network.encode_image(part)
            vectors.cpu()
        taken = time.perf_counter() - began
        return taken * wanted / (-(-wanted // self._batch) * self._batch)

    def _parts(self, pictures: Pictures) -> Iterator[Pictures]:
        return (pictures[at : at + self._batch] for at in range(0, len(pictures), self._batch))

    def _prepared(self, part: Any) -> Any:
        import torch

        pixels = part.to(self._placement.device).permute(0, 3, 1, 2).to(torch.float32)
        return ((pixels - self._mean) / self._std).to(self._placement.dtype)

    def _vectors(self, part: Any) -> Any:
        import torch

        rows = self._network.encode_image(self._prepared(part)).to(torch.float32)
        return torch.nn.functional.normalize(rows, dim=-1)


class Exact:
    """The same weights in float32 on the CPU."""

    def __init__(self, model: str, embedder: ClipEmbedder) -> None:
        loaded = embedder._loaded()
        self._mean, self._std = loaded.mean.cpu(), loaded.std.cpu()
        self._network = import_open_clip().create_model(model, precision="fp32", device="cpu").eval()

    def vectors(self, pictures: Pictures) -> Vectors:
        """One a picture."""
        import torch

        precision = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")
        pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).to(torch.float32)
        with torch.no_grad():
            rows = self._network.encode_image((pixels - self._mean) / self._std)
        torch.set_float32_matmul_precision(precision)
        found: Vectors = torch.nn.functional.normalize(rows, dim=-1).numpy()
        return found


def random_weights(architecture: str, folder: Path) -> str:
    """A model as the setting names one: open_clip's architecture with weights by chance."""
    import torch
    from safetensors.torch import save_file

    open_clip = import_open_clip()
    torch.manual_seed(1)
    network = open_clip.create_model(architecture)
    folder.mkdir()
    tensors = {name: tensor.contiguous().clone() for name, tensor in network.state_dict().items()}
    save_file(tensors, folder / "open_clip_model.safetensors")
    config = {"model_cfg": open_clip.get_model_config(architecture), "preprocess_cfg": {}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    return f"local-dir:{folder}"


def made_up(wanted: int, size: int) -> Pictures:
    """Pictures of coloured squares and noise, no two alike."""
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 32, 2 * size * size * 3, np.uint8)
    pictures = np.empty((wanted, size, size, 3), np.uint8)
    for picture in pictures:
        squares = rng.integers(0, 224, (4, 4, 3), np.uint8).repeat(size // 4, 0).repeat(size // 4, 1)
        begin = int(rng.integers(size * size * 3))
        np.add(squares, noise[begin : begin + picture.size].reshape(picture.shape), out=picture)
    return pictures


def matmul_peak(size: int = 8192, products: int = 30) -> float:
    """TFLOP/s of a large matrix product in bfloat16."""
    import torch

    one, other = (torch.randn(size, size, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    for _ in range(5):
        one @ other
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(products):
        one @ other
    end.record()
    end.synchronize()
    return float(2 * size**3 * products / start.elapsed_time(end) / 1e9)


def _cosines(some: Vectors, others: Vectors) -> Vectors:
    lengths = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
    found: Vectors = (some * others).sum(axis=1) / lengths
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
