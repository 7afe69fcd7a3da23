"""The families of video hardware: how each is opened, decodes, scales, takes frames in and encodes. Data only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from dampipe.media.recipes import ProxyRecipe

Arguments: TypeAlias = dict[str, object]

SOFTWARE = "software"
PRORES = "prores_aw"
"""The encoder of ProRes: software's work everywhere. Seven times as fast as prores_ks, and no worse."""
_DRI = Path("/dev/dri")


@dataclass(frozen=True)
class Family:
    """What ffmpeg has to be told to use one maker's hardware. `{device}` stands for one of `devices`."""

    name: str
    encoder: str
    """H.264."""
    encode: Callable[[ProxyRecipe], Arguments]
    """Output options for the picture."""
    opening: tuple[str, ...] = ()
    """Global options that open the device."""
    upload: tuple[str, ...] = ()
    """Filters, in order, that bring a yuv420p frame to where the encoder takes it from."""
    decode: Mapping[str, object] = field(default_factory=dict)
    """Input options; frames stay on the device. {}: it decodes nothing here."""
    scale: str = ""
    """The filter that scales frames on the device; takes w and h."""
    scale_options: Mapping[str, object] = field(default_factory=dict)
    converts_depth: bool = False
    """Its scaler makes 8 bit 4:2:0 of anything (option `format`); else a frame keeps depth and chroma."""
    converts_range: bool = False
    """Its scaler makes video range of full range."""
    shrinks_both_sides_only: bool = False
    """Its scaler gives empty pictures where one side shrinks and the other stays as it is."""
    devices: Callable[[], tuple[str, ...]] = lambda: ("",)
    """Those to try, the first that opens is used."""
    few_sessions: bool = False
    """Its driver may allow a few encoders at once only."""


def render_nodes() -> tuple[str, ...]:
    """The GPUs of this machine as Linux shows them, at least the usual name so that there is a reason to tell."""
    try:
        found = sorted(str(path) for path in _DRI.iterdir() if path.name.startswith("renderD"))
    except OSError:
        found = []
    return tuple(found) or (str(_DRI / "renderD128"),)


def rate(recipe: ProxyRecipe) -> Arguments:
    """The bit rate's ceiling."""
    return {"maxrate": f"{recipe.max_bitrate}k", "bufsize": f"{2 * recipe.max_bitrate}k"}


def _software(recipe: ProxyRecipe) -> Arguments:
    if recipe.codec == "prores":
        return {"c:v": PRORES, "profile:v": 0, "vendor": "apl0"}
    return {"c:v": "libx264", "preset": recipe.preset, "crf": recipe.crf} | rate(recipe)


def _nvenc(recipe: ProxyRecipe) -> Arguments:
    quality: Arguments = {"preset": "p4", "tune": "hq", "rc": "vbr", "cq": recipe.crf + 3, "b:v": 0}
    return {"c:v": "h264_nvenc"} | quality | {"forced-idr": 1} | rate(recipe)


def _vaapi(recipe: ProxyRecipe) -> Arguments:
    return {"c:v": "h264_vaapi", "rc_mode": "CQP", "qp": recipe.crf + 1}


def _qsv(recipe: ProxyRecipe) -> Arguments:
    return {"c:v": "h264_qsv", "preset": "veryfast", "global_quality": recipe.crf + 1, "forced_idr": 1}


def _videotoolbox(recipe: ProxyRecipe) -> Arguments:
    # Its scale runs the other way: 1 to 100, the best.
    return {"c:v": "h264_videotoolbox", "q:v": max(1, min(100, 100 - 2 * recipe.crf + 1))}


def _amf(recipe: ProxyRecipe) -> Arguments:
    quality = {"qp_i": recipe.crf + 1, "qp_p": recipe.crf + 1}
    return {"c:v": "h264_amf", "quality": "speed", "rc": "cqp", **quality, "forced_idr": 1}


_EXTRA = 8
"""Frames that filters and the encoder hold while the decoder needs its own."""

FAMILIES: dict[str, Family] = {
    "nvidia": Family(
        "nvidia",
        "h264_nvenc",
        _nvenc,
        opening=("-init_hw_device", "cuda=gpu", "-filter_hw_device", "gpu"),
        decode={
            "threads": 1,
            "hwaccel": "cuda",
            "hwaccel_device": "gpu",
            "hwaccel_output_format": "cuda",
            "extra_hw_frames": _EXTRA,
        },
        scale="scale_cuda",
        converts_depth=True,
        shrinks_both_sides_only=True,  # seen on an H200 with ffmpeg 9.0.2, with every interp_algo
        few_sessions=True,
    ),
    "videotoolbox": Family(
        "videotoolbox",
        "h264_videotoolbox",
        _videotoolbox,
        opening=("-init_hw_device", "videotoolbox=gpu", "-filter_hw_device", "gpu"),
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
        opening=(
            *("-init_hw_device", "vaapi=va:{device}", "-init_hw_device", "qsv=gpu@va"),
            *("-filter_hw_device", "gpu"),
        ),
        upload=("format=nv12",),
        decode={
            "hwaccel": "qsv",
            "hwaccel_device": "gpu",
            "hwaccel_output_format": "qsv",
            "extra_hw_frames": _EXTRA,
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
        opening=("-init_hw_device", "vaapi=gpu:{device}", "-filter_hw_device", "gpu"),
        upload=("format=nv12", "hwupload"),
        decode={
            "hwaccel": "vaapi",
            "hwaccel_device": "gpu",
            "hwaccel_output_format": "vaapi",
            "extra_hw_frames": _EXTRA,
        },
        scale="scale_vaapi",
        scale_options={"out_range": "tv"},
        converts_depth=True,
        converts_range=True,
        devices=render_nodes,
    ),
    # On Linux AMD's cards decode by VAAPI; AMF, where its driver is installed, encodes.
    "amf": Family("amf", "h264_amf", _amf, upload=("format=nv12",)),
    SOFTWARE: Family(SOFTWARE, "libx264", _software),
}
"""Best first; software is the last resort."""
