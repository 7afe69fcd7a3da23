"""The families of video hardware: ffmpeg options to open, decode, scale, upload and encode. Data only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from dampipe.media.recipes import ProxyRecipe

Arguments: TypeAlias = dict[str, object]

SOFTWARE = "software"
PRORES = "prores_aw"
"""The ProRes encoder, always in software. Seven times as fast as prores_ks at the same quality."""
_DRI = Path("/dev/dri")


@dataclass(frozen=True)
class Family:
    """The ffmpeg options for the hardware of one vendor. `{device}` is replaced by one of `devices`."""

    name: str
    encoder: str
    """The H.264 encoder."""
    encode: Callable[[ProxyRecipe], Arguments]
    """Output options for the picture."""
    device_options: tuple[str, ...] = ()
    """Global options that open the device."""
    upload: tuple[str, ...] = ()
    """Filters, in order, that convert a yuv420p frame in memory to the input of the encoder."""
    decode: Mapping[str, object] = field(default_factory=dict)
    """Input options; frames stay on the device. {}: decoding is not supported."""
    scale: str = ""
    """The filter that scales frames on the device; its options are w and h."""
    scale_options: Mapping[str, object] = field(default_factory=dict)
    converts_depth: bool = False
    """Its scaler converts to 8 bit 4:2:0 (option `format`); otherwise frames keep depth and chroma."""
    converts_range: bool = False
    """Its scaler converts full range to video range."""
    shrinks_both_sides_only: bool = False
    """Its scaler outputs empty pictures if one side shrinks and the other stays unchanged."""
    devices: Callable[[], tuple[str, ...]] = lambda: ("",)
    """Candidates; the first that opens is used."""
    limited_sessions: bool = False
    """Its driver may allow only a few encoder sessions at once."""


def render_nodes() -> tuple[str, ...]:
    """The DRM render nodes of this machine; if there are none, the usual name, so that the test reports a reason."""
    try:
        nodes = sorted(str(path) for path in _DRI.iterdir() if path.name.startswith("renderD"))
    except OSError:
        nodes = []
    return tuple(nodes) or (str(_DRI / "renderD128"),)


def bitrate_limit(recipe: ProxyRecipe) -> Arguments:
    """Options that limit the bit rate."""
    return {"maxrate": f"{recipe.max_bitrate}k", "bufsize": f"{2 * recipe.max_bitrate}k"}


def _software(recipe: ProxyRecipe) -> Arguments:
    if recipe.codec == "prores":
        return {"c:v": PRORES, "profile:v": 0, "vendor": "apl0"}
    return {"c:v": "libx264", "preset": recipe.preset, "crf": recipe.crf} | bitrate_limit(recipe)


def _nvenc(recipe: ProxyRecipe) -> Arguments:
    quality: Arguments = {"preset": "p4", "tune": "hq", "rc": "vbr", "cq": recipe.crf + 3, "b:v": 0}
    return {"c:v": "h264_nvenc"} | quality | {"forced-idr": 1} | bitrate_limit(recipe)


def _vaapi(recipe: ProxyRecipe) -> Arguments:
    return {"c:v": "h264_vaapi", "rc_mode": "CQP", "qp": recipe.crf + 1}


def _qsv(recipe: ProxyRecipe) -> Arguments:
    return {"c:v": "h264_qsv", "preset": "veryfast", "global_quality": recipe.crf + 1, "forced_idr": 1}


def _videotoolbox(recipe: ProxyRecipe) -> Arguments:
    # Its quality scale is reversed: 1 to 100, 100 is the best.
    return {"c:v": "h264_videotoolbox", "q:v": max(1, min(100, 100 - 2 * recipe.crf + 1))}


def _amf(recipe: ProxyRecipe) -> Arguments:
    quality = {"qp_i": recipe.crf + 1, "qp_p": recipe.crf + 1}
    return {"c:v": "h264_amf", "quality": "speed", "rc": "cqp", **quality, "forced_idr": 1}


_EXTRA_FRAMES = 8
"""Frames that filters and the encoder hold, in addition to those of the decoder."""

FAMILIES: dict[str, Family] = {
    "nvidia": Family(
        "nvidia",
        "h264_nvenc",
        _nvenc,
        device_options=("-init_hw_device", "cuda=gpu", "-filter_hw_device", "gpu"),
        decode={
            "threads": 1,
            "hwaccel": "cuda",
            "hwaccel_device": "gpu",
            "hwaccel_output_format": "cuda",
            "extra_hw_frames": _EXTRA_FRAMES,
        },
        scale="scale_cuda",
        converts_depth=True,
        shrinks_both_sides_only=True,  # seen on an H200 with ffmpeg 9.0.2, with every interp_algo
        limited_sessions=True,
    ),
    "videotoolbox": Family(
        "videotoolbox",
        "h264_videotoolbox",
        _videotoolbox,
        device_options=("-init_hw_device", "videotoolbox=gpu", "-filter_hw_device", "gpu"),
        decode={
            "hwaccel": "videotoolbox",
            "hwaccel_device": "gpu",
            "hwaccel_output_format": "videotoolbox_vld",
        },
        scale="scale_vt",
    ),
    "qsv": Family(
        "qsv",
        "h264_qsv",
        _qsv,
        device_options=(
            *("-init_hw_device", "vaapi=va:{device}", "-init_hw_device", "qsv=gpu@va"),
            *("-filter_hw_device", "gpu"),
        ),
        upload=("format=nv12",),
        decode={
            "hwaccel": "qsv",
            "hwaccel_device": "gpu",
            "hwaccel_output_format": "qsv",
            "extra_hw_frames": _EXTRA_FRAMES,
        },
        scale="vpp_qsv",
        scale_options={"out_range": "tv", "async_depth": 4},
        converts_depth=True,
        converts_range=True,
        devices=render_nodes,
    ),
    "vaapi": Family(
        "vaapi",
        "h264_vaapi",
        _vaapi,
        device_options=("-init_hw_device", "vaapi=gpu:{device}", "-filter_hw_device", "gpu"),
        upload=("format=nv12", "hwupload"),
        decode={
            "hwaccel": "vaapi",
            "hwaccel_device": "gpu",
            "hwaccel_output_format": "vaapi",
            "extra_hw_frames": _EXTRA_FRAMES,
        },
        scale="scale_vaapi",
        scale_options={"out_range": "tv"},
        converts_depth=True,
        converts_range=True,
        devices=render_nodes,
    ),
    # On Linux, AMD cards decode with VAAPI; AMF encodes if its driver is installed.
    "amf": Family("amf", "h264_amf", _amf, upload=("format=nv12",)),
    SOFTWARE: Family(SOFTWARE, "libx264", _software),
}
"""Best first; software is last."""
