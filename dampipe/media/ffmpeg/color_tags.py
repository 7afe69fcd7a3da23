"""Colour tags that are missing, rare or reserved: what is assumed, and how the picture is converted.

swscale refuses pictures whose matrix it does not know, even if it only scales them. Such pictures are
tagged with a common matrix (the stand-in) before they are scaled, and zscale, which is given the real one,
converts them afterwards.
"""

from dataclasses import dataclass
from typing import Any

from dampipe.media.info import VideoStream

RESERVED = "reserved"
"""A value that the standard does not define."""
NO_TONE_MAPPING = "this ffmpeg has no zscale filter: HDR pictures look pale"

_SCALABLE = frozenset({"bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc", "gbr"})
"""Matrices of pictures that swscale accepts."""
_ZSCALE_MATRICES = {
    "bt2020nc": "2020_ncl",
    "bt2020c": "2020_cl",
    "bt709": "709",
    "smpte170m": "170m",
    "bt470bg": "470bg",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "ycgco": "ycgco",
    "chroma-derived-nc": "chroma-derived-nc",
    "ictcp": "ictcp",
}
_ZSCALE_PRIMARIES = {"bt2020": "2020", "bt709": "709"} | {
    name: name
    for name in (
        *("bt470m", "bt470bg", "smpte170m", "smpte240m", "film"),
        *("smpte428", "smpte431", "smpte432", "ebu3213"),
    )
}


@dataclass(frozen=True)
class Colors:
    """How the colours of one picture are read."""

    video: VideoStream
    zscale: bool
    """Whether this ffmpeg has the filter."""

    @property
    def _is_rgb(self) -> bool:
        return self.video.pixel_format.startswith(("gbr", "rgb", "bgr", "argb", "abgr"))

    @property
    def missing(self) -> tuple[str, ...]:
        """The tags that HDR needs for correct colours and that the file does not give."""
        if not self.video.hdr:
            return ()
        # ICtCp is defined for the primaries of BT.2020 only.
        possible = ("bt2020",) if self.video.color_space == "ictcp" else _ZSCALE_PRIMARIES
        primaries = () if self.video.color_primaries in possible else ("primaries",)
        known = self._is_rgb or self.video.color_space not in (None, RESERVED)
        return primaries if known else (*primaries, "matrix")

    @property
    def stand_in(self) -> str | None:
        """The matrix with which the picture is tagged while it is scaled; None: its own."""
        matrix = self.video.color_space
        if matrix in _SCALABLE:
            return None
        if matrix is None:
            return ("gbr" if self._is_rgb else "bt2020nc") if self.video.hdr else None
        if self._is_rgb:
            return "gbr"
        return "bt2020nc" if self.video.hdr or self.video.color_primaries == "bt2020" else "bt709"

    @property
    def approximate(self) -> bool:
        """Whether the matrix cannot be converted, so that the stand-in is all there is."""
        return self.stand_in is not None and self.video.color_space is not None and not self._exact

    @property
    def _exact(self) -> bool:
        """Whether zscale converts from the picture's own matrix. Of constant luminance it knows SDR only."""
        matrix, transfer = self.video.color_space, self.video.color_transfer
        if self._is_rgb:
            return True
        if matrix == "bt2020c":
            return self.zscale and transfer in ("bt709", "smpte170m", "bt2020-10", "bt2020-12")
        if matrix == "ictcp":
            return self.zscale and self.video.hdr
        if matrix == "chroma-derived-nc":
            return self.zscale and self.video.color_primaries in _ZSCALE_PRIMARIES.keys() - {"smpte428"}
        return self.zscale and matrix in _ZSCALE_MATRICES

    def tagged(self, stream: Any) -> Any:
        """Tag the picture so that it can be scaled and converted; pictures with common tags are left as they are."""
        tags = {"colorspace": self.stand_in} if self.stand_in is not None else {}
        if "primaries" in self.missing:
            tags["color_primaries"] = "bt2020"
        return stream.filter("setparams", **tags) if tags else stream

    def converted(self, stream: Any) -> Any:
        """Convert a tagged and scaled picture, limited range, from its own matrix to the stand-in."""
        matrix = self.video.color_space
        if self.stand_in is None or matrix is None or self._is_rgb or not self._exact:
            return stream
        return stream.filter("zscale", min=_ZSCALE_MATRICES[matrix], m=_ZSCALE_MATRICES[self.stand_in])

    def tone_mapped(self, stream: Any) -> Any:
        """Convert tagged PQ or HLG to BT.709 SDR. Applied after scaling, which makes it much cheaper."""
        video = self.video
        full = video.color_range == "pc" or (self._is_rgb and video.color_range is None)
        matrix = video.color_space if self._exact or self.stand_in is None else self.stand_in
        tags = {"tin": video.color_transfer, "rin": "full" if full else "limited"}
        tags["min"] = _ZSCALE_MATRICES.get(matrix or "bt2020nc", "2020_ncl")
        primaries = None if "primaries" in self.missing else video.color_primaries
        tags["pin"] = _ZSCALE_PRIMARIES[primaries or "bt2020"]
        stream = stream.filter("zscale", t="linear", npl=100, **tags).filter("format", "gbrpf32le")
        stream = stream.filter("zscale", p="bt709").filter("tonemap", tonemap="hable", desat=0)
        return stream.filter("zscale", t="bt709", m="bt709", p="bt709", r="limited")

    def warnings(self, *, keeps_hdr: bool = False) -> list[str]:
        """What the reader of the derivatives should know. keeps_hdr: HDR is not tone-mapped."""
        found: list[str] = []
        if self.video.hdr and not keeps_hdr and not self.zscale:
            found.append(NO_TONE_MAPPING)
        if self.missing:
            what, verb = " and ".join(self.missing), "is" if self.missing == ("matrix",) else "are"
            found.append(f"its colour {what} {verb} not specified: BT.2020 was assumed")
        if self.approximate and "matrix" not in self.missing:
            found.append(
                f"its colour matrix ({self.video.color_space}) is not supported: {self.stand_in} was assumed, "
                "so saturated colours are not exact"
            )
        return found


def colors_of(video: VideoStream, zscale: bool) -> Colors:
    """How the colours of `video` are read by an ffmpeg with or without the filter zscale."""
    return Colors(video, zscale)
