"""Every suffix that a scan takes is opened by the probe, or is known as one that nothing here can write."""

from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.filetypes import FILE_TYPES, HEAD, Opener, is_media_content
from dampipe.media.info import MediaKind
from dampipe.media.probe.prober import Prober
from tests.support.filetypes import NOT_GENERATABLE, make

_KIND = {Opener.PILLOW: {MediaKind.STILL}, Opener.FFMPEG_STILL: {MediaKind.STILL}}


@pytest.mark.parametrize("suffix", sorted(FILE_TYPES))
def test_a_file_of_every_suffix_opens(suffix: str, tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober) -> None:
    opener = FILE_TYPES[suffix]
    if suffix in NOT_GENERATABLE or opener is Opener.LIBRAW:
        pytest.skip(NOT_GENERATABLE.get(suffix, "nothing here writes camera raw files"))
    path = make(suffix, tmp_path, ffmpeg)
    assert path is not None, "add a generator to tests/support/filetypes.py, or the reason why there is none"
    if not path.exists() or not path.stat().st_size:
        pytest.skip("this ffmpeg has no encoder for it")
    with path.open("rb") as stream:
        assert is_media_content(path.name, stream.read(HEAD))
    media = prober.probe(str(path))
    assert media.kind in _KIND.get(opener, {MediaKind.VIDEO, MediaKind.AUDIO})
