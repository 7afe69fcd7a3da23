"""Which channels are mixed by ffmpeg, which here, and how."""

import pytest

from dampipe.media.audio.mixing import stereo_weights
from dampipe.media.audio.track_choice import further_tracks
from dampipe.media.info import AudioStream, MediaInfo, MediaKind


def track(channels: int, layout: str | None, language: str | None = None) -> AudioStream:
    return AudioStream(
        index=0, codec="pcm_s16le", sample_rate=48000, channels=channels, layout=layout, language=language
    )


@pytest.mark.parametrize(
    ("channels", "layout"),
    [
        (1, "mono"),
        (2, "stereo"),
        (1, "1 channels"),
        (2, "2 channels"),
        (2, None),
        (6, "5.1"),
        (6, "5.1(side)"),
        (8, "7.1"),
    ],
)
def test_ffmpeg_mixes_what_it_always_did(channels: int, layout: str | None) -> None:
    assert stereo_weights(track(channels, layout)) is None


@pytest.mark.parametrize("channels", [3, 4, 6, 8, 9, 16, 60])
def test_unnamed_channels_are_heard_alike_on_both_sides(channels: int) -> None:
    for layout in (f"{channels} channels", None):
        assert stereo_weights(track(channels, layout)) == ([1.0] * channels, [1.0] * channels)


def test_channels_with_names_keep_their_side() -> None:
    weights = stereo_weights(track(3, "3 channels (FL+FR+TC)"))
    assert weights is not None
    assert (weights[0][:2], weights[1][:2]) == ([1.0, 0.0], [0.0, 1.0])
    assert weights[0][2] == weights[1][2] > 0
    for layout, count in (("5.1.4", 10), ("22.2", 24), ("cube", 8), ("binaural", 2)):
        weights = stereo_weights(track(count, layout))
        assert weights is not None
        assert all(left or right for left, right in zip(*weights, strict=True))
        assert weights[0][:2] == [1.0, 0.0]


def test_names_of_one_side_alone_leave_no_side_silent() -> None:
    assert stereo_weights(track(2, "2 channels (FL+SL)")) == ([1.0, 1.0], [1.0, 1.0])


def test_ambisonics() -> None:
    assert stereo_weights(track(4, "ambisonic 1")) == ([1.0, 1.0, 0.0, 0.0], [1.0, -1.0, 0.0, 0.0])


def test_which_further_tracks_are_added() -> None:
    def further(*tracks: AudioStream) -> int:
        return len(further_tracks(MediaInfo(kind=MediaKind.VIDEO, container="mov", audio=tracks)))

    mono, german, stereo = track(1, "mono"), track(1, "mono", "deu"), track(2, "stereo")
    assert further(mono, mono) == 0
    assert further(mono, mono, mono, mono) == 2
    assert further(mono, mono, stereo) == 0
    assert further(mono, mono, german) == 0, "another language would be talked over"
