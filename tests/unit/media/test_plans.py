"""Plans by codec, depth, chroma, range, rotation and size; health, sessions and who is blamed. No ffmpeg runs."""

import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg as graphs
import pytest

from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import BadMedia, InvalidInput
from dampipe.media.ffmpeg.picture_filters import fitted
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Ended, Limits
from dampipe.media.hwaccel.acceleration import Acceleration, families
from dampipe.media.hwaccel.circuit_breaker import FIRST, LONGEST, CircuitBreaker
from dampipe.media.hwaccel.fallback import SharedState, Tried, first_that_works
from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE
from dampipe.media.hwaccel.plans import IN_SOFTWARE, Plan, preview_plans, proxy_plans
from dampipe.media.hwaccel.session_limit import SessionLimit
from dampipe.media.hwaccel.stream_kinds import KINDS, kind_of
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.recipes import PRESETS, ProxyRecipe

SOFT = Acceleration(SOFTWARE, True, "")
VIDEO = VideoStream(index=0, codec="h264", width=3840, height=2160, pixel_format="yuv420p", rate=Fraction(25))
NVIDIA = Acceleration("nvidia", True, "", ("h264", "hevc", "hevc-10"))
VAAPI = Acceleration("vaapi", True, "", ("h264", "hevc-10"), "/dev/dri/renderD129")
MAC = Acceleration("videotoolbox", True, "", tuple(KINDS))


@pytest.mark.parametrize(
    ("codec", "pixel_format", "kind"),
    [
        ("h264", "yuv420p", "h264"),
        ("h264", "yuvj420p", "h264"),
        ("h264", "yuv422p10le", "h264-422-10"),
        ("h264", "yuv444p", None),
        ("hevc", "yuv420p10le", "hevc-10"),
        ("hevc", "yuv420p12le", None),
        ("vp9", "yuv420p", "vp9"),
        ("av1", "yuv420p10le", "av1-10"),
        ("prores", "yuv422p10le", "prores"),
        ("prores", "yuva444p12le", None),
        ("dnxhd", "yuv422p", None),
    ],
)
def test_kinds(codec: str, pixel_format: str, kind: str | None) -> None:
    assert kind_of(VIDEO.model_copy(update={"codec": codec, "pixel_format": pixel_format})) == kind


def test_what_no_hardware_is_asked_for() -> None:
    for change in ({"interlaced": True}, {"height": 200}, {"width": 7680, "height": 4320}):
        assert kind_of(VIDEO.model_copy(update=change)) is None, change
    assert kind_of(VIDEO.model_copy(update={"codec": "hevc", "width": 7680, "height": 4320})) == "hevc"


def plans(found: list[Acceleration], recipe: ProxyRecipe | None = None, **change: Any) -> list[str]:
    video, recipe = VIDEO.model_copy(update=change), recipe or ProxyRecipe()
    made = proxy_plans(video, fitted(video, recipe.height), recipe, found)
    return [f"{plan.name}{' direct' if plan.direct else ''}" for plan in made]


PHONE = {"codec": "hevc", "pixel_format": "yuv420p10le", "color_transfer": "arib-std-b67", "rotation": 90}


def test_the_plans_of_a_file_use_ever_less_hardware() -> None:
    rest = ["nvidia-encode", "nvidia-decode", "software"]
    assert plans([NVIDIA, SOFT]) == ["nvidia direct", *rest]
    assert plans([NVIDIA, SOFT], **PHONE) == ["nvidia", *rest], "tone mapped and turned in memory"
    assert plans([NVIDIA, SOFT], color_range="pc") == ["nvidia", *rest], "its scaler keeps the range"
    assert plans([VAAPI, SOFT], color_range="pc")[0] == "vaapi direct"
    assert plans([NVIDIA, SOFT], codec="hevc", pixel_format="yuv420p10le")[0] == "nvidia direct"
    assert plans([MAC, SOFT], codec="hevc", pixel_format="yuv420p10le")[0] == "videotoolbox"
    assert plans([NVIDIA, SOFT], codec="vp9") == ["nvidia-encode", "software"], (
        "it was not seen to decode that"
    )
    assert plans([NVIDIA, SOFT], interlaced=True) == ["nvidia-encode", "software"]
    assert plans([NVIDIA, SOFT], width=320, height=180) == ["software"]
    assert plans([replace(NVIDIA, works=False), SOFT]) == ["nvidia-decode", "software"]
    assert plans([NVIDIA, VAAPI, SOFT])[:4] == [
        "nvidia direct", "vaapi direct", "nvidia-encode", "vaapi-encode",
    ]  # fmt: skip
    assert plans([NVIDIA, replace(SOFT, works=False)]) == ["nvidia direct", "nvidia-encode"]
    assert plans([replace(SOFT, works=False)]) == []
    assert plans([NVIDIA, SOFT], PRESETS["edit"].proxy) == ["software"], "ProRes is software's work"
    assert plans([NVIDIA, SOFT], ProxyRecipe(height=4320), codec="hevc", width=7680, height=4320) == [
        "nvidia-decode", "software",
    ]  # fmt: skip


