"""A stage is a typed function; the plan refuses a list that makes no sense, and says why."""

import pytest

from dampipe.jobs.plan import Plan
from dampipe.jobs.stage import PipelineError, Stage, stage
from dampipe.jobs.toolbox import Tools
from dampipe.kernel.stage_io import ContentHash, SourceFile, StageOutput, VersionRef


class Sound(StageOutput):
    """An output."""


class Words(StageOutput):
    """Another."""


class Microphone:
    fingerprint = "m1"


@stage(queue="io", version=1)
def hash(file: SourceFile) -> ContentHash:
    return ContentHash(sha1="0" * 40, size=1)


@stage(queue="io", version=1)
def listen(file: SourceFile, microphone: Microphone) -> Sound:
    return Sound()


@stage(queue="gpu", version=2)
def transcribe(asset: VersionRef, sound: Sound) -> Words:
    return Words()


@stage(queue="gpu", version=1, own_chain=True, after=("transcribe",))
def shout(sound: Sound) -> StageOutput:
    return StageOutput()


TOOLS = Tools({Microphone: Microphone()})


def plan(*stages: Stage, tools: Tools = TOOLS) -> Plan:
    return Plan(stages, tools)


def test_a_stage_knows_its_inputs_and_tools_by_their_types() -> None:
    assert listen.inputs == {"file": SourceFile}
    assert listen.tools == {"microphone": Microphone}
    assert transcribe.inputs == {"asset": VersionRef, "sound": Sound}
    assert transcribe.output_type is Words
    assert hash.on_location and not listen.on_location


def test_a_stage_without_types_is_refused() -> None:
    with pytest.raises(PipelineError, match=r"stage odd: parameter 'file' has no type"):

        @stage(queue="io", version=1)
        def odd(file) -> Sound:  # type: ignore[no-untyped-def]
            return Sound()


def test_a_stage_must_return_an_output() -> None:
    with pytest.raises(PipelineError, match="must say that it returns a StageOutput"):

        @stage(queue="io", version=1)
        def odd(file: SourceFile) -> int:
            return 1


def test_only_a_batch_stage_takes_lists() -> None:
    with pytest.raises(PipelineError, match="only a batch stage takes a list"):

        @stage(queue="io", version=1)
        def odd(sounds: list[Sound]) -> Words:
            return Words()

    @stage(queue="io", version=1, batch=8)
    def even(sounds: list[Sound], microphone: Microphone) -> list[Words]:
        return [Words() for _ in sounds]

    assert even.inputs == {"sounds": Sound}
    assert even.output_type is Words


def test_upstream_stages_are_found_by_type_and_lanes_by_own_chain() -> None:
    made = plan(hash, listen, transcribe, shout)
    assert [stage.name for stage in made.upstream(transcribe)] == ["listen"]
    assert {stage.name for stage in made.upstream(shout)} == {"listen", "transcribe"}
    assert [s.name for s in made.chain_from("listen")] == ["listen", "transcribe"]
    assert [s.name for s in made.chain_from("shout")] == ["shout"]
    assert [n.run.stage for n in made.follow_ups(hash)] == ["listen"]
    assert [(n.run.stage, n.same_chain) for n in made.follow_ups(transcribe)] == [("shout", False)]
    assert made.queues == ("io", "gpu")


@pytest.mark.parametrize(
    ("stages", "problem"),
    [
        ((), "the pipeline is empty"),
        ((hash, hash), "stage hash is twice in the pipeline"),
        ((listen,), "exactly one stage must return a ContentHash"),
        ((hash, transcribe), "stage transcribe: 'sound' needs a Sound, but no stage returns it"),
        ((hash, transcribe, listen), "stage transcribe stands before listen, whose output it needs"),
        ((hash, listen, shout), "stage shout: comes after 'transcribe', which is not in the pipeline"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(stages: tuple[Stage, ...], problem: str) -> None:
    with pytest.raises(PipelineError, match=problem):
        plan(*stages)


def test_a_cycle_is_refused() -> None:
    @stage(queue="io", version=1, after=("second",))
    def first(file: SourceFile) -> Sound:
        return Sound()

    @stage(queue="io", version=1)
    def second(sound: Sound) -> Words:
        return Words()

    with pytest.raises(PipelineError, match="wait for each other: first, second"):
        plan(hash, first, second)


def test_a_missing_tool_is_refused() -> None:
    with pytest.raises(PipelineError, match="stage listen: there is no tool Microphone"):
        plan(hash, listen, tools=Tools({}))


def test_a_revision_runs_the_stage_again_and_none_of_those_that_take_its_output() -> None:
    @stage(queue="io", version=1, revision=1)
    def listen(file: SourceFile, microphone: Microphone) -> Sound:
        return Sound()

    before, after = plan(hash, globals()["listen"], transcribe, shout), plan(hash, listen, transcribe, shout)
    changed = [
        old.name
        for old, new in zip(before.stages, after.stages, strict=True)
        if before.key(old).version != after.key(new).version
    ]
    assert changed == ["listen"]


def test_the_key_changes_with_version_tool_and_upstream_and_with_nothing_else() -> None:
    class Better:
        fingerprint = "m2"

    before = plan(hash, listen, transcribe)
    again = plan(hash, listen, transcribe, shout)
    changed = plan(hash, listen, transcribe, tools=Tools({Microphone: Better()}))
    assert before.key(listen) == again.key(listen)
    assert before.key(hash) == changed.key(hash)
    assert before.key(listen) != changed.key(listen)
    assert before.key(transcribe) != changed.key(transcribe), "what depends on it runs again too"
