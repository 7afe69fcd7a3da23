"""Many clips and versions of them, made from seeds, and what becomes of an anchor at each of their frames."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.probe.prober import Prober
from dampipe.media.signatures.alignment import Alignment
from dampipe.media.signatures.track import SignatureTrack
from tests.support.anchors import RATE, X264, signed
from tests.support.rendered_footage import HEIGHT, WIDTH, Footage, render

Frames = NDArray[np.int64]
FINE = ("-crf", "20", *X264)
COARSE = ("-vf", "scale=192:108", "-crf", "34", *X264)
GRADE = (
    "-vf",
    "eq=contrast=1.3:brightness=0.05:gamma=0.8:saturation=1.4,"
    "curves=r='0/0 0.4/0.55 1/1':b='0/0.08 0.6/0.5 1/0.9'",
    *X264,
)
LOOK = ("-vf", "colorbalance=rs=0.25:bs=-0.2:rh=-0.15:bh=0.25,eq=gamma=1.4:contrast=0.85", *X264)
ANOTHER = -1
"""Frame number of a frame that the clip does not have."""


@dataclass(frozen=True)
class Edit:
    """A version of a clip."""

    frames: Frames
    """Shape (count,): the frame of the clip that each frame shows, or ANOTHER."""
    rate: Fraction = RATE
    encoder: tuple[str, ...] = FINE
    kept: Frames | None = None
    """The frames that the clip itself has, at the times that they would have at RATE: its rate is variable."""


class Kind(NamedTuple):
    """A kind of edit."""

    edit: Callable[[np.random.Generator, int], Edit]
    """Made of a random generator and the number of frames."""
    within: float = 1.0
    """Frames of the clip by which a time is right."""


def _whole(count: int) -> Frames:
    return np.arange(count)


def _inserted(rng: np.random.Generator, count: int, frames: int) -> Frames:
    at = int(rng.integers(50, count - 50))
    return np.insert(_whole(count), at, np.full(frames, ANOTHER))


def _deleted(rng: np.random.Generator, count: int, *lengths: int) -> Frames:
    """Without some frames, at places at least two seconds apart."""
    keep = np.ones(count, bool)
    places = np.sort(rng.choice(count // 50 - 2, len(lengths), replace=False)) * 50 + 50
    for place, length in zip(places, lengths, strict=True):
        at = int(place + rng.integers(0, 20))
        keep[at : at + length] = False
    return np.flatnonzero(keep)


def _trimmed(rng: np.random.Generator, count: int) -> Frames:
    return np.arange(rng.integers(1, 150), count - rng.integers(1, 150))


def _resampled(times: NDArray[np.float64], rate: Fraction) -> Frames:
    """The frame that is shown at each time of a grid."""
    count = int(times[-1] * float(rate)) + 1
    return np.searchsorted(times, np.arange(count) / float(rate) + 1e-6, "right") - 1


def _times(count: int) -> NDArray[np.float64]:
    return np.arange(count) / float(RATE)


def _variable(rng: np.random.Generator, count: int) -> Edit:
    keep = rng.random(count) > 0.25
    keep[0] = True
    at = int(rng.integers(50, count - 50))
    keep[at : at + 7] = False
    kept = np.flatnonzero(keep)
    return Edit(kept[_resampled(_times(count)[kept], Fraction(25))], Fraction(25), kept=kept)


KINDS: dict[str, Kind] = {
    "a fine encode": Kind(lambda rng, n: Edit(_whole(n))),
    "a small, coarse encode": Kind(lambda rng, n: Edit(_whole(n), encoder=COARSE)),
    "another codec": Kind(lambda rng, n: Edit(_whole(n), encoder=("-c:v", "mpeg4", "-q:v", "10"))),
    "a grade": Kind(lambda rng, n: Edit(_whole(n), encoder=GRADE)),
    "a teal and orange look": Kind(lambda rng, n: Edit(_whole(n), encoder=LOOK)),
    "cropped by 5 %": Kind(lambda rng, n: Edit(_whole(n), encoder=("-vf", "crop=244:136", *X264))),
    "trimmed at both ends": Kind(lambda rng, n: Edit(_trimmed(rng, n))),
    **{
        f"{frames} inserted": Kind(lambda rng, n, frames=frames: Edit(_inserted(rng, n, frames)))  # type: ignore[misc]
        for frames in (1, 2, 3, 10, 50)
    },
    **{
        f"{frames} deleted": Kind(lambda rng, n, frames=frames: Edit(_deleted(rng, n, frames)))  # type: ignore[misc]
        for frames in (1, 2, 3, 10, 50)
    },
    "many deleted": Kind(lambda rng, n: Edit(_deleted(rng, n, 60, 3, 10, 3, 50))),
    "many deleted, graded": Kind(lambda rng, n: Edit(_deleted(rng, n, 60, 3, 10, 3, 50), encoder=GRADE)),
    "many deleted, coarse": Kind(lambda rng, n: Edit(_deleted(rng, n, 60, 3, 10, 3, 50), encoder=COARSE)),
    "played at 25": Kind(lambda rng, n: Edit(_whole(n), Fraction(25))),
    "played at 25, trimmed, 3 and 10 deleted": Kind(
        lambda rng, n: Edit(_deleted(rng, n, 3, 10)[int(rng.integers(1, 50)) :], Fraction(25))
    ),
    "frames repeated to 30": Kind(lambda rng, n: Edit(_resampled(_times(n), Fraction(30)), Fraction(30))),
    "frames repeated to 25": Kind(lambda rng, n: Edit(_resampled(_times(n), Fraction(25)), Fraction(25))),
    "a variable rate made constant": Kind(_variable),
    "half the rate": Kind(lambda rng, n: Edit(np.arange(rng.integers(0, 2), n, 2), RATE / 2)),
    "frames dropped to 12": Kind(lambda rng, n: Edit(_resampled(_times(n), Fraction(12)), Fraction(12))),
    "half the rate, 10 deleted": Kind(lambda rng, n: Edit(_deleted(rng, n, 10)[::2], RATE / 2)),
}


@dataclass(frozen=True)
class Pair:
    """Two tracks, and which frame of the second one shows what a frame of the first one shows."""

    first: SignatureTrack
    second: SignatureTrack
    shown: Frames
    """Shape (frames of the first,): the frame of the footage."""
    other_shown: Frames
    scene: Frames
    """Of the footage's frames."""

    @property
    def inverse(self) -> "Pair":
        return Pair(self.second, self.first, self.other_shown, self.shown, self.scene)


