"""Which files are processed again when a newer probe finds other facts."""

import json
from fractions import Fraction
from typing import Any

import pytest

from dampipe.media.info import (
    AudioStream,
    CameraFacts,
    Description,
    DurationSource,
    MediaInfo,
    MediaKind,
    VideoStream,
)
from dampipe.media.outdated import kept_facts, outdated_stages

BOTH = ("preview", "proxy")


def video(**changes: Any) -> VideoStream:
    made = VideoStream(
        index=0, codec="h264", width=640, height=360, pixel_format="yuv420p", rate=Fraction(25)
    )
    return made.model_copy(update=changes)


def media(**changes: Any) -> MediaInfo:
    made = MediaInfo(kind=MediaKind.VIDEO, container="mov,mp4,m4a,3gp,3g2,mj2", duration=10.0, video=video())
    return made.model_copy(update=changes)


def of_first_probe(info: MediaInfo) -> str:
    """Facts as the first version of the probe stored them."""
    facts = info.model_dump(mode="json")
    for name in ("start", "duration_source"):
        facts.pop(name)
    for name in ("start", "time_base", "average_rate", "variable_rate", "crop_top", "alpha"):
        (facts["video"] or {}).pop(name, None)
    return json.dumps(facts)


def unnamed(channels: int) -> tuple[AudioStream, ...]:
    return (AudioStream(index=1, codec="pcm_s24le", channels=channels, sample_rate=48000),)


def mono(tracks: int) -> tuple[AudioStream, ...]:
    return tuple(
        AudioStream(index=1 + n, codec="pcm_s24le", channels=1, sample_rate=48000) for n in range(tracks)
    )


@pytest.mark.parametrize(
    ("found", "stages"),
    [
        (media(), ()),
        (media(start=1.4, container="mpegts"), ()),
        (media(start=0.02), ()),
        (media(start=3600.0), BOTH),
        (media(video=video(start=4.0)), BOTH),
        (media(duration=20.0), BOTH),
        (media(duration=10.5), ()),
        (media(video=video(index=1)), BOTH),
        (media(video=video(crop_top=32)), BOTH),
        (media(video=video(alpha=True)), BOTH),
        (media(video=video(variable_rate=True)), ("proxy",)),
        (media(video=video(variable_rate=True, color_space="bt709")), BOTH),
        (media(video=video(color_space="bt709")), ("preview",)),
        (media(video=video(color_space="bt2020nc")), ("preview",)),
        (media(video=video(color_transfer="smpte2084")), ("preview",)),
        (media(video=video(color_space="smpte170m")), ()),
        (media(video=video(color_space="gbr")), ()),
        (media(video=video(width=1920, height=1080)), ("preview",)),
        (media(video=video(width=1920, height=1080, color_space="bt470bg")), ()),
        (media(audio=unnamed(6)), ("proxy",)),
        (media(audio=unnamed(2)), ()),
        (
            media(audio=(AudioStream(index=1, codec="aac", channels=12, sample_rate=48000, layout="7.1.4"),)),
            ("proxy",),
        ),
        (media(audio=mono(2)), ()),
        (media(audio=mono(4)), ("proxy",)),
        (media(audio=(AudioStream(index=1, codec="aac", channels=6, sample_rate=48000, layout="5.1"),)), ()),
    ],
)
def test_files_of_the_first_probe(found: MediaInfo, stages: tuple[str, ...]) -> None:
    assert outdated_stages(of_first_probe(media(audio=found.audio)), found) == stages


@pytest.mark.parametrize(
    ("kind", "container", "stages"),
    [
        (MediaKind.STILL, "jpeg", ()),
        (MediaKind.STILL, "tiff", ("preview",)),
        (MediaKind.STILL, "raw", ("preview",)),
    ],
)
def test_stills_of_the_first_probe(kind: MediaKind, container: str, stages: tuple[str, ...]) -> None:
    found = media(kind=kind, container=container, duration=None)
    assert outdated_stages(of_first_probe(found), found) == stages


def test_a_sound_with_unnamed_channels_gets_both_again() -> None:
    found = media(kind=MediaKind.AUDIO, container="wav", video=None, audio=unnamed(9))
    assert outdated_stages(of_first_probe(found), found) == BOTH


@pytest.mark.parametrize("found", [media(start=3600.0), media(video=video(variable_rate=True)), media()])
def test_what_this_version_has_processed_is_kept(found: MediaInfo) -> None:
    assert outdated_stages(found.model_dump_json(), found) == ()
    assert outdated_stages(None, found) == ()


def test_a_measured_duration_is_kept() -> None:
    stored = media(duration=12.3, duration_source=DurationSource.DECODING).model_dump_json()
    found = media(duration=363600.0)
    assert outdated_stages(stored, found) == ()
    kept = kept_facts(stored, found)
    assert (kept.duration, kept.duration_source) == (12.3, DurationSource.DECODING)
    assert kept_facts(media().model_dump_json(), found) is found
    assert kept_facts(None, found) is found


def test_pictures_before_the_start_that_an_earlier_probe_did_not_know_are_made() -> None:
    facts = media(start=1.6, container="mpegts")
    assert outdated_stages(facts.model_dump_json(), facts.model_copy(update={"early": 0.92})) == BOTH


def test_facts_of_cameras_and_texts_make_nothing_again() -> None:
    """What a newer probe reads in addition: derivatives do not show it."""
    facts, texts = (
        CameraFacts(iso=800.0, latitude=1.0, longitude=2.0),
        Description(properties={"dc:subject": ("sea",)}),
    )
    found = media(shooting=facts, description=texts, created_from="original")
    stored = json.loads(found.model_dump_json())
    for name in ("shooting", "description", "created_from"):
        del stored[name]
    assert outdated_stages(json.dumps(stored), found) == ()
