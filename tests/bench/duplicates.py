"""Near duplicates: every clip in five versions; which pairs are found, and which are found wrongly."""

import tempfile
from itertools import combinations, islice
from pathlib import Path

import numpy as np

from dampipe.media.probing import Prober
from dampipe.vision.shapes import scenes
from tests.versions import VERSIONS, Versions, make_version, scene_clip

SYNTHETIC = 24
FOOTAGE = Path(__file__).parents[3] / "shared" / "footage"


def main() -> None:
    """Print precision and recall, on synthetic and on real clips."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        for title, clips in (("synthetic", synthetic(Path(name))), ("real", real())):
            if clips:
                measure(title, clips, Path(name) / title)


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
    """Make the versions, take all in, and count."""
    folder.mkdir()
    library = Versions(folder)
    for clip in clips:
        duration = library.take_in(clip)
        for name in VERSIONS:
            library.take_in(make_version(library.ffmpeg, clip, duration, name, folder))
    found = set(library.pairs())
    wanted = {
        frozenset(pair)
        for pair in combinations(library.names.values(), 2)
        if pair[0].partition("__")[0] == pair[1].partition("__")[0]
    }
    library.close()
    right = found & wanted
    print(f"\n{title}: {len(clips)} clips in {1 + len(VERSIONS)} versions each, {len(wanted)} pairs")
    print(f"  precision {len(right) / max(1, len(found)):.3f}  recall {len(right) / len(wanted):.3f}")
    for pair in sorted(map(sorted, wanted - found)):
        print(f"  missed: {' and '.join(pair)}")
    for pair in sorted(map(sorted, found - wanted)):
        print(f"  wrong: {' and '.join(pair)}", flush=True)
