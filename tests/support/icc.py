"""The ICC profile of Display P3, put together by hand; Pillow makes that of sRGB only."""

import struct

_COLORANTS = {  # XYZ under D50
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
    b"wtpt": (0.96420, 1.00000, 0.82491),
}
# The curve of sRGB: exponent, then the parameters of both of its parts.
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _text(text: str) -> bytes:
    return (
        b"mluc"
        + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", 2 * len(text), 28)
        + text.encode("utf-16-be")
    )


def display_p3() -> bytes:
    """A version 4 profile with a matrix and the curve of sRGB."""
    tags = {name: b"XYZ \0\0\0\0" + _fixed(*value) for name, value in _COLORANTS.items()}
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + _fixed(*_CURVE)
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve, b"desc": _text("P3"), b"cprt": _text("none")}
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", at + len(body), len(content))
        body += padded
    size = at + len(body)
    head = struct.pack(
        ">I4sI4s4s4s12s4s", size, bytes(4), 0x04000000, b"mntr", b"RGB ", b"XYZ ", bytes(12), b"acsp"
    )
    head = head.ljust(68, b"\0") + _fixed(0.96420, 1.0, 0.82491)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
