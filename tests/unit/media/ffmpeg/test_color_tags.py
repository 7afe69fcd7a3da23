"""Colour tags: filters of common footage stay as they are, to the letter, since its derivatives are kept."""

import re
from dataclasses import replace
from typing import Any

import ffmpeg as graphs
import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.color_tags import NO_TONE_MAPPING, RESERVED, colors_of
from dampipe.media.ffmpeg.picture_filters import normalized
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.plans import proxy_plans
from dampipe.media.info import VideoStream
from dampipe.media.recipes import ProxyRecipe

PLAIN = "scale=1280:720:flags=bicubic:out_range=tv[s0];[s0]setsar=1[s1];[s1]format=yuv420p"
TONED = (
    "[0]scale=1280:720:flags=bicubic[s0];[s0]setsar=1[s1];"
    "[s1]zscale=min={matrix}:npl=100:pin={primaries}:rin=limited:t=linear:tin={transfer}[s2];"
    "[s2]format=gbrpf32le[s3];[s3]zscale=p=bt709[s4];[s4]tonemap=desat=0:tonemap=hable[s5];"
    "[s5]zscale=m=bt709:p=bt709:r=limited:t=bt709[s6];[s6]format=yuv420p"
)


class WithZscale(Ffmpeg):
    def has_filter(self, name: str) -> bool:
        return name == "zscale"


def video(**changes: Any) -> VideoStream:
    settings = {"index": 0, "codec": "hevc", "width": 1920, "height": 1080, "pixel_format": "yuv420p10le"}
    return VideoStream(**(settings | changes))


def filters(stream: VideoStream, **options: Any) -> str:
    built = normalized(
        graphs.input("x"), stream, (1280, 720), WithZscale("", "", (9,), ""), moving=True, **options
    )
    words = graphs.get_args(built.output("y"))
    return re.sub(r"\[s\d\]$", "", str(words[words.index("-filter_complex") + 1]))


@pytest.mark.parametrize("space", ["bt709", "smpte170m", "bt470bg", "fcc", "smpte240m", "bt2020nc", "gbr"])
def test_common_sdr(space: str) -> None:
    assert filters(video(color_space=space, color_primaries="bt709", color_transfer="bt709")) == f"[0]{PLAIN}"


def test_untagged_sdr() -> None:
    tagged = "[0]setparams=colorspace=bt709[s0];[s0]" + PLAIN.replace("s1", "sx").replace("s0", "s1").replace(
        "sx", "s2"
    )
    assert filters(video()) == tagged
    assert filters(video(height=480, width=640)) == f"[0]{PLAIN}"


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
@pytest.mark.parametrize(
    ("space", "matrix"),
    [("bt2020nc", "2020_ncl"), ("bt709", "709"), ("smpte170m", "170m"), ("bt470bg", "470bg")],
)
@pytest.mark.parametrize(("primaries", "number"), [("bt2020", "2020"), ("bt709", "709")])
def test_common_hdr(transfer: str, space: str, matrix: str, primaries: str, number: str) -> None:
    stream = video(color_space=space, color_transfer=transfer, color_primaries=primaries)
    assert filters(stream) == TONED.format(matrix=matrix, primaries=number, transfer=transfer)


def test_reserved_values_are_taken_as_missing() -> None:
    for tag in (None, RESERVED):
        stream = video(color_space=tag, color_primaries=tag, color_transfer="smpte2084")
        tagged = filters(stream)
        assert tagged.startswith("[0]setparams=color_primaries=bt2020:colorspace=bt2020nc[s0]")
        assert "min=2020_ncl" in tagged and "pin=2020:" in tagged
        assert colors_of(stream, True).warnings() == [
            "its colour primaries and matrix are not specified: BT.2020 was assumed"
        ]


def test_a_reserved_matrix_of_sdr_does_not_stop_the_scaler() -> None:
    stream = video(color_space=RESERVED)
    assert filters(stream).startswith("[0]setparams=colorspace=bt709[s0]")
    assert colors_of(stream, True).warnings() == [
        "its colour matrix (reserved) is not supported: bt709 was assumed, so saturated colours are not exact"
    ]


def test_without_zscale_rare_matrices_are_scaled_as_their_stand_in() -> None:
    stream = video(color_space="ictcp", color_primaries="bt2020", color_transfer="smpte2084")
    colors = colors_of(stream, False)
    assert colors.stand_in == "bt2020nc"
    assert colors.warnings()[0] == NO_TONE_MAPPING
    assert "ictcp" in colors.warnings()[1]
    assert replace(colors, zscale=True).warnings() == []


def test_footage_that_is_decoded_in_hardware_is_converted_too() -> None:
    """Frames that never leave the device pass no filter that knows rare matrices."""
    nvidia = Acceleration("nvidia", True, "for the test", decodes=("hevc-10",))

    def zero_copy(space: str) -> bool:
        return proxy_plans(video(color_space=space), (1280, 720), ProxyRecipe(), [nvidia])[0].zero_copy

    assert zero_copy("bt709")
    assert not zero_copy("ycgco")
