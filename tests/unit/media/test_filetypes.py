"""Media files are recognised by name."""

import pytest

from dampipe.media.filetypes import is_media


@pytest.mark.parametrize("name", ["A001.MOV", "clip.mp4", "b.MXF", "day 1.wav", "p.JPG", "x.mts", "a.b.mkv"])
def test_footage(name: str) -> None:
    assert is_media(name)


@pytest.mark.parametrize(
    "name",
    [
        "._A001.MOV",
        ".mp4",
        "mp4",
        "clip.mp4.part",
        "clip.mp4.crdownload",
        "clip.part.mp4",
        "~lock.mov",
        "a.txt",
        "",
    ],
)
def test_no_footage(name: str) -> None:
    assert not is_media(name)
