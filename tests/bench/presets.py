"""What x264's presets do to a proxy of real footage: processor time, size, and likeness (VMAF) to the scaled original.

`proxy.preset` of a recipe sets it. Each is measured at the usual quality; `ultrafast` also at the one that
gives about the size of the default. The bit rate is not capped, so that quality is what is compared.
"""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.recipes import ProxyRecipe
from tests.bench.cpu import taken_by

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "footage"
NAMES = (
    "bottle-detection.mp4",
    "car-detection.mp4",
    "gopro-karma.mp4",
    "gopro-max-heromode.mp4",
    "one-by-one-person-detection.mp4",
    "pcm-audio.mov",
)
SECONDS = 20
SCALE = "scale=-2:'min(720,ih)':flags=bicubic:out_range=tv,format=yuv420p"
HIGHEST = 40


class Encoded(NamedTuple):
    """One setting over all the footage."""

    cpu: float
    size: int
    vmaf: float


def main() -> None:
    """Print a line for each setting."""
    clips = [FOOTAGE / name for name in NAMES if (FOOTAGE / name).is_file()]
    if not clips:
        print(f"no real footage in {FOOTAGE}: nothing to compare presets on")
        return
    ffmpeg, usual = find_ffmpeg().path, ProxyRecipe()
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        results = {
            (preset, usual.crf): of_all(ffmpeg, clips, preset, usual.crf, Path(place))
            for preset in ("ultrafast", "superfast", "veryfast")
        }
        wanted = results[usual.preset, usual.crf].size
        for crf in range(usual.crf + 1, HIGHEST):
            found = of_all(ffmpeg, clips, "ultrafast", crf, Path(place), judged=False)
            if found.size <= wanted:
                results["ultrafast", crf] = of_all(ffmpeg, clips, "ultrafast", crf, Path(place))
                break
    base = results[usual.preset, usual.crf]
    print(f"\n{len(clips)} clips, against {usual.preset} at CRF {usual.crf}")
    for (preset, crf), one in results.items():
        ratios = f"CPU x{one.cpu / base.cpu:.2f}, size x{one.size / base.size:.2f}"
        print(
            f"  {preset} {crf}: {one.cpu:.2f} s, {one.size / 1e6:.2f} MB, VMAF {one.vmaf:.1f} ({ratios})",
            flush=True,
        )


def of_all(
    ffmpeg: str, clips: list[Path], preset: str, crf: int, folder: Path, judged: bool = True
) -> Encoded:
    """All clips encoded; judged: look at them, too."""
    cpu, size, scores = 0.0, 0, []
    for clip in clips:
        made = folder / "proxy.mp4"
        cut = ["-t", str(SECONDS), "-i", str(clip)]
        quality = ["-an", "-c:v", "libx264", "-preset", preset, "-crf", str(crf)]
        words = [*cut, "-vf", SCALE, *quality, "-fps_mode", "passthrough", str(made)]
        command = [ffmpeg, "-nostdin", "-v", "error", "-y", *words]
        cpu += taken_by(lambda command=command: subprocess.run(command, check=True)).cpu  # type: ignore[misc]
        size += made.stat().st_size
        if judged:
            scores.append(vmaf(ffmpeg, made, cut))
    return Encoded(cpu, size, sum(scores) / len(scores) if scores else 0.0)


def vmaf(ffmpeg: str, made: Path, cut: list[str]) -> float:
    """The likeness of a proxy to its original at the same size, 0 to 100."""
    # Frame by frame: the two containers tell times differently.
    counted = "settb=1/1000,setpts=N*10"
    sides = f"[0:v]{counted}[made];[1:v]{SCALE},{counted}[original]"
    graph = f"{sides};[made][original]libvmaf=n_threads=2:n_subsample=5"
    words = ["-i", str(made), *cut, "-lavfi", graph, "-fps_mode", "passthrough", "-f", "null", "-"]
    done = subprocess.run(
        [ffmpeg, "-nostdin", "-hide_banner", *words], capture_output=True, text=True, check=True
    )
    found = re.search(r"VMAF score: ([\d.]+)", done.stderr)
    assert found is not None, done.stderr[-500:]
    return float(found[1])
