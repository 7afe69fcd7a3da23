"""A stage is a plain typed function: its parameters say what it needs, its return type what it gives.

    @stage(queue="io", version=1)
    def probe(file: SourceFile, prober: Prober) -> MediaInfo:
        return prober.probe(file.path)

A parameter is one of four things, told by its type:

- the subject: `SourceFile` (a readable file of the asset) or `AssetRef`;
- the output of an earlier stage (a `StageOutput`), which makes that stage one of its givers;
- a `Reporter`, to say how far it is;
- a tool: anything else, from the toolbox that bootstrap fills.

In a batch stage (`batch` > 1) subjects and outputs come as lists of equal length and order, and the
return value is a list likewise, or an iterator: then what is there is saved now and again. Tools and the
reporter still come once. A batch stage that takes an `Iterator` of one of them instead goes on: what waits
for it when it asks for the next is taken along, for some seconds, and it works while its outputs are saved.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import signature
from typing import Any, get_args, get_origin, get_type_hints

from dampipe.kernel.errors import DampipeError, ExitCode
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import AssetRef, ContentHash, SourceFile, StageOutput

SUBJECTS = (SourceFile, AssetRef)


class PipelineError(DampipeError):
    """The pipeline list makes no sense; the message says which stage and why."""

    exit_code = ExitCode.CANNOT_START


@dataclass(frozen=True)
class Stage:
    """A step of the pipeline, as declared by `stage`."""

    name: str
    function: Callable[..., Any]
    queue: str
    version: int
    batch: int
    beside: bool
    after: tuple[str, ...]
    time_limit: float
    gives: type[StageOutput]
    inputs: dict[str, type]
    """Parameters that are subjects or outputs, by name."""
    tools: dict[str, type]
    """Parameters that come from the toolbox, by name."""
    reporter: str | None = None
    """The parameter that is called to say how far the stage is. No tool: it is no part of any key."""
    goes_on: bool = False
    """Its input comes one by one, and runs that begin to wait meanwhile are taken along."""

    @property
    def on_location(self) -> bool:
        """The stage that identifies a file works on a location; all others on an asset."""
        return self.gives is ContentHash


def stage(
    *,
    queue: str,
    version: int,
    batch: int = 1,
    beside: bool = False,
    after: tuple[str, ...] = (),
    time_limit: float = 3600.0,
) -> Callable[[Callable[..., Any]], Stage]:
    """Declare a function as a stage, named like the function.

    queue: where its messages wait; a worker serves queues. version: raise it when the function's
    result changes, and it runs again for every asset. batch: how many waiting runs one call may
    take. beside: carried by a chain of its own at lower priority, once its givers are done. after:
    stages that must be done before, although nothing of them is needed. time_limit: seconds.
    Raises PipelineError when a type annotation is missing or wrong.
    """

    def declare(function: Callable[..., Any]) -> Stage:
        name = function.__name__
        hints = get_type_hints(function)
        gives = hints.pop("return", None)
        inputs: dict[str, type] = {}
        tools: dict[str, type] = {}
        reporter: str | None = None
        goes_on = False
        for parameter in signature(function).parameters:
            if parameter not in hints:
                raise PipelineError(f"stage {name}: parameter {parameter!r} has no type")
            kind = hints[parameter]
            item = _item(kind) if batch > 1 else kind
            if _is_input(item):
                inputs[parameter] = item
                goes_on |= get_origin(kind) is Iterator
            elif kind is Reporter:
                reporter = parameter
            elif _is_input(_item(kind)):
                raise PipelineError(f"stage {name}: only a batch stage takes a list, see {parameter!r}")
            else:
                tools[parameter] = kind
        given = _item(gives) if batch > 1 else gives
        if not (isinstance(given, type) and issubclass(given, StageOutput)):
            wanted = "a list of StageOutput" if batch > 1 else "a StageOutput"
            raise PipelineError(f"stage {name}: must say that it returns {wanted}, not {gives!r}")
        if not inputs:
            raise PipelineError(f"stage {name}: takes neither a subject nor an earlier output")
        if goes_on and (len(inputs) > 1 or get_origin(gives) is not Iterator):
            raise PipelineError(f"stage {name}: an Iterator must be all that it takes, and what it gives")
        return Stage(
            *(name, function, queue, version, batch, beside, after, time_limit),
            *(given, inputs, tools, reporter, goes_on),
        )

    return declare


def _item(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) in (list, Iterator) else None


def _is_input(kind: Any) -> bool:
    return isinstance(kind, type) and (kind in SUBJECTS or issubclass(kind, StageOutput))
