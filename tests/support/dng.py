"""A camera raw file (DNG), put together by hand: a sensor's plain data, and the preview that cameras add."""

import struct

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}


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


def dng(preview: bytes, size: tuple[int, int], orientation: int = 1) -> bytes:
    """A raw of 64×48 pixels of grey, with `preview` (a JPEG of `size`) in it, by "Acme One"."""
    sensor = _shorts(*[500] * (64 * 48))
    preview_at, sensor_at = 8, 8 + len(preview) + len(preview) % 2
    raw_at = sensor_at + len(sensor)
    raw = _directory(
        [
            *((254, 4, _long(0)), (256, 3, _shorts(64)), (257, 3, _shorts(48)), (258, 3, _shorts(16))),
            *(
                (259, 3, _shorts(1)),
                (262, 3, _shorts(32803)),
                (273, 4, _long(sensor_at)),
                (277, 3, _shorts(1)),
            ),
            *((278, 3, _shorts(48)), (279, 4, _long(len(sensor))), (33421, 3, _shorts(2, 2))),
            (33422, 1, bytes((0, 1, 1, 2))),
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
        ],
        main_at,
    )
    body = preview.ljust(sensor_at - 8, b"\0") + sensor + raw + main
    return struct.pack("<2sHI", b"II", 42, main_at) + body
