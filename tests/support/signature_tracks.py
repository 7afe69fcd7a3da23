"""Made-up tracks of signatures: hours of shots that drift, some slowly, some not at all, and of black."""

from fractions import Fraction

import numpy as np

from dampipe.media.signatures.track import WIDTH, SignatureKind, SignatureTrack

BASE = Fraction(1001, 24000)


def shots(count: int, rng: np.random.Generator) -> np.ndarray:
    """Rows of shots that drift, some slowly, some not at all, and of black."""
    parts, done = [], 0
    while done < count:
        length, kind = int(rng.integers(40, 400)), int(rng.integers(0, 12))
        base = rng.normal(0, 35, WIDTH)
        drift = np.cumsum(rng.normal(0, 10 ** rng.uniform(-0.6, 0.6), (length, WIDTH)), axis=0)
        parts.append(np.zeros((length, WIDTH)) if kind == 0 else base + drift * (kind > 1))
        done += length
    return np.concatenate(parts)[:count]


def track(rows: np.ndarray) -> SignatureTrack:
    signed = np.rint(rows).clip(-127, 127).astype(np.int8)
    return SignatureTrack(SignatureKind.PICTURE, BASE, np.arange(len(rows)), signed, len(rows))


def encoded(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    noisy = rows + rng.normal(0, 3, rows.shape)
    noisy[~rows.any(axis=1)] = 0
    return noisy


def graded(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows that differ as those of a grade do: by what depends on the picture, as much in the next frame."""
    return rows + 0.3 * rows @ np.linalg.qr(rng.normal(0, 1, (WIDTH, WIDTH)))[0]