def graph(plan: Plan, **change: Any) -> str:
    video = VIDEO.model_copy(update=change)
    stream = plan.brought_down(graphs.input("x")["0"], video, fitted(video, 720))
    return " ".join(graphs.get_args(stream.output("y")))


def test_only_small_frames_leave_the_device_and_are_turned_there() -> None:
    assert "scale_cuda=format=nv12:h=720:w=1280" in graph(Plan(NVIDIA, kind="h264"))
    text = graph(Plan(NVIDIA, kind="hevc-10"), **PHONE)
    assert "scale_cuda=format=p010le:h=720:w=1280" in text, "lying, as it is coded, and deep, as it is HDR"
    order = ["scale_cuda", "hwdownload", "format=p010le[", "transpose=clock", "sidedata"]
    assert sorted(order, key=text.index) == order
    assert graph(Plan(NVIDIA, kind="h264"), rotation=180).count("transpose=clock") == 2
    assert "out_range=tv" in graph(Plan(VAAPI, kind="h264"))
    assert "out_range=tv" not in graph(Plan(VAAPI, kind="hevc-10"), **PHONE), (
        "tone mapping wants it as it was"
    )
    assert "scale_vt=h=720:w=1280" in graph(Plan(MAC, kind="prores"))
    assert "format=p210le" in graph(Plan(MAC, kind="prores"))
    assert "/dev/dri/renderD129" in " ".join(Plan(VAAPI, kind="h264").opening)


def test_what_the_scaler_of_a_card_spoils_is_scaled_in_memory() -> None:
    ntsc = {"width": 720, "height": 480, "sample_aspect": Fraction(8, 9)}
    assert "scale_cuda=format=nv12:h=480:w=720" in graph(Plan(NVIDIA, kind="h264"), **ntsc)
    assert "scale_vaapi=format=nv12:h=480:out_range=tv:w=640" in graph(Plan(VAAPI, kind="h264"), **ntsc)
    assert plans([NVIDIA, SOFT], **ntsc)[0] == "nvidia"
    assert "h=576:w=768" in graph(
        Plan(NVIDIA, kind="h264"), width=720, height=576, sample_aspect=Fraction(16, 15)
    ), "one side grows: that it can"
    turned = graph(Plan(NVIDIA, kind="h264"), width=1281, height=720, rotation=90)
    assert "scale_cuda=format=nv12:h=720:w=1281" in turned, "an odd side becomes even"


def test_previews_decode_on_a_device_what_is_long_and_not_sparse() -> None:
    film = MediaInfo(kind=MediaKind.VIDEO, container="mov", duration=600.0, video=VIDEO)
    names = [plan.name for plan in preview_plans(film, False, [NVIDIA, SOFT])]
    assert names == ["nvidia-decode", "software"]
    assert preview_plans(film, True, [NVIDIA, SOFT]) == (IN_SOFTWARE,)
    assert preview_plans(film.model_copy(update={"duration": 2.0}), False, [NVIDIA, SOFT]) == (IN_SOFTWARE,)
    assert preview_plans(film, False, [SOFT]) == (IN_SOFTWARE,)


def test_the_setting_names_families() -> None:
    assert families("auto") == tuple(FAMILIES)
    assert families("vaapi,nvidia") == ("vaapi", "nvidia", SOFTWARE)
    assert families("none") == (SOFTWARE,)
    assert load_settings(acceleration="qsv, vaapi").acceleration == "qsv, vaapi"
    with pytest.raises(InvalidInput, match="'voodoo' is none of auto"):
        load_settings(acceleration="vaapi,voodoo")


BOTH, ENCODE = Plan(NVIDIA, NVIDIA, "h264"), Plan(encoder=NVIDIA)
LADDER = (BOTH, ENCODE, Plan(NVIDIA, kind="h264"), IN_SOFTWARE)


def ended(words: str = "", how: Any = "exit", code: int | None = None) -> Ended:
    code = (1 if words else 0) if code is None else code
    return Ended(how, code, words, Progress(), 1.0, False, Limits())


def outcome(plan: Plan, words: str = "", reached: float = 10.0, whole: bool = True, **how: Any) -> Tried:
    end = ended(words, **how)
    return Tried(plan, end, reached if end.ok else 0.0, whole and end.ok)


class Story:
    """What each plan comes to, and which were tried."""

    def __init__(self, **outcomes: Tried) -> None:
        self._outcomes = {name.replace("_", "-"): tried for name, tried in outcomes.items()}
        self.tried: list[str] = []
        self.machine = SharedState()

    def run(self) -> Any:
        def attempt(plan: Plan) -> Tried:
            self.tried.append(plan.name)
            return self._outcomes.get(plan.name) or outcome(plan)

        return first_that_works(LADDER, attempt, self.machine)

    @property
    def blamed(self) -> set[str]:
        return set(self.machine.health._read())


