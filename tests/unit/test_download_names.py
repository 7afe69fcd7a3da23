"""What derivatives are called outside: a proxy as its original, so that an editor relinks it."""

from datetime import UTC, datetime

import pytest

from dampipe.media.outputs import Derivative, DerivativeKind
from dampipe.storage.video import Video


@pytest.mark.parametrize(
    ("original", "kind", "file", "called"),
    [
        ("A001_C003.mxf", DerivativeKind.PROXY, "proxy.mov", "A001_C003.mov"),
        ("holiday.2.MTS", DerivativeKind.PROXY, "proxy.mp4", "holiday.2.mp4"),
        ("A001_C003.mxf", DerivativeKind.POSTER, "poster.jpg", "A001_C003.poster.jpg"),
        ("no suffix", DerivativeKind.WAVEFORM, "waveform.dat", "no suffix.waveform.dat"),
    ],
)
def test_names(original: str, kind: DerivativeKind, file: str, called: str) -> None:
    video = Video(sha1="ab" * 20, size=1, name=original, added_at=datetime.now(UTC))
    made = Derivative(kind=kind, key=f"ab/abab/recipe/{file}", recipe="recipe", media_type="", size=1)
    assert video.download_name(made) == called
