"""Footage whose every frame is known, versions of it, and how many of its anchors are carried to the right frame."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.probe.prober import Prober
from dampipe.media.signatures.align import align
from dampipe.media.signatures.alignment import Alignment
from dampipe.media.signatures.maker import SignatureMaker
from dampipe.media.signatures.track import SignatureTrack
from tests.support.timed_clips import run

GONE = (100, 130)
"""Frames of CLIP that CUT has not."""
CLIP, CUT, OTHER_CLIP, SOUND, STILL_PICTURE = "clip.mp4", "cut.mp4", "other.mp4", "sound.wav", "still.png"
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
RATE = Fraction(24000, 1001)
SIZE = "320x180"
_S = f"size={SIZE}:rate=24000/1001"
MOVING = (
    (f"mandelbrot={_S}:start_scale=2:end_scale=0.05:end_pts=300", 5),
    (f"mandelbrot={_S}:start_scale=0.6:end_scale=0.25:start_x=-0.6:start_y=-0.55:end_pts=400,"
     "gblur=sigma=10,rotate=0.05*t,hue=h=30*t", 5),  # soft, and slow
    (f"life={_S}:mold=10:ratio=0.3:seed=7:death_color=#C83232:life_color=#00ff00,boxblur=4", 4),
    ("mandelbrot=size=640x360:rate=24000/1001:start_scale=0.3:end_scale=0.3:start_x=-0.75:start_y=-0.2,"
     "crop=320:180:x='20+t*20':y='30+t*6'", 6),  # a slow pan over a still picture
    (f"testsrc2={_S},rotate=0.3*t,hue=h=40*t", 5),
    (f"mandelbrot={_S}:start_scale=1.4:end_scale=1.0:start_x=-1:start_y=0.3:end_pts=400,gblur=sigma=6,"
     "noise=alls=12:allf=t:all_seed=4", 5),
    (f"mandelbrot={_S}:start_scale=1:end_scale=0.2:start_x=-1.2:start_y=0.2:end_pts=600,rotate=t*0.2", 5),
)  # fmt: skip
"""Shots of all kinds of motion, with their seconds: fast, slow, of noise, of hardly any."""
STILL = f"mandelbrot={_S}:start_scale=0.1:end_scale=0.1:start_x=-0.745:start_y=0.1"
BLACK = f"color=black:{_S}"
SOFT = f"cellauto={_S}:random_seed=99:random_fill_ratio=0.4:rule=110:scroll=1,gblur=sigma=9"
OTHER = ((SOFT, 6), (f"testsrc={_S},rotate=-0.5*t", 5))
"""Shots that are in no other clip."""


def join(ffmpeg: Ffmpeg, path: Path, shots: tuple[tuple[str, float], ...]) -> Path:
    """A clip of shots (filter, seconds) at RATE, with two key frames a second: the same frames in every run.

    `gradients` is not used: it draws other frames in each run, even from a seed and with one thread.
    """
    made = [
        f"{source},trim=duration={seconds},format=yuv420p,setsar=1[v{n}]"
        for n, (source, seconds) in enumerate(shots)
    ]
    joined = "".join(f"[v{n}]" for n in range(len(shots))) + f"concat=n={len(shots)}:v=1[o]"
    graph = ";".join([*made, joined])
    options = ("-filter_complex_threads", "1", "-filter_complex", graph, "-map", "[o]")
    run(ffmpeg, *options, "-crf", "18", *X264, f"file:{path}")
    return path


def version(ffmpeg: Ffmpeg, source: Path, path: Path, *options: str) -> Path:
    """Another version of a clip."""
    run(ffmpeg, "-i", f"file:{source}", *options, f"file:{path}")
    return path


def signed(ffmpeg: Ffmpeg, prober: Prober, path: Path, folder: Path) -> SignatureTrack:
    """The signatures of a clip."""
    made = SignatureMaker(ffmpeg, prober).make(path, folder)
    return SignatureTrack.from_bytes(made.path.read_bytes())


@dataclass
class Count:
    """What became of the anchors at all frames of a clip."""

    frames: int = 0
    right: int = 0
    """Within a frame, or said to be gone where the frame is gone."""
    wrong: list[tuple[int, float]] = field(default_factory=list)
    """Frame, and by how many frames it is carried to a wrong one."""
    lost: list[int] = field(default_factory=list)
    """Said to be gone, but the frame is there."""
    kept: list[int] = field(default_factory=list)
    """Carried somewhere, but the frame is gone."""

    @property
    def share(self) -> float:
        return self.right / self.frames

    def __str__(self) -> str:
        bad = f"wrong {self.wrong[:5]}, lost {self.lost[:5]}, kept {self.kept[:5]}"
        return f"{100 * self.share:.2f} % of {self.frames}: {len(self.wrong)}/{len(self.lost)}/{len(self.kept)} {bad}"


def count(
    track: SignatureTrack,
    alignment: Alignment,
    truth: Callable[[int], float | None],
    rate: Fraction,
    within: float = 1.01,
) -> Count:
    """Carry the beginning of every frame. truth: frame of the other version, at `rate`, by frame; None: gone."""
    done = Count(frames=len(track))
    for frame in range(len(track)):
        found = alignment.carry(AnchoredTime(int(track.ticks[frame]), track.time_base)).time
        expected = truth(frame)
        at = None if found is None else float(found.seconds * rate)
        if expected is None and at is None:
            done.right += 1
        elif expected is None:
            done.kept.append(frame)
        elif at is None:
            done.lost.append(frame)
        elif abs(at - expected) <= within:
            done.right += 1
        else:
            done.wrong.append((frame, round(at - expected, 1)))
    return done


def without(*gone: tuple[int, int]) -> Callable[[int], int | None]:
    """Where a frame is after frames (first, last + 1) were deleted."""

    def truth(frame: int) -> int | None:
        if any(first <= frame < last for first, last in gone):
            return None
        return frame - sum(last - first for first, last in gone if last <= frame)

    return truth


def deleted(*gone: tuple[int, int]) -> str:
    """The filter that deletes frames (first, last + 1)."""
    between = "+".join(f"between(n,{first},{last - 1})" for first, last in gone)
    return f"select='not({between})',setpts=N/FRAME_RATE/TB"


def aligned(first: SignatureTrack, second: SignatureTrack) -> Alignment:
    """The alignment, as it comes back from its bytes."""
    return Alignment.from_bytes(align(first, second).to_bytes())


def music(seconds: float, seed: int, rate: int = 44100) -> np.ndarray:
    """Notes and noises at random times, 16 bit, mono."""
    rng = np.random.default_rng(seed)
    out = np.zeros(int(seconds * rate))
    at = 0.0
    while at < seconds - 0.5:
        length = float(rng.uniform(0.08, 0.6))
        time = np.arange(int(length * rate)) / rate
        envelope = np.exp(-time * rng.uniform(3, 15)) * np.minimum(1, time / 0.005)
        note = sum(np.sin(2 * np.pi * rng.uniform(120, 3000) * time) for _ in range(3))
        noise = rng.normal(0, 1, len(time)) * rng.choice([0, 0.5, 1.5])
        start = int(at * rate)
        out[start : start + len(time)] += ((note + noise) * envelope)[: len(out) - start]
        at += float(rng.uniform(0.05, 0.4))
    return np.asarray(out / np.abs(out).max() * 20000, np.int16)
