"""The corpus: crafted files, then mutated samples in turn, determined by the seed."""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from tests.hostile.crafted import crafted
from tests.hostile.mutations import MUTATIONS

LARGEST = 500_000
"""Larger samples are not mutated: many small files find more."""


def corpus(
    samples: Mapping[str, Path], victim: str, address: str, seed: int, mutated: int
) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every crafted file and of `mutated` others; the same for the same seed and samples."""
    contents = {name: path.read_bytes() for name, path in sorted(samples.items())}
    for name, content in crafted(victim, address, contents).items():
        yield f"crafted-{name}", content
    small = [name for name, content in contents.items() if len(content) <= LARGEST]
    rng = Random(seed)
    order = itertools.cycle(rng.sample(MUTATIONS, len(MUTATIONS)))
    for number, name in zip(range(mutated), itertools.cycle(rng.sample(small, len(small))), strict=False):
        mutation = next(order)
        stem, _, suffix = name.rpartition(".")
        yield (
            f"{number:04d}-{mutation.__name__.replace('_', '-')}-{stem}.{suffix}",
            mutation(rng, contents[name]),
        )