def test_nothing_more_is_tried_when_the_first_plan_works() -> None:
    story = Story()
    assert story.run().warnings == ()
    assert (story.tried, story.blamed) == (["nvidia"], set())


def test_a_decoder_that_fails_is_blamed_when_the_encoder_goes_on() -> None:
    story = Story(nvidia=outcome(BOTH, "[hevc @ 0x1] Invalid data found when processing input"))
    assert story.run().last.plan is ENCODE
    assert story.blamed == {"nvidia decoder (h264)"}


def test_a_file_that_software_decodes_badly_is_not_tried_a_third_time() -> None:
    bad = "Error while decoding: Invalid data found"
    story = Story(nvidia=outcome(BOTH, bad), nvidia_encode=outcome(ENCODE, bad))
    assert isinstance(story.run().last.ended.error, BadMedia)
    assert (story.tried, story.blamed) == (["nvidia", "nvidia-encode"], set())


def test_an_encoder_that_fails_alone_too_is_blamed_and_not_the_decoder() -> None:
    words = "[h264_nvenc @ 0x1] No capable devices found"
    story = Story(nvidia=outcome(BOTH, words), nvidia_encode=outcome(ENCODE, words))
    assert story.run().warnings == (
        "nvidia failed on this file (No capable devices found), software did it",
        "nvidia-encode failed on this file (No capable devices found), software did it",
    )
    assert story.tried == ["nvidia", "nvidia-encode", "software"]
    assert story.blamed == {"nvidia encoder"}


@pytest.mark.parametrize("how", [{"how": "stall"}, {"how": "time"}, {"code": -11}])
def test_hanging_and_crashing_count_as_failures(how: dict[str, Any]) -> None:
    story = Story(nvidia=outcome(BOTH, "x", **how))
    assert story.run().last.plan is ENCODE
    assert story.blamed == {"nvidia decoder (h264)"}


@pytest.mark.parametrize(
    ("words", "code"), [("No space left on device", 1), ("Input/output error", 1), ("", -9)]
)
def test_what_no_plan_can_help_is_tried_once(words: str, code: int) -> None:
    story = Story(nvidia=outcome(BOTH, words, code=code))
    assert not story.run().last.ended.ok
    assert (story.tried, story.blamed) == (["nvidia"], set())


def test_the_name_of_a_file_blames_nothing() -> None:
    story = Story(nvidia=outcome(BOTH, "file:/footage/cuda device.mp4: Input/output error"))
    story.run()
    assert story.tried == ["nvidia"]


def test_a_part_that_software_gives_too_is_the_files_fault() -> None:
    story = Story(
        nvidia=outcome(BOTH, reached=4.0, whole=False),
        nvidia_encode=outcome(ENCODE, reached=4.2, whole=False),
    )
    assert story.run().warnings == ()
    assert story.blamed == set()
    story = Story(nvidia=outcome(BOTH, reached=4.0, whole=False))
    assert story.run().warnings == ("nvidia failed on this file (it gave only a part), nvidia-encode did it",)


def test_what_is_set_aside_is_left_out_until_its_time_is_over(tmp_path: Path) -> None:
    now = [0.0]
    one, other = (CircuitBreaker(tmp_path / "notes", lambda: now[0]) for _ in range(2))
    part = ("nvidia encoder",)
    pauses = []
    for failures in range(1, 9):
        assert one.good(part)
        one.failed(part[0], "broken")
        if failures < 3:
            assert other.good(part), "twice may be chance"
            continue
        [trouble] = other.set_aside()
        pauses.append(trouble.until - now[0])
        assert not other.good(part)
        now[0] = trouble.until
    assert pauses == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST, LONGEST, LONGEST]
    other.worked(part)
    one.failed(part[0], "broken")
    assert one.good(part), "counting starts afresh after a success"
    one.forget()
    assert other._read() == {}
    (tmp_path / "notes").write_text("{ half a fi")
    assert one.good(part)


def test_places_for_encoders(tmp_path: Path) -> None:
    sessions = [SessionLimit(tmp_path / "places", 2) for _ in range(3)]
    got: list[bool] = []
    with sessions[0].place() as first, sessions[1].place() as second:

        def third() -> None:
            with sessions[2].place() as place:
                got.append(place)

        thread = threading.Thread(target=third)
        thread.start()
        thread.join()
        assert (first, second, got) == (True, True, [False])
    with sessions[2].place() as place:
        assert place
    with SessionLimit(tmp_path / "places", 0).place() as place:
        assert place, "0 is no limit"


def test_the_tables_of_the_documentation_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[3] / "docs" / "acceleration.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]
    told = {row[0]: tuple(row[1:]) for row in rows}
    for name, kind in KINDS.items():
        assert told[f"`{name}`"] == (kind.codec, ", ".join(kind.formats))
    for name, family in FAMILIES.items():
        if name != SOFTWARE:
            assert told[f"`{name}`"][3] == f"`{family.encoder}`"
            assert not family.scale or told[f"`{name}`"][2] == f"`{family.scale}`"
