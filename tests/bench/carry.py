"""Carrying times: how many anchors of rendered clips arrive at the right frame of a version, by kind of edit."""

import os
import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.probe.prober import Prober
from dampipe.media.signatures.align import align
from tests.support.anchors import aligned
from tests.support.carry_sweep import KINDS, Maker, Verdict, judged
from tests.support.signature_tracks import encoded, graded, shots, track

SEEDS = range(int(os.environ.get("CARRY_FIRST", "0")), int(os.environ.get("CARRY_LAST", "12")))
FRAMES = 90_000
"""An hour at 25 frames a second."""


def main() -> None:
    """Print the shares by kind of edit, both ways, and the seconds of an hour."""
    totals: dict[str, Verdict] = defaultdict(Verdict)
    unrelated = 0
    prober = Prober()
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        maker = Maker(find_ffmpeg(), prober, Path(name))
        for seed in SEEDS:
            for kind in KINDS:
                pair = maker.pair(kind, seed)
                alignment = aligned(pair.first, pair.second)
                totals[kind] += judged(pair, alignment)
                totals[kind] += judged(pair.inverse, alignment.inverse)
            other = maker.unrelated(seed)
            unrelated += len(aligned(other.first, other.second).spans)
            print(f"  seed {seed} done", flush=True)
    print(f"\n{len(SEEDS)} clips of 34 s, an anchor at every frame of both versions")
    for kind, verdict in totals.items():
        print(f"{kind:<42} {verdict}")
    print(f"spans between clips that have nothing in common: {unrelated}")
    hour()


def hour() -> None:
    """Print the seconds to align two versions of an hour, with 20 cuts: another encode, and a grade."""
    rng = np.random.default_rng(1)
    rows = shots(FRAMES, rng)
    keep = np.ones(FRAMES, bool)
    for start in rng.integers(0, FRAMES - 600, 20):
        keep[start : start + int(rng.integers(3, 400))] = False
    first = track(rows)
    for name, changed in (("another encode", rows), ("a grade", graded(rows, rng))):
        second = track(encoded(changed[keep], rng))
        began, of_processor = time.perf_counter(), time.process_time()
        found = align(first, second)
        print(
            f"an hour, {FRAMES:,} frames, 20 cuts, {name}: {time.process_time() - of_processor:.1f} s of the "
            f"processor, {time.perf_counter() - began:.1f} s, {len(found.spans)} spans, "
            f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB of this process"
        )
