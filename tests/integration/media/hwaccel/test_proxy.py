"""Proxies made by hardware: a fake card that works or fails as ordered, and real hardware if there is any."""

from collections.abc import Sequence
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
from dampipe.media.hwaccel.detection import detect
from dampipe.media.hwaccel.fallback import SharedState
from dampipe.media.hwaccel.families import SOFTWARE
from dampipe.media.hwaccel.session_limit import SessionLimit
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import ProxyRecipe
from tests.support.fake_card import CARD, FORMATS, H264, SOFT, FakeCard, clip

NAMES = (*FORMATS, "rotated", "upside-down")


def picture_of(ffmpeg: Ffmpeg, path: Path, folder: Path) -> np.ndarray:
    arguments = ["-ss", "1", "-i", f"file:{path}", "-frames:v", "1", "-update", "1", "p.png"]
    assert run_ffmpeg(ffmpeg, arguments, Limits(), folder=folder).ok
    return np.asarray(Image.open(folder / "p.png").convert("RGB")).astype(int)


def compare_with_software(
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
    name: str, clips: dict[str, Path], card: FakeCard, prober: Prober, tmp_path: Path
) -> None:
    plan = compare_with_software(clips[name], [CARD, SOFT], card.ffmpeg, prober, tmp_path)
    assert plan == FORMATS.get(name, ("nvidia",))[0]


@pytest.fixture(scope="module")
def real_hardware(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> list[Acceleration]:
    """The hardware that works on this machine."""
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
    """On a machine with hardware; what it does not support is done in software."""
    for one in real_hardware:
        (tmp_path / one.name).mkdir()
        plan = compare_with_software(clips[name], [one, SOFT], ffmpeg, prober, tmp_path / one.name)
        print(name, plan)
        assert plan.startswith(one.name) or name in ("interlaced", "422") or not one.encodes


@pytest.fixture
def breaker() -> CircuitBreaker:
    return CircuitBreaker()


def proxy(
    card: FakeCard, breaker: CircuitBreaker, source: Path, prober: Prober, folder: Path, **more: Any
) -> MadeProxy:
    folder.mkdir(exist_ok=True)
    maker = ProxyMaker(
        card.ffmpeg,
        ProxyRecipe(),
        [CARD, SOFT],
        more.get("limits"),
        SharedState(breaker, more.get("sessions", SessionLimit())),
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
        "its output was incomplete",
        ["decode encode", "encode"],
    ),
    "its decoder hangs": (
        {"hangs": True, "only": "decode"},
        "nvidia-encode",
        "no output for 6 s",
        ["decode encode", "encode"],
    ),
}


@pytest.mark.parametrize("how", FAILURES)
def test_a_card_that_fails_fails_no_file(
    how: str, clips: dict[str, Path], card: FakeCard, breaker: CircuitBreaker, prober: Prober, tmp_path: Path
) -> None:
    orders, plan, words, calls = FAILURES[how]
    card.order(**orders)
    limits = Limits(stall=6) if "hangs" in how else Limits()
    made = proxy(card, breaker, clips["plain"], prober, tmp_path / "made", limits=limits)
    assert made.plan == plan
    assert made.duration == pytest.approx(2.0, abs=0.05)
    assert made.warnings and all(words in warning for warning in made.warnings)
    assert made.warnings[0].endswith(f"{plan} succeeded")
    assert card.calls == calls
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["proxy.mp4", "signatures.bin"]


def test_a_file_that_software_cannot_do_either_blames_no_card(
    ffmpeg: Ffmpeg,
    clips: dict[str, Path],
    card: FakeCard,
    breaker: CircuitBreaker,
    prober: Prober,
    tmp_path: Path,
) -> None:
    media = prober.probe(str(clips["plain"]))
    broken = tmp_path / "broken.mov"
    broken.write_bytes(clips["plain"].read_bytes()[:3000])
    maker = ProxyMaker(card.ffmpeg, ProxyRecipe(), [CARD, SOFT], shared_state=SharedState(breaker))
    for _ in range(4):
        card.order()
        with pytest.raises(BadMedia):
            maker.make(str(broken), media, tmp_path)
        assert card.calls == ["decode encode", "encode"], "what software decoded in vain is not decoded again"
    assert breaker.failures() == {}
    with pytest.raises(Transient):
        maker.make(str(tmp_path / "gone.mov"), media, tmp_path)
    assert card.calls[2:] == ["decode encode"], "an absent file is no reason to try another plan"


def test_half_a_file_is_the_files_fault(
    ffmpeg: Ffmpeg, card: FakeCard, breaker: CircuitBreaker, prober: Prober, tmp_path: Path
) -> None:
    whole = clip(ffmpeg, tmp_path / "half.mkv", *H264, seconds=6)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    made = proxy(card, breaker, whole, prober, tmp_path / "made")
    assert len(made.warnings) == 1 and made.warnings[0].startswith("only the first")
    assert breaker.failures() == {}


def test_a_card_that_fails_repeatedly_is_not_used_for_a_while(
    clips: dict[str, Path], card: FakeCard, prober: Prober, tmp_path: Path
) -> None:
    now = [1000.0]
    notes = tmp_path / "cache" / "hardware.json"
    seen = []
    card.order(no_encoder=True)
    for number in range(5):
        # As by several processes: each reads the notes of the others.
        breaker = CircuitBreaker(notes, lambda: now[0])
        seen.append(proxy(card, breaker, clips["plain"], prober, tmp_path / str(number)))
        now[0] += 10
    assert len(card.calls) == 3 * 2 + 2, "after three files it is asked for decoding only"
    assert card.calls[-2:] == ["decode", "decode"]
    assert [one.plan for one in seen] == [*(SOFTWARE,) * 3, *("nvidia-decode",) * 2]
    assert [bool(one.warnings) for one in seen] == [True, True, True, False, False]
    [circuit] = CircuitBreaker(notes, lambda: now[0]).open_circuits()
    assert (circuit.part, circuit.failures) == ("nvidia encoder", 3)
    assert "OpenEncodeSessionEx" in circuit.reason
    now[0] += 3600
    card.order()
    breaker = CircuitBreaker(notes, lambda: now[0])
    assert proxy(card, breaker, clips["plain"], prober, tmp_path / "later").plan == "nvidia"
    assert CircuitBreaker(notes, lambda: now[0]).failures() == {}


def test_no_more_sessions_run_at_once_than_allowed(
    clips: dict[str, Path], card: FakeCard, breaker: CircuitBreaker, prober: Prober, tmp_path: Path
) -> None:
    sessions, other = SessionLimit(tmp_path / "slots", 1), SessionLimit(tmp_path / "slots", 1)
    with other.acquire() as got:
        assert got
        assert (
            proxy(card, breaker, clips["plain"], prober, tmp_path / "a", sessions=sessions).plan
            == "nvidia-decode"
        )
    assert proxy(card, breaker, clips["plain"], prober, tmp_path / "b", sessions=sessions).plan == "nvidia"
