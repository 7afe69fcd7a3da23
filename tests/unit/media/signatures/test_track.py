"""The file of signatures is small, and what is damaged in it is noticed."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from dampipe.media.signatures.picture import GRID, picture_signatures
from dampipe.media.signatures.sound import HOP, RATE, SoundSignatures
from dampipe.media.signatures.track import WIDTH, InvalidTrack, SignatureKind, SignatureTrack

RNG = np.random.default_rng(3)


def made(count: int, ticks: np.ndarray | None = None) -> SignatureTrack:
    rows = np.cumsum(RNG.integers(-3, 4, (count, WIDTH)), axis=0).clip(-127, 127).astype(np.int8)
    times = np.arange(count, dtype=np.int64) * 1001 if ticks is None else ticks
    end = int(times[-1]) + 1001 if count else 0
    return SignatureTrack(SignatureKind.PICTURE, Fraction(1, 24000), times, rows, end)


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_a_track_comes_back_from_its_bytes(count: int, tmp_path: Path) -> None:
    for ticks in (None, np.cumsum(RNG.integers(1, 9000, count)), np.cumsum(RNG.integers(1, 9, count)) - 500):
        track = made(count, ticks)
        back = SignatureTrack.from_bytes(track.write(tmp_path).read_bytes())
        assert (back.kind, back.time_base, back.end) == (track.kind, track.time_base, track.end)
        assert np.array_equal(back.ticks, track.ticks) and np.array_equal(back.rows, track.rows)


def test_a_frame_takes_a_few_bytes() -> None:
    track = made(50_000)
    assert len(track.to_bytes()) / len(track) < 10
    still = SignatureTrack(track.kind, track.time_base, track.ticks, np.full_like(track.rows, 5), track.end)
    assert len(still.to_bytes()) / len(track) < 0.1


def test_every_damaged_byte_is_noticed() -> None:
    data = made(40).to_bytes()
    for at in range(len(data)):
        if 5 <= at < 6 or 12 <= at < 32:
            continue  # kind, time base and end are not covered by the checksum, but by that of the derivative
        with pytest.raises(InvalidTrack):
            SignatureTrack.from_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    for length in range(0, len(data), 7):
        with pytest.raises(InvalidTrack):
            SignatureTrack.from_bytes(data[:length])


def pictures(count: int) -> np.ndarray:
    """Smooth pictures that move."""
    y, x = np.mgrid[0:GRID, 0:GRID] / GRID
    time = np.arange(count)[:, None, None] / 20
    waves = np.sin(6 * x + time) + np.cos(5 * y - 1.3 * time) + np.sin(9 * (x + y) + 2 * time)
    return np.asarray(40 + 25 * (waves + 3), np.uint8)


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    one, other = (
        rows.astype(float) / np.linalg.norm(rows.astype(float), axis=1, keepdims=True)
        for rows in (first, second)
    )
    return np.asarray((one * other).sum(axis=1))


def test_a_grade_changes_a_signature_little_and_another_picture_much() -> None:
    plain = pictures(100)
    rows = picture_signatures(lambda: [plain])
    gamma = np.asarray(255 * (plain / 255.0) ** 0.6, np.uint8)
    lifted = np.asarray(plain * 0.5 + 60, np.uint8)
    assert cosines(rows, picture_signatures(lambda: [gamma])).min() > 0.98
    assert cosines(rows, picture_signatures(lambda: [lifted])).min() > 0.98
    assert cosines(rows[:50], rows[50:]).mean() < 0.5


def test_black_and_one_colour_are_blank() -> None:
    blank = np.stack([np.zeros((GRID, GRID)), np.full((GRID, GRID), 200), RNG.integers(0, 3, (GRID, GRID))])
    assert not picture_signatures(lambda: [blank.astype(np.uint8)]).any()


def test_bars_are_cut_off_but_a_dark_edge_is_not() -> None:
    plain = pictures(60)
    barred = np.full_like(plain, 4)
    inner = np.stack([picture[np.linspace(0, GRID - 0.01, 18).astype(int)] for picture in plain])
    barred[:, 3:21] = inner
    rows = picture_signatures(lambda: [plain])
    assert cosines(rows, picture_signatures(lambda: [barred])).mean() > 0.9
    dark = plain.copy()
    dark[:, :4] = 2  # at one edge only
    uncut = picture_signatures(lambda: [dark])
    assert 0.3 < cosines(rows, uncut).mean() < 0.9


def test_no_pictures_have_no_signatures() -> None:
    assert picture_signatures(list).shape == (0, WIDTH)


def test_sound_is_signed_the_same_in_whatever_pieces_it_comes() -> None:
    samples = (RNG.normal(0, 4000, 3 * RATE + 77)).astype("<i2").tobytes()
    whole = SoundSignatures()
    whole.feed(samples)
    pieces = SoundSignatures()
    for at in range(0, len(samples), 1013):  # an odd number of bytes
        pieces.feed(samples[at : at + 1013])
    one, other = whole.track(), pieces.track()
    assert one is not None and other is not None
    assert np.array_equal(one.rows, other.rows) and len(one) == -(-(3 * RATE + 77) // HOP)
    assert one.time_base * len(one) >= Fraction(3 * RATE + 77, RATE)
    assert SoundSignatures().track() is None
    silent = SoundSignatures()
    silent.feed(bytes(2 * RATE))
    track = silent.track()
    assert track is not None and track.blank.all()
