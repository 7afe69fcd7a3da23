"""Mutations of valid samples: functions from bytes to bytes with a seeded random generator."""

import struct
from collections.abc import Callable
from random import Random

Mutation = Callable[[Random, bytes], bytes]

EXTREMES = (0, 1, 2, 0x7FFF, 0xFFFF, 60_000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_BOXES = (
    b"stsz stts stsc stco ctts stss mdhd mvhd tkhd elst stsd hdlr dref trak mdia minf stbl moov mdat".split()
)
_ENTRIES = b"avc1 hvc1 hev1 av01 vp09 apcn ap4h AVdn mp4a gpmd mjpg".split()
_FIELDS = b"avih strh strf idx1 movi RIFF LIST fmt  data IHDR IDAT".split()


def cut(rng: Random, data: bytes) -> bytes:
    """The end is missing."""
    return data[: rng.randrange(1, len(data))]


def beheaded(rng: Random, data: bytes) -> bytes:
    """The beginning is missing."""
    return data[rng.randrange(1, len(data)) :]


def flipped(rng: Random, data: bytes) -> bytes:
    """Single bits, anywhere."""
    content = bytearray(data)
    for _ in range(rng.choice((1, 5, 50, 500))):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


def flipped_head(rng: Random, data: bytes) -> bytes:
    """Bytes of the first kilobyte, where headers are."""
    content = bytearray(data)
    for _ in range(rng.choice((1, 4, 16))):
        content[rng.randrange(min(len(content), 1024))] = rng.randrange(256)
    return bytes(content)


def zeroed(rng: Random, data: bytes) -> bytes:
    """A hole, as a card with bad blocks leaves it."""
    start, length = _stretch(rng, data)
    return data[:start] + bytes(length) + data[start + length :]


def noise(rng: Random, data: bytes) -> bytes:
    """A range is replaced by random bytes."""
    start, length = _stretch(rng, data)
    return data[:start] + rng.randbytes(length) + data[start + length :]


def repeated(rng: Random, data: bytes) -> bytes:
    """A range is repeated."""
    start, length = _stretch(rng, data)
    return data[: start + length] + data[start:]


def removed(rng: Random, data: bytes) -> bytes:
    """A range in the middle is missing, so that everything after it is displaced."""
    start, length = _stretch(rng, data)
    return data[:start] + data[start + length :]


def lying_number(rng: Random, data: bytes) -> bytes:
    """A 32 bit number near the name of a box, chunk or field gets an extreme value."""
    spots = _spots(data, (*_BOXES, *_FIELDS))
    return _put(rng, data, spots, range(-8, 40, 4), struct.pack(rng.choice("<>") + "I", rng.choice(EXTREMES)))


def lying_pixels(rng: Random, data: bytes) -> bytes:
    """0×0, 1×60,000 or 60,000×60,000, wherever the format stores its size; otherwise like `lying_number`."""
    width, height = rng.choice(((0, 0), (60_000, 60_000), (1, 60_000), (65_535, 65_535), (0, 180)))
    found = _spots(data, _ENTRIES)
    if found:
        return _at(data, rng.choice(found) + 28, struct.pack(">HH", width, height))
    if data.startswith(b"\x89PNG"):
        return _at(data, 16, struct.pack(">II", width, height))
    if data.startswith(b"BM"):
        return _at(data, 18, struct.pack("<ii", width, height))
    if data.startswith(b"GIF8"):
        return _at(data, 6, struct.pack("<HH", width & 0xFFFF, height & 0xFFFF))
    if data.startswith(b"\xff\xd8") and b"\xff\xc0" in data:
        return _at(data, data.index(b"\xff\xc0") + 5, struct.pack(">HH", height, width))
    if b"\xb0\x82" in data[:4096]:  # Matroska: PixelWidth, two bytes
        return _at(data, data.index(b"\xb0\x82") + 2, struct.pack(">H", width))
    if data[8:12] == b"AVI ":
        return _at(data, data.index(b"avih") + 40, struct.pack("<II", width, height))
    return lying_number(rng, data)


def lying_duration(rng: Random, data: bytes) -> bytes:
    """A time scale or duration of zero, of centuries, or NaN."""
    spots = _spots(data, (b"mvhd", b"mdhd"))
    if spots:
        return _at(
            data, rng.choice(spots) + 20 + rng.choice((-4, 0)), struct.pack(">I", rng.choice(EXTREMES))
        )
    if b"\x44\x89\x88" in data[:4096]:  # Matroska: Duration, a double
        value = rng.choice((float("inf"), float("nan"), 1e300, -5.0, 0.0))
        return _at(data, data.index(b"\x44\x89\x88") + 3, struct.pack(">d", value))
    if data[8:12] == b"AVI ":
        return _at(data, data.index(b"avih") + 24, struct.pack("<I", rng.choice(EXTREMES)))
    return lying_number(rng, data)


def lying_rate(rng: Random, data: bytes) -> bytes:
    """Frames of no length or of hours; zero frames a second."""
    spots = _spots(data, (b"stts",))
    if spots:
        return _at(data, rng.choice(spots) + 16, struct.pack(">I", rng.choice(EXTREMES)))
    if b"strh" in data[:4096]:
        return _at(
            data, data.index(b"strh") + 28, struct.pack("<II", rng.choice(EXTREMES), rng.choice(EXTREMES))
        )
    if b"\x23\xe3\x83\x84" in data[:4096]:  # Matroska: DefaultDuration
        return _at(data, data.index(b"\x23\xe3\x83\x84") + 4, struct.pack(">I", rng.choice(EXTREMES)))
    return lying_number(rng, data)


def many_tracks(rng: Random, data: bytes) -> bytes:
    """The first track of an MP4 is repeated 400 times; of other files the first kilobyte."""
    moov, trak = data.find(b"moov"), data.find(b"trak")
    if 0 < moov < trak:
        size = struct.unpack(">I", data[trak - 4 : trak])[0]
        box, times = data[trak - 4 : trak - 4 + size], rng.choice((40, 400))
        longer = struct.unpack(">I", data[moov - 4 : moov])[0] + times * size
        return (
            data[: moov - 4]
            + struct.pack(">I", longer)
            + data[moov : trak - 4]
            + box * times
            + data[trak - 4 :]
        )
    return data[:1024] * 400 + data[1024:]


def nested(rng: Random, data: bytes) -> bytes:
    """Boxes within boxes, 2,000 deep, before the rest."""
    name = rng.choice((b"moov", b"trak", b"udta", b"meta", b"moof"))
    boxes = b"".join(struct.pack(">I", 8 * depth) + name for depth in range(2000, 0, -1))
    return boxes + data


def appended(rng: Random, data: bytes) -> bytes:
    """Something follows that does not belong: noise, zeros, or the file once more."""
    return data + rng.choice((rng.randbytes(5000), bytes(50_000), data))


MUTATIONS: tuple[Mutation, ...] = (
    *(cut, cut, beheaded, flipped, flipped, flipped_head, zeroed, noise, repeated, removed),
    *(lying_number, lying_number, lying_pixels, lying_duration, lying_rate, many_tracks, nested, appended),
)
"""Those that cameras and cards do, too, come twice."""


def _stretch(rng: Random, data: bytes) -> tuple[int, int]:
    length = max(1, int(len(data) * rng.choice((0.001, 0.02, 0.2, 0.6))))
    return rng.randrange(max(1, len(data) - length)), length


def _spots(data: bytes, words: tuple[bytes, ...] | list[bytes]) -> list[int]:
    """Where a word stands for the first and for the last time."""
    return sorted({spot for word in words for spot in (data.find(word), data.rfind(word)) if spot >= 0})


def _put(rng: Random, data: bytes, spots: list[int], steps: range, value: bytes) -> bytes:
    spot = rng.choice(spots) + rng.choice(steps) if spots else rng.randrange(min(len(data), 512))
    return _at(data, spot, value)


def _at(data: bytes, spot: int, value: bytes) -> bytes:
    spot = max(0, min(spot, len(data) - len(value)))
    return data[:spot] + value + data[spot + len(value) :]
