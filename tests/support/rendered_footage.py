"""Footage rendered by numpy from a seed: the same frames in every run, with all that makes frames hard to tell apart.

Every clip has slow and fast pans, a zoom, a hand-held shot, things that move before a background that does not, a still,
flashes, a fade through black, and grain.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 256, 144
Picture = NDArray[np.float32]
"""Shape (height, width, 3), from 0 to 255."""
_GRAINS = 8
_CANVAS = 3
"""Size of the painting that a camera moves over, in pictures."""


@dataclass(frozen=True)
class Footage:
    """A clip."""

    frames: NDArray[np.uint8]
    """Shape (count, HEIGHT, WIDTH, 3)."""
    scene: NDArray[np.int64]
    """Shape (count,): frames of one number show the same but for grain: those of a still, or of black."""

    def __len__(self) -> int:
        return len(self.frames)


def render(seed: int, seconds: float = 34.0, rate: float = 24.0) -> Footage:
    """A clip of at least `seconds`. Clips of different seeds have nothing in common."""
    rng = np.random.default_rng((seed, 20))
    kinds = list(_SHOTS)
    pictures: list[NDArray[np.uint8]] = []
    scenes: list[int] = []
    count = round(seconds * rate)
    while len(pictures) < count:
        order = [kinds[n] for n in rng.permutation(len(kinds))]
        for kind in order:
            shot, is_still = _SHOTS[kind](rng, round(float(rng.uniform(2.0, 6.0)) * rate))
            gain = _exposure(rng, len(shot), kind)
            grain = float(rng.choice([0.0, 1.5, 4.0]))
            grains = rng.standard_normal((_GRAINS, HEIGHT, WIDTH, 1), np.float32) * grain
            scene = len(scenes)
            for number, picture in enumerate(shot):
                noisy = picture * np.float32(gain[number])
                black = gain[number] == 0
                if grain and not black:
                    noisy += np.roll(grains[rng.integers(_GRAINS)], rng.integers(1, HEIGHT), 0)
                if gain[number] > 2:
                    noisy = np.full_like(picture, 250)
                pictures.append(np.clip(noisy, 0, 255, out=noisy).astype(np.uint8))
                scenes.append(-1 if black else scene if is_still and gain[number] == 1 else len(scenes))
            if len(pictures) >= count:
                break
    return Footage(np.stack(pictures[:count]), np.array(scenes[:count]))


def _exposure(rng: np.random.Generator, count: int, kind: str) -> NDArray[np.float64]:
    """The gain of each frame: flashes (more than 2), a fade from black, flicker, or 1."""
    gain = np.ones(count)
    what = rng.choice(["none", "none", "flashes", "fade", "flicker"])
    if what == "flashes":
        gain[rng.integers(3, count - 3, 3)] = 9
    elif what == "fade":
        gain[:5] = 0
        gain[5:20] = np.linspace(0.1, 0.95, 15)
    elif what == "flicker" and kind != "still":
        gain *= 1 + 0.1 * np.sin(np.arange(count) * rng.uniform(0.2, 1.5))
    return gain


def _painting(rng: np.random.Generator, width: int, height: int) -> Picture:
    """A picture with the spectrum of natural ones, and things with hard edges before it."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    spectrum = 1 / np.maximum(np.hypot(fy, fx), 1 / width) ** 1.4
    layers = []
    for _ in range(3):
        phases = np.exp(2j * np.pi * rng.random((height, width // 2 + 1)))
        layer = np.fft.irfft2(spectrum * phases, (height, width))
        layers.append(layer / layer.std())
    grey = 120 + 38 * layers[0]
    painting = np.stack(
        [grey + 14 * layers[1], grey - 6 * layers[1] + 6 * layers[2], grey - 14 * layers[2]], 2
    )
    painting = painting.astype(np.float32)
    for _ in range(rng.integers(4, 14) * width // WIDTH):
        x, y, size = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(6, 40)
        colour = 0.7 * rng.uniform(10, 245, 3)
        tall = float(rng.uniform(0.3, 1.5)) if rng.random() < 0.5 else 0.0
        top, left = max(0, int(y - size * max(1, tall))), max(0, int(x - size))
        part = painting[top : int(y + size * max(1, tall)), left : int(x + size)]
        ys, xs = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
        disc = np.hypot(xs - x, ys - y) < size
        part[:] = np.where(
            (abs(ys - y) < size * tall)[..., None] if tall else disc[..., None], part * 0.3 + colour, part
        )
    return painting.clip(8, 247).astype(np.float32)


def _cropped(painting: Picture, x: float, y: float) -> Picture:
    """The picture whose upper left corner is at (x, y), between pixels too."""
    left, top = int(x), int(y)
    across, down = np.float32(x - left), np.float32(y - top)
    part = painting[top : top + HEIGHT + 1, left : left + WIDTH + 1]
    rows = part[:-1] * (1 - down) + part[1:] * down
    return np.asarray(rows[:, :-1] * (1 - across) + rows[:, 1:] * across)


def _sampled(painting: Picture, x: float, y: float, scale: float, angle: float) -> Picture:
    """The picture around (x, y), turned and enlarged."""
    ys, xs = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    xs, ys = (xs - WIDTH / 2) / scale, (ys - HEIGHT / 2) / scale
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    at_x, at_y = x + cos * xs - sin * ys, y + sin * xs + cos * ys
    height, width = painting.shape[:2]
    at_x, at_y = at_x.clip(0, width - 1.01), at_y.clip(0, height - 1.01)
    left, top = at_x.astype(int), at_y.astype(int)
    across, down = (at_x - left)[..., None].astype(np.float32), (at_y - top)[..., None].astype(np.float32)
    flat, at = painting.reshape(-1, 3), top * width + left
    upper = flat[at] * (1 - across) + flat[at + 1] * across
    lower = flat[at + width] * (1 - across) + flat[at + width + 1] * across
    return np.asarray(upper * (1 - down) + lower * down)


Shot = tuple[list[Picture], bool]
"""The pictures, and whether they are all the same."""


def _pan(rng: np.random.Generator, count: int, speed: float) -> Shot:
    """A pan that starts and ends softly. speed: pixels a frame, at most."""
    painting = _painting(rng, WIDTH * _CANVAS, HEIGHT * _CANVAS)
    angle = rng.uniform(0, 2 * np.pi)
    ease = float(rng.uniform(0, 0.5))
    pace = 1 - ease * np.cos(np.linspace(0, 2 * np.pi, count))
    way = np.cumsum(pace) * speed / (1 + ease)
    way = np.minimum(way, 1.4 * HEIGHT / max(abs(np.sin(angle)), 0.55))
    way -= way[-1] / 2
    return [
        _cropped(painting, WIDTH + np.cos(angle) * step, HEIGHT + np.sin(angle) * step) for step in way
    ], False


def _slow_pan(rng: np.random.Generator, count: int) -> Shot:
    return _pan(rng, count, float(10 ** rng.uniform(-0.7, 0.0)))


def _fast_pan(rng: np.random.Generator, count: int) -> Shot:
    return _pan(rng, min(count, 72), float(rng.uniform(1.5, 5.0)))


def _zoom(rng: np.random.Generator, count: int) -> Shot:
    painting = _painting(rng, WIDTH * 2, HEIGHT * 2)
    turn, growth = rng.uniform(-0.002, 0.002), rng.uniform(0.0004, 0.004)
    return [
        _sampled(painting, WIDTH, HEIGHT, float(np.exp(growth * n)), float(turn * n)) for n in range(count)
    ], False


def _hand_held(rng: np.random.Generator, count: int) -> Shot:
    painting = _painting(rng, WIDTH * 2, HEIGHT * 2)
    steps = rng.normal(0, 1, (count + 12, 2))
    shaken = np.stack([np.convolve(steps[:, n], np.hanning(12) / 2.5, "valid") for n in (0, 1)], 1)[:count]
    at = np.array([WIDTH / 2, HEIGHT / 2]) + 3 * shaken
    return [_cropped(painting, float(x), float(y)) for x, y in at], False


def _things(rng: np.random.Generator, count: int) -> Shot:
    """Things that move before a background that does not."""
    background = _painting(rng, WIDTH, HEIGHT)
    pictures = []
    number = int(rng.integers(1, 4))
    phase, pace = rng.uniform(0, 6.28, (number, 2)), rng.uniform(0.01, 0.08, (number, 2))
    sizes, colours = rng.uniform(8, 30, number), rng.uniform(10, 245, (number, 3))
    for n in range(count):
        picture = background.copy()
        for one in range(number):
            x, y = np.sin(phase[one] + pace[one] * n) * (0.45 * WIDTH, 0.4 * HEIGHT)
            x, y, size = x + WIDTH / 2, y + HEIGHT / 2, sizes[one] + 1
            top, left = max(0, int(y - size)), max(0, int(x - size))
            part = picture[top : max(0, int(y + size) + 1), left : max(0, int(x + size) + 1)]
            ys, xs = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
            cover = (size - 0.5 - np.hypot(xs - x, ys - y)).clip(0, 1)[..., None]
            part[:] = part * (1 - cover) + colours[one] * cover
        pictures.append(picture.astype(np.float32))
    return pictures, False


def _still(rng: np.random.Generator, count: int) -> Shot:
    return [_painting(rng, WIDTH, HEIGHT)] * min(count, 60), True


_SHOTS: dict[str, Callable[[np.random.Generator, int], Shot]] = {
    "slow pan": _slow_pan,
    "fast pan": _fast_pan,
    "zoom": _zoom,
    "hand-held": _hand_held,
    "things": _things,
    "still": _still,
    "another slow pan": _slow_pan,
}
