"""The registry of savers: what a stage returns becomes rows of the features that registered for its type."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from sqlalchemy import Connection

from dampipe.kernel.db.database import Database
from dampipe.kernel.feature import Feature, load_dotted
from dampipe.kernel.ids import AssetId, RunId, VersionId
from dampipe.kernel.stage_io import StageOutput

T = TypeVar("T", bound=StageOutput)


@dataclass(frozen=True)
class PreviousOutput:
    """What a run had returned whose files were lost, and which was therefore made again (`state.remake`)."""

    run: RunId
    output: str
    """JSON."""


@dataclass(frozen=True)
class OutputBatch(Generic[T]):
    """Outputs of one type that are saved in one transaction."""

    connection: Connection
    """The transaction in which the runs become done."""
    database: Database
    outputs: Sequence[tuple[VersionId, T]]
    """Each version once."""
    now: float
    """The database's time, in seconds since 1970."""
    previous: Mapping[VersionId, PreviousOutput] = field(default_factory=dict)
    """By version: the output that the new one replaces, where only its files were lost."""
    assets: Mapping[VersionId, AssetId] = field(default_factory=dict)
    """The assets of the versions, before any saver."""
    moved: set[VersionId] = field(default_factory=set)
    """To be filled by a saver that gives versions to another asset: events of their runs are about that one."""


Saver: TypeAlias = Callable[[OutputBatch[T]], None]
"""Writes rows in the transaction of the batch; what it raises undoes all of it, and parks the runs."""


class SaverRegistry:
    """Which savers there are for which type of output."""

    def __init__(self, savers: Iterable[tuple[type[StageOutput], Saver[StageOutput]]]) -> None:
        """savers: in the order in which they are called; several may save one type."""
        self._savers = tuple(savers)
        self._of_type: dict[type[StageOutput], tuple[Saver[StageOutput], ...]] = {}

    @classmethod
    def of(cls, features: Iterable[Feature]) -> "SaverRegistry":
        """The savers of features, in the features' order."""
        pairs = (pair for feature in features for pair in feature.savers)
        return cls((load_dotted(kind), load_dotted(saver)) for kind, saver in pairs)

    def save(
        self,
        connection: Connection,
        database: Database,
        outputs: Sequence[tuple[VersionId, StageOutput]],
        now: float,
        previous: Mapping[VersionId, PreviousOutput] | None = None,
        assets: Mapping[VersionId, AssetId] | None = None,
    ) -> set[VersionId]:
        """Call each saver once, with all outputs of its type; returns the versions that have another asset now.

        previous, assets: see OutputBatch.
        """
        before, owners, moved = previous or {}, assets or {}, set[VersionId]()
        types = {type(output) for _, output in outputs}
        if len(types) == 1:  # as nearly always: they are those of one stage
            for saver in self._savers_of(types.pop()):
                saver(OutputBatch(connection, database, outputs, now, before, owners, moved))
            return moved
        for kind, saver in self._savers:
            own = [(version, output) for version, output in outputs if isinstance(output, kind)]
            if own:
                saver(OutputBatch(connection, database, own, now, before, owners, moved))
        return moved

    def _savers_of(self, kind: type[StageOutput]) -> tuple[Saver[StageOutput], ...]:
        if kind not in self._of_type:
            self._of_type[kind] = tuple(saver for base, saver in self._savers if issubclass(kind, base))
        return self._of_type[kind]
