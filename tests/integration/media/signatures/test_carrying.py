"""Every frame of generated footage is anchored, and carried to versions of it: at least 99 % are right to a frame."""

import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.probe.prober import Prober
from dampipe.media.signatures.track import SignatureKind, SignatureTrack
from tests.support import anchors
from tests.support.anchors import MOVING, RATE, X264, aligned, count, deleted, join, signed, version, without

SHARE = 0.99
Truth = Callable[[int], float | None]


@pytest.fixture(scope="module")
def clip(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return join(ffmpeg, tmp_path_factory.mktemp("clip") / "clip.mp4", MOVING)


@pytest.fixture(scope="module")
def track(
    ffmpeg: Ffmpeg, prober: Prober, clip: Path, tmp_path_factory: pytest.TempPathFactory
) -> SignatureTrack:
    return signed(ffmpeg, prober, clip, tmp_path_factory.mktemp("track"))


GRADED = (
    "eq=contrast=1.35:brightness=0.06:gamma=0.75:saturation=1.5,"
    "curves=r='0/0 0.4/0.55 1/1':b='0/0.08 0.6/0.5 1/0.9'"
)
CUTS = ((200, 260), (330, 333), (400, 480), (520, 523), (700, 760))
INSERTED = (
    "[0:v]split=2[a][b];[a]trim=end_frame=400,setpts=PTS-STARTPTS[a1];"
    f"[b]trim=start_frame=400,setpts=PTS-STARTPTS[b1];{anchors.SOFT},"
    "format=yuv420p,setsar=1,trim=end_frame=77[i];[a1][i][b1]concat=n=3:v=1[o]"
)


def same(frame: int) -> float:
    return frame


def at_time(rate: int) -> Truth:
    return lambda frame: float(frame / RATE * rate)


VERSIONS: dict[str, tuple[tuple[str, ...], Truth, Fraction]] = {
    "a small, coarse encode": (("-vf", "scale=256:144", "-crf", "34", *X264), same, RATE),
    "another codec": (("-c:v", "mpeg4", "-q:v", "12"), same, RATE),
    "a grade": (("-vf", GRADED, *X264), same, RATE),
    "a teal and orange look": (
        ("-vf", "colorbalance=rs=0.25:bs=-0.2:rh=-0.15:bh=0.25,eq=gamma=1.5:contrast=0.8", *X264),
        same,
        RATE,
    ),
    "trimmed at both ends": (
        ("-vf", "select='between(n,33,699)',setpts=N/FRAME_RATE/TB", *X264),
        lambda frame: frame - 33 if 33 <= frame < 700 else None,
        RATE,
    ),
    "parts deleted": (("-vf", deleted(*CUTS), *X264), without(*CUTS), RATE),
    "a shot inserted": (
        ("-filter_complex", INSERTED, "-map", "[o]", *X264),
        lambda frame: frame if frame < 400 else frame + 77,
        RATE,
    ),
    "played at 25": (("-vf", "setpts=N/25/TB", "-r", "25", *X264), same, Fraction(25)),
    "played at 25, trimmed": (
        ("-vf", "trim=start_frame=100,setpts=N/25/TB", "-r", "25", *X264),
        lambda frame: frame - 100 if frame >= 100 else None,
        Fraction(25),
    ),
    "frames repeated to 30": (("-vf", "fps=30", *X264), at_time(30), Fraction(30)),
    "frames dropped to 12": (("-vf", "fps=12", *X264), at_time(12), Fraction(12)),
    "letterboxed": (("-vf", "scale=320:134,pad=320:180:0:23", *X264), same, RATE),
    "cropped by 2 %": (("-vf", "crop=iw*0.98:ih*0.98", *X264), same, RATE),
    "cropped by 5 %": (("-vf", "crop=iw*0.95:ih*0.95", *X264), same, RATE),
    "cropped by 10 %": (("-vf", "crop=iw*0.9:ih*0.9", *X264), same, RATE),
    "cropped at one corner": (("-vf", "crop=iw*0.95:ih*0.95:0:0", *X264), same, RATE),
    "turned by a degree": (("-vf", "rotate=0.02", *X264), same, RATE),
    "cropped, parts deleted": (
        ("-vf", f"{deleted(*CUTS)},crop=iw*0.95:ih*0.95", *X264),
        without(*CUTS),
        RATE,
    ),
    "graded, parts deleted": (("-vf", f"{deleted(*CUTS)},{GRADED}", *X264), without(*CUTS), RATE),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_anchors_are_carried_to_the_frame(
    name: str, ffmpeg: Ffmpeg, prober: Prober, clip: Path, track: SignatureTrack, tmp_path: Path
) -> None:
    options, truth, rate = VERSIONS[name]
    other = signed(ffmpeg, prober, version(ffmpeg, clip, tmp_path / "version.mp4", *options), tmp_path)
    found = count(track, aligned(track, other), truth, rate)
    print(f"{name}: {found}")
    assert found.share >= SHARE, found
    assert not found.wrong and not found.kept, found


@pytest.mark.parametrize(
    "name", ["parts deleted", "a shot inserted", "played at 25, trimmed", "frames dropped to 12"]
)
def test_anchors_of_the_version_are_carried_back(
    name: str, ffmpeg: Ffmpeg, prober: Prober, clip: Path, track: SignatureTrack, tmp_path: Path
) -> None:
    options, truth, rate = VERSIONS[name]
    other = signed(ffmpeg, prober, version(ffmpeg, clip, tmp_path / "version.mp4", *options), tmp_path)
    places = {frame: place for frame in range(len(track)) if (place := truth(frame)) is not None}
    at, of = np.array(list(places.values())), np.array(list(places))

    def back(frame: int) -> float | None:
        near = int(np.argmin(np.abs(at - frame)))
        return float(of[near]) if abs(at[near] - frame) <= 0.5 else None

    # A frame of a low rate is one of several of a high one.
    within = max(1.01, 1.01 * float(RATE / rate))
    found = count(other, aligned(track, other).inverse, back, RATE, within)
    print(f"{name}, back: {found}")
    assert found.share >= SHARE, found
    assert not found.wrong and not found.kept, found


def test_a_variable_rate_is_carried_to_its_constant_export(
    ffmpeg: Ffmpeg, prober: Prober, clip: Path, tmp_path: Path
) -> None:
    irregular = "select='not(eq(mod(n,7),3)+eq(mod(n,11),5)+between(mod(n,97),40,46))'"
    variable = version(ffmpeg, clip, tmp_path / "vfr.mp4", "-vf", irregular, "-fps_mode", "vfr", *X264)
    track = signed(ffmpeg, prober, variable, tmp_path)
    assert len(set(np.diff(track.ticks).tolist())) > 2  # it is variable
    other = signed(
        ffmpeg, prober, version(ffmpeg, variable, tmp_path / "cfr.mp4", "-vf", "fps=25", *X264), tmp_path
    )
    alignment = aligned(track, other)
    found = count(track, alignment, lambda frame: float(track.seconds[frame] * 25), Fraction(25))
    print(f"variable rate: {found}")
    assert found.share >= SHARE, found
    back = count(other, alignment.inverse, lambda frame: frame, Fraction(25), within=8)
    assert back.share >= SHARE, back  # a frame of the export may have been shown for eight of its frames
    shown = [int(np.searchsorted(track.seconds, second + 1e-6) - 1) for second in other.seconds]
    carried = [
        alignment.inverse.carry(anchors.AnchoredTime(int(t), other.time_base)).time for t in other.ticks
    ]
    near = [
        abs(int(np.searchsorted(track.seconds, float(time.seconds) + 1e-6)) - 1 - frame) <= 1
        for time, frame in zip(carried, shown, strict=True)
        if time is not None
    ]
    assert sum(near) >= SHARE * len(other)


def test_another_clip_has_nothing_in_common(
    ffmpeg: Ffmpeg, prober: Prober, track: SignatureTrack, tmp_path: Path
) -> None:
    other = signed(ffmpeg, prober, join(ffmpeg, tmp_path / "other.mp4", anchors.OTHER), tmp_path)
    for alignment in (aligned(track, other), aligned(other, track)):
        assert alignment.spans == ()
        assert alignment.share == 0


@pytest.mark.parametrize("cut", [(330, 333), (520, 523), (470, 473), (640, 642), (250, 251)])
def test_a_cut_of_a_few_frames_is_found(
    cut: tuple[int, int], ffmpeg: Ffmpeg, prober: Prober, clip: Path, track: SignatureTrack, tmp_path: Path
) -> None:
    options = ("-vf", deleted(cut), *X264)
    other = signed(ffmpeg, prober, version(ffmpeg, clip, tmp_path / "version.mp4", *options), tmp_path)
    found = count(track, aligned(track, other), without(cut), RATE)
    print(f"{cut}: {found}")
    assert not found.wrong, found
    if cut[1] - cut[0] > 1:  # one frame may be taken for the next one
        assert not found.kept, found
    assert found.share >= SHARE, found


def test_black_and_stills_do_not_mislead(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    shots = ((anchors.BLACK, 4), MOVING[0], (anchors.BLACK, 9), MOVING[4], (anchors.STILL, 8), MOVING[6])
    clip = join(ffmpeg, tmp_path / "clip.mp4", shots)
    track = signed(ffmpeg, prober, clip, tmp_path)
    assert track.blank.sum() > 300
    gone = (150, 171)  # in the first moving shot: what follows it is nine seconds of black
    changed = version(ffmpeg, clip, tmp_path / "version.mp4", "-vf", deleted(gone), *X264)
    found = count(track, aligned(track, signed(ffmpeg, prober, changed, tmp_path)), without(gone), RATE)
    print(f"black and stills: {found}")
    assert found.share >= SHARE, found
    assert not found.kept, found


def test_the_second_of_two_same_shots_is_gone_if_it_was_cut(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    shots = (MOVING[0], MOVING[4], MOVING[5], MOVING[4], MOVING[6], MOVING[4])
    clip = join(ffmpeg, tmp_path / "clip.mp4", shots)
    track = signed(ffmpeg, prober, clip, tmp_path)
    same_again = aligned(track, track)
    assert count(track, same_again, same, RATE).share == 1
    gone = (361, 481)  # five seconds are 120 frames; the fourth shot
    changed = version(ffmpeg, clip, tmp_path / "version.mp4", "-vf", deleted(gone), *X264)
    found = count(track, aligned(track, signed(ffmpeg, prober, changed, tmp_path)), without(gone), RATE)
    print(f"repeated shots: {found}")
    assert found.share >= SHARE, found


def test_real_footage(ffmpeg: Ffmpeg, prober: Prober, footage: Path, tmp_path: Path) -> None:
    for name in ("car-detection.mp4", "bottle-detection.mp4", "gopro-karma.mp4"):
        clip = footage / name
        track = signed(ffmpeg, prober, clip, tmp_path)
        last = len(track) - 25
        options = (
            "-map", "0:v:0", "-vf",
            f"select='between(n,20,{last - 1})',setpts=PTS-STARTPTS,scale=426:240,eq=gamma=1.3:contrast=0.8",
            "-fps_mode", "passthrough", "-crf", "30", *X264,
        )  # fmt: skip
        other = signed(ffmpeg, prober, version(ffmpeg, clip, tmp_path / "version.mp4", *options), tmp_path)
        alignment = aligned(track, other)
        carried = [alignment.carry(anchors.AnchoredTime(int(t), track.time_base)).time for t in track.ticks]
        steps = [
            abs(int(np.searchsorted(other.seconds, float(time.seconds) + 1e-6)) - 1 - (frame - 20))
            for frame, time in enumerate(carried)
            if time is not None and 20 <= frame < last
        ]
        right = sum(step <= 1 for step in steps) + sum(
            time is None for frame, time in enumerate(carried) if not 20 <= frame < last
        )
        print(f"{name}: {100 * right / len(track):.2f} % of {len(track)}")
        assert right >= SHARE * len(track), name


REAL_CUTS = (
    ("car-detection.mp4", (100, 147)),
    ("bottle-detection.mp4", (300, 380)),
    ("one-by-one-person-detection.mp4", (400, 460)),
)


@pytest.mark.parametrize("look", ["null", "scale=426:240,eq=gamma=1.3:contrast=0.8"])
def test_real_footage_from_which_a_part_was_cut(
    look: str, ffmpeg: Ffmpeg, prober: Prober, footage: Path, tmp_path: Path
) -> None:
    for name, gone in REAL_CUTS:
        clip = footage / name
        track = signed(ffmpeg, prober, clip, tmp_path)
        between = f"select='not(between(n,{gone[0]},{gone[1] - 1}))'"
        options = ("-map", "0:v:0", "-vf", f"{between},setpts=N/FRAME_RATE/TB,{look}", *X264)
        other = signed(ffmpeg, prober, version(ffmpeg, clip, tmp_path / "version.mp4", *options), tmp_path)
        found = count(track, aligned(track, other), without(gone), 1 / other.step)
        print(f"{name}, {gone} cut, {look}: {found}")
        assert found.share >= SHARE, found


def _wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(samples.tobytes())
    return path


def test_another_part_of_a_scene_that_hardly_changes_is_not_taken_for_it(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    still = "mandelbrot=size=320x180:rate=24000/1001:start_scale=0.3:end_scale=0.3:start_x=-0.75:start_y=-0.2"
    takes = [
        f"{still}[s];color=white:size=24x60:rate=24000/1001[p];[s][p]overlay=x='150+{a}*sin(t*{b})':y='60+20*sin(t*{c})'"
        for a, b, c in ((120, 1.3, 0.7), (100, 0.8, 1.9))
    ]
    first, second = (
        signed(ffmpeg, prober, join(ffmpeg, tmp_path / f"{n}.mp4", ((take, 12),)), tmp_path)
        for n, take in enumerate(takes)
    )
    assert np.median((first.units[:280] * second.units[:280]).sum(axis=1)) > 0.85  # they look alike
    assert aligned(first, second).share < 0.1
    assert aligned(first, first).share == 1


def test_sound_is_carried_by_its_waveform(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    sound = anchors.music(60, seed=5)
    sound[20 * 44100 : 24 * 44100] = 0  # silence
    clip = _wav(tmp_path / "clip.wav", sound)
    track = signed(ffmpeg, prober, clip, tmp_path)
    assert track.kind is SignatureKind.SOUND
    # In milliseconds: the first three seconds, a part in the middle and the end are gone.
    gone = ((0, 3217), (31_333, 36_021), (55_005, 60_000))
    kept = [slice(a * 441 // 10, b * 441 // 10) for a, b in ((3217, 31_333), (36_021, 55_005))]
    edited = _wav(tmp_path / "edited.wav", np.concatenate([sound[part] for part in kept]))

    def truth(frame: int) -> float | None:
        at = 20 * frame
        if any(first <= at < last for first, last in gone):
            return None
        return (at - sum(last - first for first, last in gone if last <= at)) / 20

    for options in (("-c:a", "aac", "-b:a", "64k"), ("-af", "volume=0.4,treble=g=6", "-c:a", "aac")):
        encoded = version(ffmpeg, edited, tmp_path / "version.m4a", *options)
        found = count(track, aligned(track, signed(ffmpeg, prober, encoded, tmp_path)), truth, Fraction(50))
        print(f"sound {options}: {found}")
        assert found.share >= SHARE, found
    other = _wav(tmp_path / "other.wav", anchors.music(40, seed=6))
    assert aligned(track, signed(ffmpeg, prober, other, tmp_path)).spans == ()