@dataclass
class Verdict:
    """What became of all anchors."""

    frames: int = 0
    right: int = 0
    """Within a frame, on a picture that looks the same, or gone where the frame is gone."""
    exact: int = 0
    """Of these: the same frame, or gone."""
    wrong: list[tuple[int, int]] = field(default_factory=list)
    """The anchor's frame of the footage (-1: another), and that at which it arrives."""
    lost: list[int] = field(default_factory=list)
    """Gone, although the frame is there."""

    def __iadd__(self, other: "Verdict") -> "Verdict":
        self.frames += other.frames
        self.right += other.right
        self.exact += other.exact
        self.wrong += other.wrong
        self.lost += other.lost
        return self

    @property
    def share(self) -> float:
        return self.right / max(1, self.frames)

    def __str__(self) -> str:
        return (
            f"{100 * self.share:7.3f} % within a frame ({100 * self.exact / max(1, self.frames):6.2f} % exact), "
            f"{100 * len(self.wrong) / max(1, self.frames):6.3f} % wrong, "
            f"{100 * len(self.lost) / max(1, self.frames):6.3f} % gone though present"
        )


def judged(pair: Pair, alignment: Alignment, within: float = 1.0) -> Verdict:
    """Carry the time of every frame of the first track."""
    verdict = Verdict(frames=len(pair.first))
    present = set(pair.other_shown.tolist())
    for frame, tick in enumerate(pair.first.ticks.tolist()):
        shown = int(pair.shown[frame])
        found = alignment.carry(AnchoredTime(tick, pair.first.time_base)).time
        is_there = shown in present and shown != ANOTHER
        if found is None:
            verdict.right += not is_there
            verdict.exact += not is_there
            if is_there:
                verdict.lost.append(shown)
            continue
        place = int(np.argmin(abs(pair.second.seconds - float(found.seconds))))
        arrived = int(pair.other_shown[place])
        if shown == ANOTHER:
            verdict.wrong.append((shown, arrived))
            continue
        near = arrived != ANOTHER and abs(arrived - shown) <= within
        # At a variable rate the frame before or after one may be several frames of the footage away.
        near |= arrived != ANOTHER and arrived in pair.shown[max(0, frame - 1) : frame + 2]
        if not near and is_there:
            same = np.flatnonzero(pair.other_shown == shown)
            near = bool(abs(same - place).min() <= 1)
        alike = arrived != ANOTHER and pair.scene[arrived] == pair.scene[shown]
        if near or alike:
            verdict.right += 1
            verdict.exact += arrived == shown or alike
        else:
            verdict.wrong.append((shown, arrived))
    return verdict


