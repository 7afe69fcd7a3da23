"""Near duplicates: every clip in five versions and in trims; which pairs are found, which wrongly, and how they lie."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path

import numpy as np

from dampipe.features.duplicates.model import NearDuplicate
from dampipe.media.probe.prober import Prober
from dampipe.vision.tiny.drawing import scenes
from tests.bench import duplicates_at_scale
from tests.support.versions import FOOTAGE, VERSIONS, Versions, encoded, make_version, scene_clip

SYNTHETIC = 24
TRIMS = 8
"""Of each real clip …"""
LONGEST = 25.0
"""… of so many seconds at the most."""
NEAR = 0.5
"""Seconds by which the start of the common part may be wrong."""


@dataclass(frozen=True)
class Part:
    """What a version shows of its clip, in seconds."""

    clip: str
    start: float
    length: float

    def common(self, other: "Part") -> float:
        """Which part of the shorter one is in both."""
        end = min(self.start + self.length, other.start + other.length)
        return max(0.0, end - max(self.start, other.start)) / min(self.length, other.length)


def main() -> None:
    """Print precision, recall and alignment, on synthetic and on real clips; then the time in a library of a million."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        for title, clips in (("synthetic", synthetic(Path(name))), ("real", real())):
            if clips:
                measure(title, clips, Path(name) / title)
        if clips := real():
            measure_trims(clips, Path(name) / "trims")
    duplicates_at_scale.main()


def synthetic(folder: Path) -> list[Path]:
    """Clips of two to four scenes; no scene is in two of them."""
    library = Versions(folder)
    rng = np.random.default_rng(4)
    everything = list(scenes())
    order = iter(everything[at] for at in rng.permutation(len(everything)))
    made = []
    for number in range(SYNTHETIC):
        shown = list(islice(order, int(rng.integers(2, 5))))
        seconds = rng.uniform(1.5, 6.0, len(shown)).round(2).tolist()
        made.append(scene_clip(library.ffmpeg, folder / f"syn{number}.mp4", shown, seconds, rng))
    library.close()
    return made


def real() -> list[Path]:
    """Whatever lies in the folder of real footage, longer than a second; [] without it."""
    if not FOOTAGE.is_dir():
        return []
    prober = Prober()
    clips = [path for path in sorted(FOOTAGE.iterdir()) if path.suffix != ".md"]
    found = [path for path in clips if (prober.probe(str(path)).duration or 0) >= 1]
    prober.close()
    return found


def measure(title: str, clips: list[Path], folder: Path) -> None:
    """Make the versions, take all in, and count: any two of a clip are to be found."""
    folder.mkdir()
    library = Versions(folder)
    parts: dict[str, Part] = {}
    for clip in clips:
        duration = library.take_in(clip)
        parts[clip.stem] = Part(clip.stem, 0.0, duration)
        for name, ((begin, end), _) in VERSIONS.items():
            made = make_version(library.ffmpeg, clip, duration, name, folder)
            library.take_in(made)
            parts[made.stem] = Part(clip.stem, begin * duration, (end - begin) * duration)
    found = found_pairs(library)
    wanted = set(pairs(parts, least=0.0))
    right = found.keys() & wanted
    print(f"\n{title}: {len(clips)} clips in {1 + len(VERSIONS)} versions each, {len(wanted)} pairs")
    print(f"  precision {len(right) / max(1, len(found)):.3f}  recall {len(right) / len(wanted):.3f}")
    tell_alignment(library, parts, [found[pair] for pair in right])
    library.close()
    for pair in sorted(map(sorted, wanted - found.keys())):
        print(f"  missed: {' and '.join(pair)}")
    for pair in sorted(map(sorted, found.keys() - wanted)):
        print(f"  wrong: {' and '.join(pair)}", flush=True)


def measure_trims(clips: list[Path], folder: Path) -> None:
    """Each clip with trims of it, and mirrored: those that have most in common are to be found, and others not."""
    folder.mkdir()
    library = Versions(folder)
    parts: dict[str, Part] = {}
    mirrored = set()
    encodings = [options for _, options in VERSIONS.values()]
    rng = np.random.default_rng(2024)
    for clip in clips:
        duration = library.take_in(clip)
        parts[clip.stem] = Part(clip.stem, 0.0, duration)
        for number in range(TRIMS):
            length = min(LONGEST, duration * rng.uniform(0.25, 0.7))
            part = float(rng.uniform(0, duration - length)), float(length)
            made = folder / f"{clip.stem}__{number}.mp4"
            library.take_in(encoded(library.ffmpeg, clip, made, encodings[number % len(encodings)], part))
            parts[made.stem] = Part(clip.stem, *part)
        made = folder / f"{clip.stem}__mirrored.mp4"
        library.take_in(encoded(library.ffmpeg, clip, made, ("-vf", "hflip", *encodings[0])))
        parts[made.stem] = Part(clip.stem, 0.0, duration)
        mirrored.add(made.stem)
    found = found_pairs(library)
    straight = {name: part for name, part in parts.items() if name not in mirrored}
    wanted = set(pairs(straight, least=0.6))
    apart = set(pairs(straight)) - set(pairs(straight, least=1e-6))
    turned = {pair for pair in pairs(parts) if len(pair & mirrored) == 1}
    others = found.keys() - set(pairs(parts))
    print(f"\ntrims: {len(clips)} clips and {TRIMS} trims of each, {len(wanted)} pairs with 60 % in common")
    print(
        f"  recall {len(found.keys() & wanted) / len(wanted):.3f}, pairs of different clips found: {len(others)}"
    )
    tell_alignment(library, parts, [found[pair] for pair in found.keys() & wanted])
    print(f"  nothing in common, of the same clip: {len(apart)} pairs, {len(found.keys() & apart)} found")
    told = sum(found[pair].mirrored for pair in found.keys() & turned)
    wrongly = sum(pair.mirrored for pair in found.values()) - told
    print(
        f"  mirrored: {len(found.keys() & turned)} pairs found, {told} told as such, and {wrongly} that are not",
        flush=True,
    )
    library.close()


def found_pairs(library: Versions) -> dict[frozenset[str], NearDuplicate]:
    """What is found, by names."""
    return {
        frozenset((library.names[pair.first.asset], library.names[pair.second.asset])): pair
        for pair in library.near().near
    }


def pairs(parts: dict[str, Part], least: float | None = None) -> Iterator[frozenset[str]]:
    """Those of one clip that have at least so much in common."""
    for one, other in combinations(parts, 2):
        a, b = parts[one], parts[other]
        if a.clip == b.clip and (least is None or a.common(b) >= least):
            yield frozenset((one, other))


def tell_alignment(library: Versions, parts: dict[str, Part], found: list[NearDuplicate]) -> None:
    """How often the start is right, and how often that is said rightly."""
    right = certain = both = among = 0
    for pair in found:
        first, second = (parts[library.names[side.asset]] for side in (pair.first, pair.second))
        truth = second.start - first.start
        hit = abs(pair.offset - truth) <= NEAR
        right += hit
        certain += not pair.other_offsets
        both += hit and not pair.other_offsets
        among += hit or any(begin - NEAR <= truth <= end + NEAR for begin, end in pair.other_offsets)
    print(f"  start within {NEAR} s: {right} of {len(found)}; there or at another place told: {among}")
    print(f"  told without another place: {certain}, right {both}", flush=True)
