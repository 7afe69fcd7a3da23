"""Every suffix that a scan takes is opened by the probe, or is known as one that nothing here can write."""

from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.filetypes import FILE_TYPES, HEAD, Opener, is_media_content
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.info import MediaKind
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import FramesRecipe, PreviewRecipe, ProxyRecipe
from tests.support.filetypes import NOT_GENERATABLE, make

_KIND = {Opener.PILLOW: {MediaKind.STILL}, Opener.FFMPEG_STILL: {MediaKind.STILL}}
NEW_KINDS = """.264 .hevc .m1v .m2v .ac3 .eac3 .dts .mlp .thd .y4m .caf .wv .tta .amr .gxf .ivf .rm .nut .w64 .dat .jp2
.j2k .psd .mpo .amv .apng .apv .avifs .drc .fits .gsm .h261 .h263 .latm .mjpg .obu .pcx .qoi .sgi .tga .voc .vvc
.wtv"""
LENGTHS = {".amr": 0.5, ".gxf": 1.37, ".apv": 25 / 30, ".h261": 25.025 / 30, ".h263": 25.025 / 30}
"""Seconds, where they are not 1: GXF has blocks of 32,768 samples; some streams do not say their rate."""


WRITTEN = sorted(
    suffix
    for suffix, opener in FILE_TYPES.items()
    if suffix not in NOT_GENERATABLE and opener is not Opener.LIBRAW  # nothing here writes camera raw files
)


@pytest.mark.parametrize("suffix", WRITTEN)
def test_a_file_of_every_suffix_opens(suffix: str, tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober) -> None:
    opener = FILE_TYPES[suffix]
    path = make(suffix, tmp_path, ffmpeg)
    assert path is not None, "add a generator to tests/support/filetypes.py, or the reason why there is none"
    if not path.exists() or not path.stat().st_size:
        pytest.skip("this ffmpeg has no encoder for it")
    with path.open("rb") as stream:
        assert is_media_content(path.name, stream.read(HEAD))
    media = prober.probe(str(path))
    assert media.kind in _KIND.get(opener, {MediaKind.VIDEO, MediaKind.AUDIO})


@pytest.mark.parametrize("suffix", NEW_KINDS.split())
def test_new_kinds_have_a_preview_and_a_proxy(
    suffix: str, tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector
) -> None:
    path = make(suffix, tmp_path, ffmpeg)
    assert path is not None
    if not path.exists() or not path.stat().st_size:
        pytest.skip("this ffmpeg has no encoder for it")
    media = prober.probe(str(path))
    preview = PreviewMaker(ffmpeg, PreviewRecipe(frames=FramesRecipe(size=64)), choose, prober=prober)
    made = preview.make(str(path), media, tmp_path)
    assert {"poster"} <= {file.kind.value for file in made.files}
    if media.kind is MediaKind.STILL:
        return
    accelerations = [Acceleration(SOFTWARE, True, "for the test")]
    proxy = ProxyMaker(ffmpeg, ProxyRecipe(), accelerations).make(str(path), media, tmp_path)
    assert proxy.warnings == ()
    assert proxy.duration == pytest.approx(LENGTHS.get(suffix, 1.0), abs=0.13)
