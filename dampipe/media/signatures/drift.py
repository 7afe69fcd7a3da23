"""How the signatures of two versions differ where both show the same: by what changes slowly, and by noise.

A grade, a crop and a coarse encode change the signature of a picture, and that of the next one by nearly as much. What
the difference is, how fast it drifts and how much of it is noise is measured along a path, around each frame, but never
across the end of a shot: another shot is changed in another way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.path import LEAST_NOISE, OffsetGrid, Run
from dampipe.media.signatures.track import WIDTH

SHOT = 8000.0
"""Square of the distance of two consecutive signatures from which they are of different shots."""
AROUND = 36
"""Frames on both sides over which is measured."""
_LOCAL = 6
"""Frames on both sides over which noise is measured too: in a fade it changes within a few frames."""
_UPPER = 0.7
"""The quantile of these few that is the noise: too little of it would make cuts of every flicker."""
_WIDE = 0.7
"""Part of the noise over AROUND below which that of these few is not believed."""
_APART = 8
"""Frames over which the difference drifts more than it does from one to the next."""
_CHANGED = 0.1
"""Part of the change of the picture by which its difference may change."""
_BLOCK = 6
"""Frames whose coefficients are weighed alike."""
_WEIGHTS = (0.4, 2.5)
_FLOOR = 0.05
"""Least drift from one frame to the next, as part of the noise."""
_AT_ONCE = 8192
"""Frames that are computed at once."""


@dataclass(frozen=True)
class Drift:
    """For each frame of the first track; squares are sums over all coefficients, each multiplied by its scale."""

    scale: NDArray[np.float32]
    """Shape (frames, WIDTH): by what differences are multiplied, so that all coefficients have about the same noise."""
    noise: NDArray[np.float64]
    """The square by which two frames of one picture differ at random."""
    size: NDArray[np.float64]
    """The square by which they differ all the time."""
    change: NDArray[np.float64]
    """The square by which that is another one than at the frame before."""


def measured(grid: OffsetGrid, runs: Sequence[Run]) -> Drift:
    """Measure along runs."""
    rows = grid.comparison.first.rows.astype(np.float32)
    count = len(rows)
    changed = np.append(0.0, ((rows[1:] - rows[:-1]) ** 2).sum(axis=1))
    shots: NDArray[np.int64] = np.cumsum((changed > SHOT).astype(np.int64))
    found = np.full((count, WIDTH), np.nan, np.float32)
    number = np.full(count, np.nan)
    for run in runs:
        frames = np.arange(run.start, run.stop)
        found[frames] = grid.residuals(frames, run.number)
        number[frames] = run.number
    scale = _scale(found, number, shots)
    found *= scale
    near, far = (_steps(found, number, shots, apart) for apart in (1, _APART))
    size = (found**2).sum(axis=1).astype(np.float64)
    one = _quantile(near, shots, AROUND, 3, 2 * LEAST_NOISE)
    local = _quantile(near, shots, _LOCAL, 1, 2 * LEAST_NOISE, _UPPER)
    several = _quantile(far, shots, AROUND, 3, 2 * LEAST_NOISE)
    noise = np.maximum(LEAST_NOISE, np.maximum(_WIDE * one, local) / 2)
    size = np.maximum(_quantile(size, shots, 2 * AROUND, 4, 0.0) - noise, 0.0)
    change = np.minimum(np.maximum(0.0, (several - one) / (_APART - 1)), size)
    unusual = np.maximum(0, changed - 4 * _quantile(changed, shots, AROUND, 3, 0.0))
    change += np.minimum(np.maximum(4 * size, 20 * noise), _CHANGED * unusual)
    return Drift(scale, noise, size, change + _FLOOR * noise)


def _steps(
    found: NDArray[np.float32], number: NDArray[np.float64], shots: NDArray[np.int64], apart: int
) -> NDArray[np.float64]:
    """By how much the difference of each frame is another one than so many frames before; NaN if not of one shot."""
    steps = np.full(len(found), np.nan)
    steps[apart:] = ((found[apart:] - found[:-apart]) ** 2).sum(axis=1)
    same = (number[apart:] == number[:-apart]) & (shots[apart:] == shots[:-apart])
    steps[apart:][~same] = np.nan
    return steps


def _quantile(
    values: NDArray[np.float64],
    shots: NDArray[np.int64],
    reach: int,
    every: int,
    default: float,
    part: float = 0.5,
) -> NDArray[np.float64]:
    """A quantile of the values around each one that are of the same shot; those that are NaN do not count."""
    count = len(values)
    around = np.arange(-reach, reach + 1, every)
    done = np.full(count, default)
    for start in range(0, count, _AT_ONCE):
        frames = np.arange(start, min(start + _AT_ONCE, count))
        at = frames[:, None] + around
        inside = (at >= 0) & (at < count)
        at = at.clip(0, count - 1)
        found = np.where(inside & (shots[at] == shots[frames][:, None]), values[at], np.nan)
        found.sort(axis=1)
        known = (~np.isnan(found)).sum(axis=1)
        chosen = np.floor(part * np.maximum(known - 1, 0)).astype(np.int64)
        done[frames] = np.where(known > 0, found[np.arange(len(frames)), chosen], default)
    return done


def _scale(
    found: NDArray[np.float32], number: NDArray[np.float64], shots: NDArray[np.int64]
) -> NDArray[np.float32]:
    count = len(found)
    squares = np.full((count, WIDTH), np.nan, np.float32)
    squares[1:] = (found[1:] - found[:-1]) ** 2
    squares[1:][(number[1:] != number[:-1]) | (shots[1:] != shots[:-1])] = np.nan
    marks = np.arange(0, count, _BLOCK)
    weights = np.empty((len(marks), WIDTH), np.float32)
    for start in range(0, len(marks), _AT_ONCE // 8):
        some = marks[start : start + _AT_ONCE // 8]
        at = (some[:, None] + np.arange(-AROUND, AROUND + 1, 2)).clip(0, count - 1)
        part = np.where((shots[at] == shots[some][:, None])[..., None], squares[at], np.nan)
        known = (~np.isnan(part)).sum(axis=1)
        # A few frames of the least noise besides: of few frames little is known.
        mean = (np.minimum(np.nan_to_num(part), 1e4).sum(axis=1) + 0.75 * LEAST_NOISE) / (known + 6)
        weight = 1 / np.sqrt(np.maximum(mean, 0.25))
        weight /= np.sqrt((weight**2).mean(axis=1, keepdims=True))
        weights[start : start + len(some)] = weight.clip(*_WEIGHTS)
    return weights[np.arange(count) // _BLOCK]
