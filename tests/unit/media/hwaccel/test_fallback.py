"""The fallback from plan to plan, and which part of the hardware is blamed. No ffmpeg runs."""

from typing import Any

import pytest

from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import FfmpegResult, Limits
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.fallback import Attempt, SharedState, run_with_fallback
from dampipe.media.hwaccel.plans import SOFTWARE_PLAN, Plan

NVIDIA = Acceleration("nvidia", True, "", ("h264", "hevc", "hevc-10"))
BOTH, ENCODE = Plan(NVIDIA, NVIDIA, "h264"), Plan(encoder=NVIDIA)
LADDER = (BOTH, ENCODE, Plan(NVIDIA, kind="h264"), SOFTWARE_PLAN)


def ffmpeg_result(words: str = "", how: Any = "exit", code: int | None = None) -> FfmpegResult:
    code = (1 if words else 0) if code is None else code
    return FfmpegResult(how, code, words, Progress(), 1.0, False, Limits())


def outcome(plan: Plan, words: str = "", reached: float = 10.0, complete: bool = True, **how: Any) -> Attempt:
    result = ffmpeg_result(words, **how)
    return Attempt(plan, result, reached if result.ok else 0.0, complete and result.ok)


class Scenario:
    """The outcome of each plan; records which plans were tried."""

    def __init__(self, **outcomes: Attempt) -> None:
        self._outcomes = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
        self.tried: list[str] = []
        self.shared_state = SharedState()

    def run(self) -> Any:
        def attempt(plan: Plan) -> Attempt:
            self.tried.append(plan.name)
            return self._outcomes.get(plan.name) or outcome(plan)

        return run_with_fallback(LADDER, attempt, self.shared_state)

    @property
    def blamed(self) -> set[str]:
        return set(self.shared_state.circuit_breaker.failures())


def test_nothing_more_is_tried_when_the_first_plan_works() -> None:
    scenario = Scenario()
    assert scenario.run().warnings == ()
    assert (scenario.tried, scenario.blamed) == (["nvidia"], set())


def test_a_decoder_that_fails_is_blamed_when_the_encoder_works() -> None:
    scenario = Scenario(nvidia=outcome(BOTH, "[hevc @ 0x1] Invalid data found when processing input"))
    assert scenario.run().last.plan is ENCODE
    assert scenario.blamed == {"nvidia decoder (h264)"}


def test_a_file_that_software_decodes_badly_is_not_tried_a_third_time() -> None:
    bad = "Error while decoding: Invalid data found"
    scenario = Scenario(nvidia=outcome(BOTH, bad), nvidia_encode=outcome(ENCODE, bad))
    assert isinstance(scenario.run().last.result.error, BadMedia)
    assert (scenario.tried, scenario.blamed) == (["nvidia", "nvidia-encode"], set())


def test_an_encoder_that_fails_alone_too_is_blamed_and_not_the_decoder() -> None:
    words = "[h264_nvenc @ 0x1] No capable devices found"
    scenario = Scenario(nvidia=outcome(BOTH, words), nvidia_encode=outcome(ENCODE, words))
    assert scenario.run().warnings == (
        "nvidia failed on this file (No capable devices found), software succeeded",
        "nvidia-encode failed on this file (No capable devices found), software succeeded",
    )
    assert scenario.tried == ["nvidia", "nvidia-encode", "software"]
    assert scenario.blamed == {"nvidia encoder"}


@pytest.mark.parametrize("how", [{"how": "stall"}, {"how": "timeout"}, {"code": -11}])
def test_hanging_and_crashing_count_as_failures(how: dict[str, Any]) -> None:
    scenario = Scenario(nvidia=outcome(BOTH, "x", **how))
    assert scenario.run().last.plan is ENCODE
    assert scenario.blamed == {"nvidia decoder (h264)"}


@pytest.mark.parametrize(
    ("words", "code"), [("No space left on device", 1), ("Input/output error", 1), ("", -9)]
)
def test_failures_that_no_plan_can_avoid_are_tried_once(words: str, code: int) -> None:
    scenario = Scenario(nvidia=outcome(BOTH, words, code=code))
    assert not scenario.run().last.result.ok
    assert (scenario.tried, scenario.blamed) == (["nvidia"], set())


def test_the_name_of_a_file_blames_nothing() -> None:
    scenario = Scenario(nvidia=outcome(BOTH, "file:/footage/cuda device.mp4: Input/output error"))
    scenario.run()
    assert scenario.tried == ["nvidia"]


def test_incomplete_output_of_software_too_is_the_files_fault() -> None:
    scenario = Scenario(
        nvidia=outcome(BOTH, reached=4.0, complete=False),
        nvidia_encode=outcome(ENCODE, reached=4.2, complete=False),
    )
    assert scenario.run().warnings == ()
    assert scenario.blamed == set()
    scenario = Scenario(nvidia=outcome(BOTH, reached=4.0, complete=False))
    assert scenario.run().warnings == (
        "nvidia failed on this file (its output was incomplete), nvidia-encode succeeded",
    )