class Maker:
    """Renders, encodes and signs; a clip is rendered once."""

    def __init__(self, ffmpeg: Ffmpeg, prober: Prober, folder: Path, seconds: float = 34.0) -> None:
        self._ffmpeg, self._prober, self._folder, self._seconds = ffmpeg, prober, folder, seconds
        self._clip: tuple[int, Footage, Footage, SignatureTrack] | None = None

    def pair(self, name: str, seed: int) -> Pair:
        """A clip and a version of it."""
        clip, other, track = self._rendered(seed)
        rng = np.random.default_rng((seed, list(KINDS).index(name)))
        edit = KINDS[name].edit(rng, len(clip))
        start = int(rng.integers(0, len(other) - 60))
        pictures, another = [], 0
        for frame in edit.frames.tolist():
            pictures.append(clip.frames[frame] if frame != ANOTHER else other.frames[start + another])
            another += frame == ANOTHER
        second = self._signed(np.stack(pictures), edit.rate, edit.encoder)
        shown = np.arange(len(clip))
        if edit.kept is not None:
            shown, track = edit.kept, replace(track, ticks=track.ticks[edit.kept], rows=track.rows[edit.kept])
        return Pair(track, second, shown, edit.frames, clip.scene)

    def unrelated(self, seed: int) -> Pair:
        """Two clips that have nothing in common."""
        clip, other, track = self._rendered(seed)
        second = self._signed(other.frames, RATE, FINE)
        nothing = np.full(len(other), ANOTHER)
        return Pair(track, second, np.arange(len(clip)), nothing, clip.scene)

    def _rendered(self, seed: int) -> tuple[Footage, Footage, SignatureTrack]:
        if self._clip is None or self._clip[0] != seed:
            clip, other = render(seed, self._seconds), render(seed + 1_000_000, 12)
            self._clip = seed, clip, other, self._signed(clip.frames, RATE, ("-crf", "18", *X264))
        return self._clip[1:]

    def _signed(self, frames: NDArray[np.uint8], rate: Fraction, options: tuple[str, ...]) -> SignatureTrack:
        path = self._folder / "version.mp4"
        raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(rate), "-i", "-")
        command = [self._ffmpeg.path, "-v", "error", "-y", *raw, *options, str(path)]
        subprocess.run(command, input=frames.tobytes(), check=True)
        track = signed(self._ffmpeg, self._prober, path, self._folder)
        assert len(track) == len(frames)
        return track
