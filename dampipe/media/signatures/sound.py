"""Signatures of sound: how the energy of 16 bands changes, 50 times a second, whatever its level and encode."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.track import WIDTH, SignatureKind, SignatureTrack

RATE = 8000
"""Samples per second, mono: those of the waveform."""
HOP = 160
"""Samples between two signatures: 20 ms."""
WINDOW = 512
_APART = 2
"""A signature compares the windows this many hops before and after it."""
_LOWEST, _HIGHEST = 100.0, 3600.0
"""Hz."""
_SILENCE = 5e-7
"""Energy of a band, of full scale, that counts as silence: rounding and the noise of encoders are below it."""
_FLAT = 0.35
"""Norm of the changes below which a signature is blank."""
_SOFT = 0.3
_AT_ONCE = 8192


class SoundSignatures:
    """Computes signatures of samples that come in pieces."""

    def __init__(self) -> None:
        # The first signature is at time 0, so that its first window begins before it.
        self._rest = np.zeros(WINDOW // 2 + _APART * HOP, np.int16)
        self._odd = b""
        self._bands: list[NDArray[np.float32]] = []
        self._samples = 0

    def feed(self, data: bytes) -> None:
        """Add mono samples, 16 bit, little-endian, RATE per second; any number of bytes."""
        data = self._odd + data
        even = len(data) & ~1
        self._odd = data[even:]
        samples = np.frombuffer(data, "<i2", even // 2)
        self._samples += len(samples)
        self._rest = np.concatenate([self._rest, samples])
        if len(self._rest) >= _AT_ONCE * HOP + WINDOW:
            self._take()

    def _take(self) -> None:
        count = (len(self._rest) - WINDOW) // HOP + 1
        if count <= 0:
            return
        for at in range(0, count, _AT_ONCE):
            part = self._rest[at * HOP : (min(at + _AT_ONCE, count) - 1) * HOP + WINDOW]
            windows = np.lib.stride_tricks.sliding_window_view(part, WINDOW)[::HOP]
            self._bands.append(_band_energies(windows))
        self._rest = self._rest[count * HOP :]

    def rows(self) -> NDArray[np.int8]:
        """Signatures, shape (count, WIDTH), of each begun 20 ms of what was added."""
        self._rest = np.concatenate([self._rest, np.zeros(WINDOW + _APART * HOP, np.int16)])
        self._take()
        count = -(-self._samples // HOP)
        if not count:
            return np.empty((0, WIDTH), np.int8)
        bands = np.concatenate(self._bands)
        change = bands[2 * _APART :][:count] - bands[: -2 * _APART][:count]
        largest = np.arcsinh(10 / _SOFT)
        scaled = np.rint(np.arcsinh(change / _SOFT) * (127 / largest)).clip(-127, 127)
        scaled[np.linalg.norm(change, axis=1) < _FLAT] = 0
        return np.asarray(scaled, np.int8)

    def track(self) -> SignatureTrack | None:
        """The signatures with their times; None without samples."""
        rows = self.rows()
        if not len(rows):
            return None
        ticks = np.arange(len(rows), dtype=np.int64)
        return SignatureTrack(SignatureKind.SOUND, Fraction(HOP, RATE), ticks, rows, len(rows))


def _band_weights() -> NDArray[np.float32]:
    """Shape (bins, WIDTH): how much each bin of the spectrum belongs to each band; bands overlap by half."""
    bins = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    centres = np.geomspace(_LOWEST, _HIGHEST, WIDTH + 2)
    rising = (bins[:, None] - centres[:-2]) / np.diff(centres)[:-1]
    falling = (centres[2:] - bins[:, None]) / np.diff(centres)[1:]
    return np.maximum(np.minimum(rising, falling), 0).astype(np.float32)


_WEIGHTS = _band_weights()
_HANN = np.hanning(WINDOW).astype(np.float32) / 32768


def _band_energies(windows: NDArray[np.int16]) -> NDArray[np.float32]:
    """The logarithm of the energy of each band, shape (count, WIDTH)."""
    spectrum = np.abs(np.fft.rfft(windows * _HANN, axis=1)) ** 2
    energies = spectrum.astype(np.float32) @ _WEIGHTS / (WINDOW * WINDOW / 16)
    return np.asarray(np.log(energies + _SILENCE), np.float32)
