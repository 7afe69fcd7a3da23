"""The self-test of hardware, the detection, and ffmpeg's own check of our options."""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.detection import detect, machine_key
from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.hwaccel.self_test import self_test
from dampipe.media.hwaccel.stream_kinds import KINDS
from dampipe.media.recipes import ProxyRecipe
from tests.support.fake_card import FakeCard

KINDS_TO_TEST = {name: KINDS[name] for name in ("hevc-10", "mpeg2")}


def test_the_self_test_finds_what_a_card_does(card: FakeCard) -> None:
    card.order(refuses=["mpeg2"])
    found = self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), KINDS_TO_TEST)
    assert (found.encodes, found.decodes) == (True, ("hevc-10",))
    assert found.reason.startswith("encoded 12 frames in ")
    assert card.calls == ["", "encode", "decode", "decode", "decode"], "10 bit as such and as 8 bit"


def test_a_card_that_gives_wrong_pictures_or_cannot_encode(card: FakeCard) -> None:
    mpeg2 = {"mpeg2": KINDS["mpeg2"]}
    card.order(no_encoder=True)
    found = self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), mpeg2)
    assert (found.encodes, found.usable, found.decodes) == (False, True, ("mpeg2",)), "some cards decode only"
    assert "OpenEncodeSessionEx" in found.reason
    card.order(spoil=True, no_encoder=True)
    assert not self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), mpeg2).usable
    card.order(absent=True)
    found = self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), mpeg2)
    assert (found.usable, found.reason, len(card.calls)) == (False, "Cannot load libcuda.so.1", 1)


def test_a_card_that_hangs_ends_the_test_soon(card: FakeCard) -> None:
    card.order(hangs=True)
    limits = Limits(seconds=3, stall=3, memory=0)
    found = self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), KINDS_TO_TEST, limits)
    assert (found.usable, len(card.calls)) == (False, 2)
    assert re.fullmatch(r"no output for \d+ s", found.reason)


def test_detection_tests_all_and_caches(
    ffmpeg: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = detect(ffmpeg, tmp_path)
    assert [one.name for one in found] == list(FAMILIES)
    assert found[-1].encodes
    assert all(one.reason for one in found)
    [kept] = tmp_path.glob("acceleration.json*")
    cached = kept.read_text().replace(found[-1].reason, "cached")
    kept.write_text(cached)
    assert detect(ffmpeg, tmp_path)[-1].reason == "cached"
    os.utime(kept, (0, 0))
    assert detect(ffmpeg, tmp_path)[-1].reason != "cached", "not for ever"
    kept.write_text(cached)
    assert detect(ffmpeg, tmp_path, ignore_cache=True)[-1].reason != "cached"
    kept.write_text("{ half a fi")
    assert detect(ffmpeg, tmp_path, families=(SOFTWARE,))[-1].encodes
    keys = {
        machine_key(ffmpeg, ProxyRecipe(), (SOFTWARE,)),
        machine_key(ffmpeg, ProxyRecipe(), tuple(FAMILIES)),
        machine_key(ffmpeg, ProxyRecipe(height=360), (SOFTWARE,)),
        machine_key(replace(ffmpeg, version="9.9"), ProxyRecipe(), (SOFTWARE,)),
    }
    monkeypatch.setenv("LIBVA_DRIVER_NAME", "another")
    assert len({*keys, machine_key(ffmpeg, ProxyRecipe(), (SOFTWARE,))}) == 5, "what changes is tested again"


def asked(ffmpeg: Ffmpeg, *what: str) -> str:
    return subprocess.run(
        [ffmpeg.path, "-hide_banner", *what], capture_output=True, text=True, check=False
    ).stdout


BUILT = [name for name in FAMILIES if name not in (SOFTWARE, "videotoolbox")]
"""VideoToolbox is part of ffmpeg on Macs only."""


@pytest.mark.parametrize("name", BUILT)
def test_ffmpeg_knows_every_option_we_give_it(name: str, ffmpeg: Ffmpeg) -> None:
    """Options, filters and their values exist; the parser takes them before it looks for a device."""
    family = FAMILIES[name]
    if not ffmpeg.has_encoder(family.encoder):
        pytest.skip("this ffmpeg is built without it")
    here = Acceleration(name, True, "", tuple(KINDS), "/dev/dri/renderD128")
    encoder = asked(ffmpeg, "-h", f"encoder={family.encoder}")
    general = {"c:v", "b:v", "maxrate", "bufsize", "global_quality"}
    for option, value in family.encode(ProxyRecipe()).items():
        assert option in general or f"-{option} " in encoder, option
        if isinstance(value, str) and option not in general:
            assert f" {value} " in encoder, f"{option} {value}"
    if family.decode:
        scaler = asked(ffmpeg, "-h", f"filter={family.scale}")
        for option in ("w", "h", *family.scale_options, *(("format",) if family.converts_depth else ())):
            assert f"   {option} " in scaler, option
        assert str(family.decode["hwaccel"]) in asked(ffmpeg, "-hwaccels").split()
    for plan in (Plan(here, here, "h264", zero_copy=True), Plan(encoder=here), Plan(here, kind="hevc-10")):
        if plan.decoder and not family.decode:
            continue
        source = ["-f", "lavfi", "-i", "testsrc2=size=640x360:duration=0.1"]
        options = [
            text
            for key, value in plan.input_options.items()
            for text in (f"-{key}", str(value))
            if text != "None"
        ]
        coded = [
            text
            for key, value in plan.encode_options(ProxyRecipe()).items()
            for text in (f"-{key}", str(value))
        ]
        ended = run_ffmpeg(
            ffmpeg, [*plan.device_options, *options, *source, *coded, "-f", "null", "-"], Limits(seconds=30)
        )
        words = (
            "Unrecognized",
            "not found",
            "Unable to parse",
            "Error splitting",
            "Error applying",
            "Undefined",
        )
        assert not [word for word in words if word in ended.stderr], ended.stderr
