"""Plans by codec, bit depth, chroma, range, rotation and size. No ffmpeg runs."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import ffmpeg as graphs

from dampipe.media.ffmpeg.picture_filters import fitted_size
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import SOFTWARE
from dampipe.media.hwaccel.plans import SOFTWARE_PLAN, Plan, preview_plans, proxy_plans
from dampipe.media.hwaccel.stream_kinds import KINDS
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.recipes import PRESETS, ProxyRecipe

SOFT = Acceleration(SOFTWARE, True, "")
VIDEO = VideoStream(index=0, codec="h264", width=3840, height=2160, pixel_format="yuv420p", rate=Fraction(25))
NVIDIA = Acceleration("nvidia", True, "", ("h264", "hevc", "hevc-10"))
VAAPI = Acceleration("vaapi", True, "", ("h264", "hevc-10"), "/dev/dri/renderD129")
MAC = Acceleration("videotoolbox", True, "", tuple(KINDS))


def plans(found: list[Acceleration], recipe: ProxyRecipe | None = None, **change: Any) -> list[str]:
    video, recipe = VIDEO.model_copy(update=change), recipe or ProxyRecipe()
    made = proxy_plans(video, fitted_size(video, recipe.height), recipe, found)
    return [f"{plan.name}{' zero-copy' if plan.zero_copy else ''}" for plan in made]


PHONE = {"codec": "hevc", "pixel_format": "yuv420p10le", "color_transfer": "arib-std-b67", "rotation": 90}


def test_the_plans_of_a_file_use_ever_less_hardware() -> None:
    rest = ["nvidia-encode", "nvidia-decode", "software"]
    assert plans([NVIDIA, SOFT]) == ["nvidia zero-copy", *rest]
    assert plans([NVIDIA, SOFT], **PHONE) == ["nvidia", *rest], "tone mapped and turned in memory"
    assert plans([NVIDIA, SOFT], color_range="pc") == ["nvidia", *rest], "its scaler keeps the range"
    assert plans([VAAPI, SOFT], color_range="pc")[0] == "vaapi zero-copy"
    assert plans([NVIDIA, SOFT], codec="hevc", pixel_format="yuv420p10le")[0] == "nvidia zero-copy"
    assert plans([MAC, SOFT], codec="hevc", pixel_format="yuv420p10le")[0] == "videotoolbox"
    assert plans([NVIDIA, SOFT], codec="vp9") == ["nvidia-encode", "software"], "it does not decode that"
    assert plans([NVIDIA, SOFT], interlaced=True) == ["nvidia-encode", "software"]
    assert plans([NVIDIA, SOFT], width=320, height=180) == ["software"]
    assert plans([replace(NVIDIA, encodes=False), SOFT]) == ["nvidia-decode", "software"]
    assert plans([NVIDIA, VAAPI, SOFT])[:4] == [
        "nvidia zero-copy", "vaapi zero-copy", "nvidia-encode", "vaapi-encode",
    ]  # fmt: skip
    assert plans([NVIDIA, replace(SOFT, encodes=False)]) == ["nvidia zero-copy", "nvidia-encode"]
    assert plans([replace(SOFT, encodes=False)]) == []
    assert plans([NVIDIA, SOFT], PRESETS["edit"].proxy) == ["software"], "ProRes is software's work"
    assert plans([NVIDIA, SOFT], ProxyRecipe(height=4320), codec="hevc", width=7680, height=4320) == [
        "nvidia-decode", "software",
    ]  # fmt: skip


def graph(plan: Plan, **change: Any) -> str:
    video = VIDEO.model_copy(update=change)
    stream = plan.scale_and_download(graphs.input("x")["0"], video, fitted_size(video, 720))
    return " ".join(graphs.get_args(stream.output("y")))


def test_only_small_frames_are_downloaded_and_then_rotated() -> None:
    assert "scale_cuda=format=nv12:h=720:w=1280" in graph(Plan(NVIDIA, kind="h264"))
    text = graph(Plan(NVIDIA, kind="hevc-10"), **PHONE)
    assert "scale_cuda=format=p010le:h=720:w=1280" in text, "lying, as it is coded, and deep, as it is HDR"
    order = ["scale_cuda", "hwdownload", "format=p010le[", "transpose=clock", "sidedata"]
    assert sorted(order, key=text.index) == order
    assert graph(Plan(NVIDIA, kind="h264"), rotation=180).count("transpose=clock") == 2
    assert "out_range=tv" in graph(Plan(VAAPI, kind="h264"))
    assert "out_range=tv" not in graph(Plan(VAAPI, kind="hevc-10"), **PHONE), (
        "tone mapping wants it as it was"
    )
    assert "scale_vt=h=720:w=1280" in graph(Plan(MAC, kind="prores"))
    assert "format=p210le" in graph(Plan(MAC, kind="prores"))
    assert "/dev/dri/renderD129" in " ".join(Plan(VAAPI, kind="h264").device_options)


def test_sizes_that_a_scaler_does_not_support_are_scaled_in_memory() -> None:
    ntsc = {"width": 720, "height": 480, "sample_aspect": Fraction(8, 9)}
    assert "scale_cuda=format=nv12:h=480:w=720" in graph(Plan(NVIDIA, kind="h264"), **ntsc)
    assert "scale_vaapi=format=nv12:h=480:out_range=tv:w=640" in graph(Plan(VAAPI, kind="h264"), **ntsc)
    assert plans([NVIDIA, SOFT], **ntsc)[0] == "nvidia"
    assert "h=576:w=768" in graph(
        Plan(NVIDIA, kind="h264"), width=720, height=576, sample_aspect=Fraction(16, 15)
    ), "one side grows, which it supports"
    turned = graph(Plan(NVIDIA, kind="h264"), width=1281, height=720, rotation=90)
    assert "scale_cuda=format=nv12:h=720:w=1281" in turned, "an odd side becomes even"


def test_previews_use_hardware_for_long_footage_that_is_not_read_sparsely() -> None:
    film = MediaInfo(kind=MediaKind.VIDEO, container="mov", duration=600.0, video=VIDEO)
    names = [plan.name for plan in preview_plans(film, False, [NVIDIA, SOFT])]
    assert names == ["nvidia-decode", "software"]
    assert preview_plans(film, True, [NVIDIA, SOFT]) == (SOFTWARE_PLAN,)
    assert preview_plans(film.model_copy(update={"duration": 2.0}), False, [NVIDIA, SOFT]) == (SOFTWARE_PLAN,)
    assert preview_plans(film, False, [SOFT]) == (SOFTWARE_PLAN,)
    short = film.model_copy(update={"duration": 2.0})
    assert preview_plans(short, False, [NVIDIA, SOFT], min_pixels=1e6)[0].name == "nvidia-decode"
