"""A camera raw file (DNG), put together by hand: a sensor's plain data, and the preview that cameras add."""

import struct

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 10: 8}


def _directory(entries: list[tuple[int, int, bytes]], at: int) -> bytes:
    """A TIFF directory that stands at `at`, its longer values behind it. entries: (tag, type, value's bytes)."""
    head, behind = struct.pack("<H", len(entries)), b""
    end = at + 2 + 12 * len(entries) + 4
    for tag, kind, value in sorted(entries):
        place = value.ljust(4, b"\0")
        if len(value) > 4:
            place = struct.pack("<I", end + len(behind))
            behind += value + bytes(len(value) % 2)
        head += struct.pack("<HHI", tag, kind, len(value) // _SIZES[kind]) + place
    return head + bytes(4) + behind


def _shorts(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def _long(value: int) -> bytes:
    return struct.pack("<I", value)


_COLORS = [
    (
        *(50721, 10),
        b"".join(
            struct.pack("<ii", value, 10000)
            for value in (32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570)
        ),
    ),
    (50728, 5, struct.pack("<6I", 1, 1, 1, 1, 1, 1)),
    (50778, 3, _shorts(21)),
]
"""A sensor that sees as sRGB does."""


def dng(
    preview: bytes,
    size: tuple[int, int],
    orientation: int = 1,
    *,
    sensor: bytes = b"",
    sensor_size: tuple[int, int] = (64, 48),
) -> bytes:
    """A camera raw file by "Acme One", with `preview` (a JPEG of `size`) in it.

    sensor: 16-bit samples, little-endian, in rows of red and green, green and blue; grey if empty.
    """
    wide, high = sensor_size
    sensor = sensor or _shorts(*[500] * (wide * high))
    preview_at, sensor_at = 8, 8 + len(preview) + len(preview) % 2
    raw_at = sensor_at + len(sensor)
    raw = _directory(
        [
            *((254, 4, _long(0)), (256, 3, _shorts(wide)), (257, 3, _shorts(high)), (258, 3, _shorts(16))),
            *(
                (259, 3, _shorts(1)),
                (262, 3, _shorts(32803)),
                (273, 4, _long(sensor_at)),
                (277, 3, _shorts(1)),
            ),
            *((278, 3, _shorts(high)), (279, 4, _long(len(sensor))), (33421, 3, _shorts(2, 2))),
            (33422, 1, bytes((0, 1, 1, 2))),
            (50717, 4, _long(65535)),
        ],
        raw_at,
    )
    main_at = raw_at + len(raw)
    main = _directory(
        [
            *((254, 4, _long(1)), (256, 3, _shorts(size[0])), (257, 3, _shorts(size[1]))),
            *((258, 3, _shorts(8, 8, 8)), (259, 3, _shorts(7)), (262, 3, _shorts(6)), (277, 3, _shorts(3))),
            *((273, 4, _long(preview_at)), (278, 3, _shorts(size[1])), (279, 4, _long(len(preview)))),
            *((271, 2, b"Acme\0"), (272, 2, b"Acme One\0"), (274, 3, _shorts(orientation))),
            *((306, 2, b"2024:05:06 07:08:09\0"), (330, 4, _long(raw_at))),
            *((50706, 1, bytes((1, 4, 0, 0))), (50708, 2, b"Acme One\0")),
            *_COLORS,
        ],
        main_at,
    )
    body = preview.ljust(sensor_at - 8, b"\0") + sensor + raw + main
    return struct.pack("<2sHI", b"II", 42, main_at) + body


def cinema_dng(sensor: bytes, size: tuple[int, int], orientation: int = 1) -> bytes:
    """One frame of CinemaDNG: the sensor's data is all there is."""
    at = 8 + len(sensor)
    entries = [
        *((254, 4, _long(0)), (256, 3, _shorts(size[0])), (257, 3, _shorts(size[1])), (258, 3, _shorts(16))),
        *((259, 3, _shorts(1)), (262, 3, _shorts(32803)), (271, 2, b"Acme\0"), (272, 2, b"Acme One\0")),
        *(
            (273, 4, _long(8)),
            (274, 3, _shorts(orientation)),
            (277, 3, _shorts(1)),
            (278, 3, _shorts(size[1])),
        ),
        *((279, 4, _long(len(sensor))), (33421, 3, _shorts(2, 2)), (33422, 1, bytes((0, 1, 1, 2)))),
        *((50706, 1, bytes((1, 4, 0, 0))), (50708, 2, b"Acme One\0"), (50717, 4, _long(65535))),
        *_COLORS,
    ]
    return struct.pack("<2sHI", b"II", 42, at) + sensor + _directory(entries, at)
