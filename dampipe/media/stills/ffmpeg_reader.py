"""The last reader of stills: the ffmpeg program, for what the other readers refuse and for formats that only it knows.

It runs inside the sandbox and the memory limit of the probe helper, as its child, with the allow-lists of footage.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dampipe.media import errors
from dampipe.media.ffmpeg.allowlist import MAX_PIXELS, PROTOCOLS, file_url
from dampipe.media.stills.color_tags import ColorTags
from dampipe.media.stills.failures import StillError, check_size
from dampipe.media.stills.metadata import orientation_of, raw_exif
from dampipe.media.stills.picture import Facts, Picture
from dampipe.media.stills.pillow_reader import heif_header
from dampipe.media.stills.tone import reduced

DEMUXERS = {
    "jpeg": "jpeg_pipe",
    "png": "png_pipe",
    "tiff": "tiff_pipe",
    "webp": "webp_pipe",
    "bmp": "bmp_pipe",
    "gif": "gif",
    "heif": "mov",
    "avif": "mov",
    "psd": "psd_pipe",
    "jpeg2000": "j2k_pipe",
    "jpegxl": "jpegxl_pipe",
    "exr": "exr_pipe",
    "hdr": "hdr_pipe",
    "dpx": "dpx_pipe",
    "pnm": "ppm_pipe",
    "dds": "dds_pipe",
    "fits": "fits",
    "jpegls": "jpegls_pipe",
    "pcx": "pcx_pipe",
    "photocd": "photocd_pipe",
    "qoi": "qoi_pipe",
    "sgi": "sgi_pipe",
    "sunrast": "sunrast_pipe",
}
_PNM_DEMUXERS = {
    **dict.fromkeys((b"P1", b"P4"), "pbm_pipe"),
    **dict.fromkeys((b"P2", b"P5"), "pgm_pipe"),
    b"P7": "pam_pipe",
    **dict.fromkeys((b"Pf", b"PF"), "pfm_pipe"),
    **dict.fromkeys((b"Ph", b"PH"), "phm_pipe"),
}
_LINEAR = ("exr", "hdr")
_STREAM = re.compile(
    r"Stream #0:\d+.*?: Video: (?P<codec>\w+).*?, (?P<format>\w+)(?:\((?P<tags>[^)]*)\))?(?:, \w+)*?, "
    r"(?P<width>\d+)x(?P<height>\d+)"
)
_DPX_TRANSFER = 801
"""Offset of the byte that names the transfer curve."""
_SECONDS = 120.0
_USELESS = ("At least one output", "Nothing was written", "Input #", "Duration:", "Stream #")
_NOISE = re.compile(r"^\[[^\]]*\] ?")
_ORIENTATIONS = {0: 1, 90: 8, 180: 3, -180: 3, -90: 6}
"""Degrees counter-clockwise, as ffmpeg reports them -> EXIF orientation."""


class FfmpegReader:
    """Opens stills with ffmpeg."""

    name = "ffmpeg"

    def __init__(self, program: str, partial: bool = False) -> None:
        """program: the path of ffmpeg; empty: none, and nothing is opened.

        partial: use pictures about which ffmpeg complains; otherwise they are refused.
        """
        self.program = program
        self.partial = partial

    def opens(self, container: str) -> bool:
        """Whether it knows the format."""
        return bool(self.program) and container in DEMUXERS

    def facts(self, path: str, container: str) -> Facts:
        """Read the header."""
        found = self._inspect(path, container)
        messages: list[str] = []
        exif = _exif(path, container, messages)
        orientation = found.orientation if exif is None else orientation_of(exif)
        return Facts(
            found.width,
            found.height,
            found.format,
            found.bits,
            orientation,
            exif,
            tags=found.tags,
            warnings=messages,
        )

    def decode(self, path: str, container: str, side: int) -> Picture:
        """Decode the first picture."""
        found = self._inspect(path, container)
        header = heif_header(path, container, [])
        if header.is_grid and header.size != (found.width, found.height):
            raise StillError(errors.STILL_UNSUPPORTED, reason="a grid of pictures")
        tags = header.tags or found.tags
        # ffmpeg itself turns the picture by what it knows; it does not read the orientation of TIFFs.
        orientation = (
            orientation_of(_exif(path, container, []) or Image.Exif()) if found.orientation == 1 else 1
        )
        alpha = found.has_alpha
        wide = 4 if alpha else 3
        if tags is not None and tags.hdr and not alpha:
            values = self._hdr(path, container, found)
        elif found.floats:
            values = self._pixels(
                path, container, found, "gbrapf32le" if alpha else "gbrpf32le", "<f4", wide, True
            )
            values = values[..., [2, 0, 1, 3][:wide]]  # planes: green, blue, red
        elif found.bits > 8:
            values = self._pixels(
                path, container, found, "rgba64le" if alpha else "rgb48le", "<u2", wide, False
            )
        else:
            values = self._pixels(path, container, found, "rgba" if alpha else "rgb24", "u1", wide, False)
            image = Image.fromarray(np.ascontiguousarray(values))
            return Picture(image=image, orientation=orientation, tags=tags)
        deep: Any = values
        linear = container in _LINEAR
        if container == "dpx" and _is_logarithmic(path):
            deep, linear = light_of_log(reduced(values, side)), True
        return Picture(
            samples=deep,
            linear=linear,
            premultiplied=container == "exr",
            orientation=orientation,
            tags=tags,
        )

    def _hdr(self, path: str, container: str, found: "_Stream") -> NDArray[Any]:
        """R'G'B' by zscale, where this ffmpeg has it: the white of swscale is 65280 of 65535."""
        try:
            exact = ("-vf", "zscale=m=gbr:r=full,format=gbrp16le")
            planes = self._pixels(path, container, found, "gbrp16le", "<u2", 3, True, exact)
        except StillError:
            planes = self._pixels(path, container, found, "gbrp16le", "<u2", 3, True)
        return planes[..., [2, 0, 1]]

    def _arguments(self, path: str, container: str) -> list[str]:
        demuxer = DEMUXERS[container]
        if container == "pnm":
            demuxer = _pnm_demuxer(path)
        opened = ["-f", demuxer]
        if demuxer == "pam_pipe":  # its parser takes bilevel pictures for eight times as short
            opened = ["-f", "image2", "-pattern_type", "none", "-c:v", "pam"]
        return [
            *("-nostdin", "-hide_banner", "-threads", "1", *opened, "-protocol_whitelist", PROTOCOLS),
            *("-max_pixels", str(MAX_PIXELS), "-i", file_url(path)),
        ]

    def _run(self, arguments: list[str]) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(
                [self.program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise StillError(errors.NOT_DECODED, reason=f"no answer for {_SECONDS:.0f} s") from error

    def _inspect(self, path: str, container: str) -> "_Stream":
        text = self._run(["-v", "info", *self._arguments(path, container)]).stderr.decode("utf-8", "replace")
        stream = _STREAM.search(text)
        if stream is None:
            raise StillError(errors.STILL_DAMAGED, reason=_last_message(text))
        found = _Stream(stream, re.search(r"displaymatrix: rotation of (-?\d+)", text))
        check_size(found.width, found.height)
        return found

    def _pixels(
        self,
        path: str,
        container: str,
        found: "_Stream",
        pixel_format: str,
        kind: str,
        channels: int,
        planar: bool,
        filters: tuple[str, ...] = (),
    ) -> NDArray[Any]:
        outputs = [
            "-map",
            "0:v:0",
            "-frames:v",
            "1",
            *filters,
            "-pix_fmt",
            pixel_format,
            "-f",
            "rawvideo",
            "pipe:1",
        ]
        done = self._run(["-v", "error", *self._arguments(path, container), *outputs])
        width, height = (found.height, found.width) if found.turned else (found.width, found.height)
        size = width * height * channels * np.dtype(kind).itemsize
        if len(done.stdout) != size or (done.stderr.strip() and not self.partial):
            raise StillError(
                errors.STILL_DAMAGED, reason=_last_message(done.stderr.decode("utf-8", "replace"))
            )
        values = np.frombuffer(done.stdout, kind)
        if planar:
            return np.moveaxis(values.reshape(channels, height, width), 0, 2)
        return values.reshape(height, width, channels)


def _exif(path: str, container: str, messages: list[str]) -> Image.Exif | None:
    return raw_exif(path, messages) if container == "tiff" else None


class _Stream:
    """What ffmpeg says about the picture."""

    def __init__(self, match: "re.Match[str]", rotation: "re.Match[str] | None") -> None:
        self.width, self.height = int(match["width"]), int(match["height"])
        self.format = match["format"]
        self.orientation = _ORIENTATIONS.get(int(rotation[1]), 1) if rotation else 1
        self.turned = self.orientation in (6, 8)
        self.floats = "f32" in self.format or "f16" in self.format
        self.has_alpha = bool(re.match(r"(rgba|bgra|argb|abgr|ya\d|yuva|gbrap|pal8)", self.format))
        self.bits = 32 if self.floats else _bits(self.format)
        self.tags = _color_tags(match["tags"] or "")


def _bits(pixel_format: str) -> int:
    packed = {"rgb48": 16, "rgba64": 16, "bgr48": 16, "bgra64": 16, "ya16": 16}
    deep = next((bits for name, bits in packed.items() if pixel_format.startswith(name)), 0)
    found = re.search(r"(?:p|gray|xyz)(9|10|12|14|16)(?:le|be|$)", pixel_format)
    return deep or (int(found[1]) if found else 8)


def _color_tags(text: str) -> ColorTags | None:
    """Of "tv, bt2020nc/bt2020/smpte2084, progressive" or "pc, bt709"."""
    for part in text.split(", "):
        names = part.split("/")
        if len(names) == 3:
            matrix, primaries, transfer = (None if name == "unknown" else name for name in names)
            return ColorTags(primaries, transfer, matrix)
    return None


def light_of_log(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The light of printing density (Cineon, DPX): 1.0 for the code 685 of 1023, 0 for 95. values: 0 to 65535."""
    codes = values * np.float32(1023 / 65535)
    gain = np.float32(0.002 / 0.6)
    black = np.float32(10.0) ** ((95 - 685) * gain)
    light = (np.float32(10.0) ** ((codes - 685) * gain) - black) / (1 - black)
    return np.asarray(np.maximum(light, 0), np.float32)


def _is_logarithmic(path: str) -> bool:
    """Whether the first element of a DPX holds printing density or another logarithm (SMPTE 268M, table 5A)."""
    with Path(path).open("rb") as stream:
        stream.seek(_DPX_TRANSFER)
        return stream.read(1) in (b"\1", b"\3")


def _pnm_demuxer(path: str) -> str:
    with Path(path).open("rb") as stream:
        magic = stream.read(2)
    return _PNM_DEMUXERS.get(magic, "ppm_pipe")


def _last_message(text: str) -> str:
    lines = [_NOISE.sub("", line.strip()) for line in text.splitlines()]
    useful = [line for line in lines if line and not line.startswith(_USELESS)]
    return useful[-1][:160] if useful else "ffmpeg decoded nothing"
