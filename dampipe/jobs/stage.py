"""A stage is a plain typed function: its parameters say what it needs, its return type what it returns.

    @stage(queue="io", version=1)
    def probe(file: SourceFile, prober: Prober) -> MediaInfo:
        return prober.probe(file.path)

A parameter is one of four things, by its type:

- the subject: `SourceFile` (a readable file of the asset) or `VersionRef`;
- the output of an earlier stage (a `StageOutput`), which makes that stage upstream of this one;
- a `Reporter`, to report progress;
- a tool: anything else, from the toolbox that the container fills.

In a batch stage (`batch` > 1) subjects and outputs come as lists of equal length and order, and the return value is a
list likewise, or an iterator: then results are saved while the stage still works. Tools and the reporter come once. A
batch stage that takes an `Iterator` of one of them is streaming: while it runs, further pending runs are added to the
batch for some seconds, and it works while its outputs are saved.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import signature
from typing import Any, get_args, get_origin, get_type_hints

from dampipe.jobs.errors import NO_INPUT, NOT_BATCH, NOT_STREAMING, PARAMETER_UNTYPED, RETURN_TYPE
from dampipe.kernel.errors import DampipeError, ExitCode
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import ContentHash, SourceFile, StageOutput, VersionRef

SUBJECTS = (SourceFile, VersionRef)


class PipelineError(DampipeError):
    """The pipeline list is not valid; the message says which stage and why."""

    exit_code = ExitCode.CANNOT_START


class StageNames(tuple[str, ...]):
    """The names of the stages of the pipeline, in their order."""

    __slots__ = ()


@dataclass(frozen=True)
class Stage:
    """A step of the pipeline, as declared by `stage`."""

    name: str
    function: Callable[..., Any]
    queue: str
    version: int
    batch: int
    own_chain: bool
    after: tuple[str, ...]
    time_limit: float
    output_type: type[StageOutput]
    inputs: dict[str, type]
    """Parameters that are subjects or outputs, by name."""
    tools: dict[str, type]
    """Parameters that come from the toolbox, by name."""
    revision: int = 0
    """Of the stage's own result; not part of the keys of the stages that take it."""
    reporter: str | None = None
    """The parameter that reports progress. It is not a tool, and not part of any key."""
    streaming: bool = False
    """Its input comes one by one, and runs that become due meanwhile are added."""

    @property
    def on_location(self) -> bool:
        """The stage that identifies a file works on a location; all others on an asset."""
        return self.output_type is ContentHash

    @property
    def opens_file(self) -> bool:
        """Whether the stage reads the file itself, and not only what others have made of it."""
        return SourceFile in self.inputs.values()


def stage(
    *,
    queue: str,
    version: int,
    revision: int = 0,
    batch: int = 1,
    own_chain: bool = False,
    after: tuple[str, ...] = (),
    time_limit: float = 3600.0,
) -> Callable[[Callable[..., Any]], Stage]:
    """Declare a function as a stage, named like the function.

    queue: where its messages wait; a worker serves queues. version: raise it when the function's result changes, and
    it runs again for every asset, with the stages that take its output. revision: raise it instead where the output
    gains facts that no later stage uses: the stage alone runs again. batch: how many pending runs one call may take.
    own_chain: carried by a chain of its own, once its upstream stages are done. after: stages that must be done before,
    although this one takes no output of theirs. time_limit: seconds. Raises PipelineError when a type annotation is
    missing or wrong.
    """

    def declare(function: Callable[..., Any]) -> Stage:
        parameters = _Parameters(function, batch > 1)
        return Stage(
            name=function.__name__,
            function=function,
            queue=queue,
            version=version,
            revision=revision,
            batch=batch,
            own_chain=own_chain,
            after=after,
            time_limit=time_limit,
            output_type=parameters.output_type,
            inputs=parameters.inputs,
            tools=parameters.tools,
            reporter=parameters.reporter,
            streaming=parameters.streaming,
        )

    return declare


class _Parameters:
    """What the annotations of a stage's function say. Raises PipelineError."""

    def __init__(self, function: Callable[..., Any], is_batch: bool) -> None:
        self._name = function.__name__
        self._is_batch = is_batch
        self.inputs: dict[str, type] = {}
        self.tools: dict[str, type] = {}
        self.reporter: str | None = None
        self.streaming = False
        hints = get_type_hints(function)
        returned = hints.pop("return", None)
        for parameter in signature(function).parameters:
            if parameter not in hints:
                raise PipelineError(PARAMETER_UNTYPED, stage=self._name, parameter=parameter)
            self._add(parameter, hints[parameter])
        self.output_type = self._output_type(returned)
        if not self.inputs:
            raise PipelineError(NO_INPUT, stage=self._name)
        if self.streaming and (len(self.inputs) > 1 or get_origin(returned) is not Iterator):
            raise PipelineError(NOT_STREAMING, stage=self._name)

    def _add(self, parameter: str, hint: Any) -> None:
        item = _item(hint) if self._is_batch else hint
        if _is_input(item):
            self.inputs[parameter] = item
            self.streaming |= get_origin(hint) is Iterator
        elif hint is Reporter:
            self.reporter = parameter
        elif _is_input(_item(hint)):
            raise PipelineError(NOT_BATCH, stage=self._name, parameter=parameter)
        else:
            self.tools[parameter] = hint

    def _output_type(self, returned: Any) -> type[StageOutput]:
        item = _item(returned) if self._is_batch else returned
        if not (isinstance(item, type) and issubclass(item, StageOutput)):
            expected = "a list of StageOutput" if self._is_batch else "a StageOutput"
            raise PipelineError(RETURN_TYPE, stage=self._name, expected=expected, returned=returned)
        return item


def _item(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in (list, Iterator) else None


def _is_input(hint: Any) -> bool:
    return isinstance(hint, type) and (hint in SUBJECTS or issubclass(hint, StageOutput))
