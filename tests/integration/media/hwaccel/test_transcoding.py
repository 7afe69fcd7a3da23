"""Video hardware: what ffmpeg's own parser says to our arguments, and a card that works, or fails as told."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dampipe.kernel.errors import BadMedia, Transient
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.circuit_breaker import CircuitBreaker
from dampipe.media.hwaccel.detection import detect, machine_key
from dampipe.media.hwaccel.fallback import SharedState
from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE
from dampipe.media.hwaccel.plans import WORTH_STARTING, Plan
from dampipe.media.hwaccel.self_test import self_test
from dampipe.media.hwaccel.session_limit import SessionLimit
from dampipe.media.hwaccel.stream_kinds import KINDS
from dampipe.media.passes import Passes
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import PreviewRecipe, ProxyRecipe

SOFT = Acceleration(SOFTWARE, True, "for the test")
CARD = Acceleration("nvidia", True, "for the test", tuple(KINDS))
FAKE = Path(__file__).parents[2] / "fake_gpu.py"


class Card:
    """The fake card as an ffmpeg, and its orders."""

    def __init__(self, real: Ffmpeg, folder: Path) -> None:
        self._orders = folder / "orders.json"
        script = folder / "ffmpeg"
        script.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -I -S "{FAKE}" "{real.path}" "{self._orders}" "$@"\n'
        )
        script.chmod(0o755)
        self.ffmpeg = replace(real, path=str(script))
        self.order()

    def order(self, **orders: object) -> None:
        self._orders.write_text(json.dumps(orders))
        self._orders.with_name("orders.json.calls").write_text("")

    @property
    def calls(self) -> list[str]:
        """What the card was asked for, call by call."""
        return self._orders.with_name("orders.json.calls").read_text().splitlines()


@pytest.fixture
def card(ffmpeg: Ffmpeg, tmp_path: Path) -> Card:
    (tmp_path / "card").mkdir()
    return Card(ffmpeg, tmp_path / "card")


def clip(ffmpeg: Ffmpeg, path: Path, *options: str, seconds: float = 2) -> Path:
    source = f"testsrc2=size=640x360:rate=25:duration={seconds}"
    arguments = ["-f", "lavfi", "-i", source, *options, f"file:{path}"]
    ended = run_ffmpeg(ffmpeg, arguments, Limits())
    assert ended.ok, ended.stderr
    return path


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
QUIET = ("-preset", "ultrafast", "-x265-params", "log-level=none")
HLG = "format=yuv420p10le,setparams=colorspace=bt2020nc:color_trc=arib-std-b67:color_primaries=bt2020"
FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "plain": ("nvidia", H264),
    "large": ("nvidia", ("-vf", "scale=1920:1080", *H264)),
    "10-bit": ("nvidia", ("-vf", "scale=1920:1080,format=yuv420p10le", "-c:v", "libx265", *QUIET)),
    "full-range": ("nvidia", (*H264[:-1], "yuvj420p", "-color_range", "pc")),
    "hlg": ("nvidia", ("-vf", HLG, "-c:v", "libx265", *QUIET)),
    "anamorphic": ("nvidia", ("-vf", "setsar=3/4", *H264)),
    "interlaced": ("nvidia-encode", ("-vf", "interlace", "-flags", "+ilme+ildct", *H264)),
    "422": ("nvidia-encode", (*H264[:-1], "yuv422p")),
}


@pytest.fixture(scope="module")
def clips(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    made = {name: clip(ffmpeg, folder / f"{name}.mov", *how) for name, (_, how) in FORMATS.items()}
    for name, turn in (("rotated", "-90"), ("upside-down", "180")):
        turned = ["-display_rotation:v:0", turn, "-i", f"file:{made['plain']}", "-c", "copy"]
        assert run_ffmpeg(ffmpeg, [*turned, f"file:{folder / name}.mov"], Limits()).ok
        made[name] = folder / f"{name}.mov"
    return made


def picture_of(ffmpeg: Ffmpeg, path: Path, folder: Path) -> np.ndarray:
    arguments = ["-ss", "1", "-i", f"file:{path}", "-frames:v", "1", "-update", "1", "p.png"]
    assert run_ffmpeg(ffmpeg, arguments, Limits(), folder=folder).ok
    return np.asarray(Image.open(folder / "p.png").convert("RGB")).astype(int)


NAMES = (*FORMATS, "rotated", "upside-down")


def made_the_same(
    source: Path, found: Sequence[Acceleration], ffmpeg: Ffmpeg, prober: Prober, folder: Path
) -> str:
    """Make a proxy with `found` and one in software, compare them, and return the plan of the first."""
    media = prober.probe(str(source))
    made: list[MadeProxy] = []
    for number, ways in enumerate((found, [SOFT])):
        (folder / str(number)).mkdir()
        made.append(ProxyMaker(ffmpeg, ProxyRecipe(), ways).make(str(source), media, folder / str(number)))
    ours, theirs = made
    assert (ours.warnings, theirs.plan, theirs.warnings, ours.shots) == ((), SOFTWARE, (), theirs.shots)
    assert ours.file is not None and theirs.file is not None
    one, other = (prober.probe(str(proxy.path)) for proxy in (ours.file, theirs.file))
    assert one.video is not None and other.video is not None
    same = {"width", "height", "rotation", "sample_aspect", "pixel_format", "rate", "interlaced"}
    same |= {"color_range", "color_space", "color_transfer", "color_primaries"}
    assert one.video.model_dump(include=same) == other.video.model_dump(include=same)
    assert one.duration == pytest.approx(other.duration, abs=0.04)
    apart = [picture_of(ffmpeg, proxy.path, folder) for proxy in (ours.file, theirs.file)]
    assert np.abs(apart[0] - apart[1]).mean() < 6
    return ours.plan


@pytest.mark.parametrize("name", NAMES)
def test_a_proxy_made_on_the_card_is_the_one_that_software_makes(
    name: str, clips: dict[str, Path], card: Card, prober: Prober, tmp_path: Path
) -> None:
    plan = made_the_same(clips[name], [CARD, SOFT], card.ffmpeg, prober, tmp_path)
    assert plan == FORMATS.get(name, ("nvidia",))[0]


@pytest.fixture(scope="module")
def real_hardware(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> list[Acceleration]:
    """What works on this machine, software aside."""
    found = detect(ffmpeg, tmp_path_factory.mktemp("cache"))
    usable = [one for one in found if one.usable and one.name != SOFTWARE]
    if not usable:
        pytest.skip("no video hardware on this machine")
    return usable


@pytest.mark.timeout(900)  # the first one tries all there is
@pytest.mark.parametrize("name", NAMES)
def test_real_hardware_makes_what_software_makes(
    name: str,
    clips: dict[str, Path],
    real_hardware: list[Acceleration],
    ffmpeg: Ffmpeg,
    prober: Prober,
    tmp_path: Path,
) -> None:
    """On a machine that has some; what it does not take software does."""
    for one in real_hardware:
        (tmp_path / one.name).mkdir()
        plan = made_the_same(clips[name], [one, SOFT], ffmpeg, prober, tmp_path / one.name)
        print(name, plan)
        assert plan.startswith(one.name) or name in ("interlaced", "422") or not one.works


@pytest.fixture
def health() -> CircuitBreaker:
    return CircuitBreaker()


def proxy(
    card: Card, health: CircuitBreaker, source: Path, prober: Prober, folder: Path, **more: Any
) -> MadeProxy:
    folder.mkdir(exist_ok=True)
    maker = ProxyMaker(
        card.ffmpeg,
        ProxyRecipe(),
        [CARD, SOFT],
        more.get("limits"),
        SharedState(health, more.get("sessions", SessionLimit())),
    )
    return maker.make(str(source), prober.probe(str(source)), folder)


FAILURES: dict[str, tuple[dict[str, object], str, str, list[str]]] = {
    "the card is gone": ({"absent": True}, SOFTWARE, "Cannot load libcuda", ["decode encode", "encode"]),
    "no such decoder": (
        {"refuses": ["plain"]},
        "nvidia-encode",
        "No device available",
        ["decode encode", "encode"],
    ),
    "no session": ({"no_encoder": True}, SOFTWARE, "OpenEncodeSessionEx", ["decode encode", "encode"]),
    "it stops midway": ({"stops": "loudly"}, SOFTWARE, "EncodePicture", ["decode encode", "encode"]),
    "its decoder gives up": (
        {"stops": "silently", "only": "decode"},
        "nvidia-encode",
        "only a part",
        ["decode encode", "encode"],
    ),
    "its decoder hangs": (
        {"hangs": True, "only": "decode"},
        "nvidia-encode",
        "gave nothing for 6 s",
        ["decode encode", "encode"],
    ),
}


@pytest.mark.parametrize("how", FAILURES)
def test_a_card_that_fails_fails_no_file(
    how: str, clips: dict[str, Path], card: Card, health: CircuitBreaker, prober: Prober, tmp_path: Path
) -> None:
    orders, plan, words, calls = FAILURES[how]
    card.order(**orders)
    limits = Limits(stall=6) if "hangs" in how else Limits()
    made = proxy(card, health, clips["plain"], prober, tmp_path / "made", limits=limits)
    assert made.plan == plan
    assert made.duration == pytest.approx(2.0, abs=0.05)
    assert made.warnings and all(words in warning for warning in made.warnings)
    assert made.warnings[0].endswith(f"{plan} did it")
    assert card.calls == calls
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["proxy.mp4"]


def test_a_file_that_software_cannot_do_either_blames_no_card(
    ffmpeg: Ffmpeg, clips: dict[str, Path], card: Card, health: CircuitBreaker, prober: Prober, tmp_path: Path
) -> None:
    media = prober.probe(str(clips["plain"]))
    broken = tmp_path / "broken.mov"
    broken.write_bytes(clips["plain"].read_bytes()[:3000])
    maker = ProxyMaker(card.ffmpeg, ProxyRecipe(), [CARD, SOFT], machine=SharedState(health))
    for _ in range(4):
        card.order()
        with pytest.raises(BadMedia):
            maker.make(str(broken), media, tmp_path)
        assert card.calls == ["decode encode", "encode"], "what software decoded in vain is not decoded again"
    assert health._read() == {}
    with pytest.raises(Transient):
        maker.make(str(tmp_path / "gone.mov"), media, tmp_path)
    assert card.calls[2:] == ["decode encode"], "an absent file is no reason to try another plan"


def test_half_a_file_is_the_files_fault(
    ffmpeg: Ffmpeg, card: Card, health: CircuitBreaker, prober: Prober, tmp_path: Path
) -> None:
    whole = clip(ffmpeg, tmp_path / "half.mkv", *H264, seconds=6)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    made = proxy(card, health, whole, prober, tmp_path / "made")
    assert len(made.warnings) == 1 and made.warnings[0].startswith("only the first")
    assert health._read() == {}


def test_a_card_that_fails_again_and_again_is_set_aside_for_a_while(
    clips: dict[str, Path], card: Card, prober: Prober, tmp_path: Path
) -> None:
    now = [1000.0]
    notes = tmp_path / "cache" / "hardware.json"
    seen = []
    card.order(no_encoder=True)
    for number in range(5):
        # As by several processes: each reads the notes of the others.
        health = CircuitBreaker(notes, lambda: now[0])
        seen.append(proxy(card, health, clips["plain"], prober, tmp_path / str(number)))
        now[0] += 10
    assert len(card.calls) == 3 * 2 + 2, "after three files it is asked for decoding only"
    assert card.calls[-2:] == ["decode", "decode"]
    assert [one.plan for one in seen] == [*(SOFTWARE,) * 3, *("nvidia-decode",) * 2]
    assert [bool(one.warnings) for one in seen] == [True, True, True, False, False]
    [trouble] = CircuitBreaker(notes, lambda: now[0]).set_aside()
    assert (trouble.part, trouble.failures) == ("nvidia encoder", 3)
    assert "OpenEncodeSessionEx" in trouble.reason
    now[0] += 3600
    card.order()
    health = CircuitBreaker(notes, lambda: now[0])
    assert proxy(card, health, clips["plain"], prober, tmp_path / "later").plan == "nvidia"
    assert CircuitBreaker(notes, lambda: now[0])._read() == {}


def test_no_more_encoders_run_at_once_than_the_card_takes(
    clips: dict[str, Path], card: Card, health: CircuitBreaker, prober: Prober, tmp_path: Path
) -> None:
    sessions, other = SessionLimit(tmp_path / "places", 1), SessionLimit(tmp_path / "places", 1)
    with other.place() as got:
        assert got
        assert (
            proxy(card, health, clips["plain"], prober, tmp_path / "a", sessions=sessions).plan
            == "nvidia-decode"
        )
    assert proxy(card, health, clips["plain"], prober, tmp_path / "b", sessions=sessions).plan == "nvidia"


def test_a_preview_decodes_on_the_card_only_what_is_worth_it(
    ffmpeg: Ffmpeg, card: Card, prober: Prober, choose: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sparse = clip(ffmpeg, tmp_path / "sparse.mp4", *H264, "-g", "25", seconds=8)
    dense = clip(ffmpeg, tmp_path / "dense.mp4", *H264, "-g", "999", "-sc_threshold", "0", seconds=8)

    def preview(source: Path, found: Sequence[Acceleration]) -> Any:
        folder = tmp_path / f"{source.stem}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        maker = PreviewMaker(card.ffmpeg, PreviewRecipe(), choose, accelerations=found)
        return maker.make(str(source), prober.probe(str(source)), folder)

    assert preview(dense, [CARD, SOFT]).plan == SOFTWARE, "a short clip is decoded before the card is open"
    monkeypatch.setattr("dampipe.media.hwaccel.plans.WORTH_STARTING", WORTH_STARTING / 1e6)
    ours, theirs = preview(dense, [CARD, SOFT]), preview(dense, [SOFT])
    assert (ours.plan, theirs.plan, ours.way) == ("nvidia-decode", SOFTWARE, theirs.way)
    assert [frame.time for frame in ours.frames] == [frame.time for frame in theirs.frames]
    one, other = (np.load(next(f.path for f in made.files if f.kind == "frames")) for made in (ours, theirs))
    assert np.abs(one.astype(int) - other).mean() < 4
    card.order()
    assert preview(sparse, [CARD, SOFT]).plan == SOFTWARE
    assert card.calls == []
    card.order(refuses=["dense"])
    fallen = preview(dense, [CARD, SOFT])
    assert (fallen.plan, len(fallen.warnings)) == (SOFTWARE, 1)


def test_one_pass_for_all_on_the_card(
    clips: dict[str, Path], card: Card, prober: Prober, choose: Any, tmp_path: Path
) -> None:
    """Preview and proxy out of one run, decoded once, on the card; where that fails, in software."""
    media = prober.probe(str(clips["plain"]))
    frames = []
    for number, found in enumerate(([CARD, SOFT], [SOFT], [CARD, SOFT])):
        card.order(no_encoder=number == 2)
        folder = tmp_path / f"made{number}"
        folder.mkdir()
        preview = PreviewMaker(card.ffmpeg, PreviewRecipe(), choose, prober=prober)
        passes = Passes(preview, ProxyMaker(card.ffmpeg, ProxyRecipe(), found))
        made, along = passes.make(str(clips["plain"]), media, folder)
        assert along is not None
        expected = ("nvidia", SOFTWARE, SOFTWARE)[number]
        assert (along.plan, made.plan, len(along.warnings)) == (expected, expected, 2 * (number == 2))
        assert card.calls == (["decode encode"], [], ["decode encode", "encode"])[number]
        frames.append(np.load(next(file.path for file in made.files if file.kind == "frames")).astype(int))
    assert np.abs(frames[0] - frames[1]).mean() < 4
    assert (frames[1] == frames[2]).all()


SOME = {name: KINDS[name] for name in ("hevc-10", "mpeg2")}


def test_the_trial_finds_out_what_a_card_does(card: Card) -> None:
    card.order(refuses=["mpeg2"])
    found = self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), SOME)
    assert (found.works, found.decodes) == (True, ("hevc-10",))
    assert found.reason.startswith("encoded 12 frames in ")
    assert card.calls == ["", "encode", "decode", "decode", "decode"], "10 bit as such and as 8 bit"


def test_a_card_that_gives_wrong_pictures_or_cannot_encode(card: Card) -> None:
    mpeg2 = {"mpeg2": KINDS["mpeg2"]}
    card.order(no_encoder=True)
    found = self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), mpeg2)
    assert (found.works, found.usable, found.decodes) == (False, True, ("mpeg2",)), "some cards decode only"
    assert "OpenEncodeSessionEx" in found.reason
    card.order(spoil=True, no_encoder=True)
    assert not self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), mpeg2).usable
    card.order(absent=True)
    found = self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), mpeg2)
    assert (found.usable, found.reason, len(card.calls)) == (False, "Cannot load libcuda.so.1", 1)


def test_a_card_that_hangs_is_given_up_soon(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dampipe.media.hwaccel.self_test.LIMITS", Limits(seconds=3, stall=3, memory=0))
    card.order(hangs=True)
    found = self_test(card.ffmpeg, FAMILIES["nvidia"], ProxyRecipe(), SOME)
    assert (found.usable, len(card.calls)) == (False, 2)
    assert re.fullmatch(r"gave nothing for \d+ s", found.reason)


def test_detection_tries_all_and_remembers(
    ffmpeg: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = detect(ffmpeg, tmp_path)
    assert [one.name for one in found] == list(FAMILIES)
    assert found[-1].works
    assert all(one.reason for one in found)
    [kept] = tmp_path.glob("acceleration.json*")
    remembered = kept.read_text().replace(found[-1].reason, "remembered")
    kept.write_text(remembered)
    assert detect(ffmpeg, tmp_path)[-1].reason == "remembered"
    os.utime(kept, (0, 0))
    assert detect(ffmpeg, tmp_path)[-1].reason != "remembered", "not for ever"
    kept.write_text(remembered)
    assert detect(ffmpeg, tmp_path, again=True)[-1].reason != "remembered"
    kept.write_text("{ half a fi")
    assert detect(ffmpeg, tmp_path, families=(SOFTWARE,))[-1].works
    keys = {
        machine_key(ffmpeg, ProxyRecipe(), (SOFTWARE,)),
        machine_key(ffmpeg, ProxyRecipe(), tuple(FAMILIES)),
        machine_key(ffmpeg, ProxyRecipe(height=360), (SOFTWARE,)),
        machine_key(replace(ffmpeg, version="9.9"), ProxyRecipe(), (SOFTWARE,)),
    }
    monkeypatch.setenv("LIBVA_DRIVER_NAME", "another")
    assert len({*keys, machine_key(ffmpeg, ProxyRecipe(), (SOFTWARE,))}) == 5, "what changes is tried again"


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
    for plan in (Plan(here, here, "h264", direct=True), Plan(encoder=here), Plan(here, kind="hevc-10")):
        if plan.decoder and not family.decode:
            continue
        source = ["-f", "lavfi", "-i", "testsrc2=size=640x360:duration=0.1"]
        options = [
            text for key, value in plan.input.items() for text in (f"-{key}", str(value)) if text != "None"
        ]
        coded = [
            text for key, value in plan.encode(ProxyRecipe()).items() for text in (f"-{key}", str(value))
        ]
        ended = run_ffmpeg(
            ffmpeg, [*plan.opening, *options, *source, *coded, "-f", "null", "-"], Limits(seconds=30)
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
