"""A HEIC still, put together by hand around an HEVC picture: libraries read it, and none that we use writes it."""

import struct


def _box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), name) + content


def _full(name: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *parts)


def heic(
    annexb: bytes,
    size: tuple[int, int],
    turns: int = 0,
    *,
    colors: tuple[int, int, int] | None = None,
    exif: bytes = b"",
    bits: int = 8,
) -> bytes:
    """One picture, coded as HEVC with start codes. turns: quarter turns counter-clockwise to show it upright.

    colors: primaries, transfer and matrix as numbers, tagged as limited range. exif: an Exif item. bits: of a sample.
    """
    config, coded = _configured(annexb, bits)
    properties = [config, _full(b"ispe", 0, 0, struct.pack(">II", *size))]
    if turns:
        properties.append(_box(b"irot", struct.pack("B", turns)))
    if colors:
        properties.append(_box(b"colr", b"nclx", struct.pack(">HHHB", *colors, 0)))
    links = bytes(0x80 | n if n != 2 else n for n in range(1, len(properties) + 1))
    ipma = _full(b"ipma", 0, 0, struct.pack(">IHB", 1, 1, len(links)), links)
    start = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    infe = [_full(b"infe", 2, 0, struct.pack(">HH", 1, 0), b"hvc1\0")]
    references = b""
    if exif:
        infe.append(_full(b"infe", 2, 0, struct.pack(">HH", 2, 0), b"Exif\0"))
        references = _full(b"iref", 0, 0, _box(b"cdsc", struct.pack(">HHH", 2, 1, 1)))

    def meta(at: int) -> bytes:
        places = struct.pack(">HHHII", 1, 0, 1, at, len(coded))
        if exif:
            places += struct.pack(">HHHII", 2, 0, 1, at + len(coded), len(exif))
        return _full(
            b"meta", 0, 0,
            _full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
            _full(b"pitm", 0, 0, struct.pack(">H", 1)),
            _full(b"iloc", 0, 0, struct.pack(">BBH", 0x44, 0, len(infe)), places),
            _full(b"iinf", 0, 0, struct.pack(">H", len(infe)), *infe),
            references,
            _box(b"iprp", _box(b"ipco", *properties), ipma),
        )  # fmt: skip

    return start + meta(len(start) + len(meta(0)) + 8) + _box(b"mdat", coded + exif)


def heic_grid(annexb: bytes, tile: tuple[int, int], columns: int, rows: int) -> bytes:
    """A picture put together from the same tile, again and again, as phones write theirs."""
    config, coded = _configured(annexb, 8)
    count, start = columns * rows, _box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    size = (tile[0] * columns, tile[1] * rows)
    grid = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, *size)
    tiles = range(2, count + 2)
    properties = _box(
        b"ipco",
        config,
        _full(b"ispe", 0, 0, struct.pack(">II", *tile)),
        _full(b"ispe", 0, 0, struct.pack(">II", *size)),
    )
    links = struct.pack(">IHBB", count + 1, 1, 1, 3) + b"".join(
        struct.pack(">HBBB", n, 2, 0x81, 2) for n in tiles
    )

    def meta(at: int) -> bytes:
        places = struct.pack(">HHHII", 1, 0, 1, at + len(coded), len(grid))
        places += b"".join(struct.pack(">HHHII", n, 0, 1, at, len(coded)) for n in tiles)
        infe = [_full(b"infe", 2, 0, struct.pack(">HH", 1, 0), b"grid\0")]
        infe += [_full(b"infe", 2, 1, struct.pack(">HH", n, 0), b"hvc1\0") for n in tiles]
        return _full(
            b"meta", 0, 0,
            _full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
            _full(b"pitm", 0, 0, struct.pack(">H", 1)),
            _full(b"iloc", 0, 0, struct.pack(">BBH", 0x44, 0, count + 1), places),
            _full(b"iinf", 0, 0, struct.pack(">H", count + 1), *infe),
            _full(b"iref", 0, 0, _box(b"dimg", struct.pack(f">HH{count}H", 1, count, *tiles))),
            _box(b"iprp", properties, _full(b"ipma", 0, 0, links)),
        )  # fmt: skip

    return start + meta(len(start) + len(meta(0)) + 8) + _box(b"mdat", coded + grid)


def _configured(annexb: bytes, bits: int) -> tuple[bytes, bytes]:
    """The box with the parameters of the decoder, and the coded picture, of HEVC with start codes."""
    units = [unit.rstrip(b"\0") for unit in annexb.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]
    kinds = {unit[0] >> 1 & 0x3F: unit for unit in units}
    heads = [(kind, kinds[kind]) for kind in (32, 33, 34)]  # VPS, SPS, PPS
    coded = b"".join(struct.pack(">I", len(unit)) + unit for unit in units if unit[0] >> 1 & 0x3F < 32)
    general = kinds[33][
        3:15
    ]  # profile, compatibility, constraints and level stand in the SPS as they must here
    config = (
        b"\1"
        + general
        + struct.pack(">HBBBBHB", 0xF000, 0xFC, 0xFD, 0xF8 | bits - 8, 0xF8 | bits - 8, 0, 0x0F)
    )
    config += struct.pack("B", len(heads))
    config += b"".join(struct.pack(">BHH", 0x80 | kind, 1, len(unit)) + unit for kind, unit in heads)
    return _box(b"hvcC", config), coded
