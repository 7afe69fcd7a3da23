"""The files that a call of a stage reads: remote ones are copied to this machine, and held until they are not needed."""

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType

from dampipe.jobs.model import Subject
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import FileParts, SourceFile
from dampipe.kernel.staging import Staging


class HeldFiles:
    """The remote files that one call of a stage reads. A context: at its end, none is held any more."""

    def __init__(
        self,
        staging: Staging,
        on_fetched: Callable[[Subject, int], None] = lambda *_: None,
        report: Reporter | None = None,
        copies: dict[Subject, bool] | None = None,
    ) -> None:
        """on_fetched: called with the bytes that were fetched for a subject.

        copies: filled with the subjects of which this machine has a copy, or (False) a part of one.
        """
        self._staging = staging
        self._on_fetched = on_fetched
        self._copies = {} if copies is None else copies
        self._report = report or Reporter()
        self._held: deque[ExitStack | None] = deque()
        """Of each subject, in the order in which the stage is given them; None: it has no remote files."""
        self._count = 0
        """Copies that are held."""

    def next_subject(self) -> None:
        """The files that are staged from now on are those of another subject."""
        self._held.append(None)

    def stage(self, subject: Subject, file: SourceFile) -> SourceFile:
        """The file as a copy on this machine. Raises as `Staging.hold`."""
        return self._stage(subject, file, self._stack())

    def stage_later(self, subject: Subject) -> Callable[[SourceFile], SourceFile]:
        """`stage` for a file of the present subject, to be called when its stage needs the file."""
        stack = self._stack()
        return lambda file: self._stage(subject, file, stack)

    def parts(self, subject: Subject, file: SourceFile) -> AbstractContextManager[FileParts | None]:
        """See `Staging.parts`."""
        return self._staging.parts(
            file,
            lambda done, total, speed: self._report(done, total, "bytes", speed),
            lambda count: self._on_fetched(subject, count),
        )

    def _stack(self) -> ExitStack:
        """What the present subject holds."""
        stack = self._held.pop() if self._held else None
        self._held.append(stack := stack or ExitStack())
        return stack

    def _stage(self, subject: Subject, file: SourceFile, stack: ExitStack) -> SourceFile:
        # A process that holds a copy must not wait for space: two would wait for each other for ever.
        copy = self._staging.hold(
            file,
            lambda done, total, speed: self._report(done, total, "bytes", speed),
            lambda count: self._fetched(subject, count),
            waits=not self._count,
        )
        staged = stack.enter_context(copy)
        self._copies[subject] = True
        self._count += 1
        stack.callback(self._released)
        return staged

    def _fetched(self, subject: Subject, count: int) -> None:
        self._copies.setdefault(subject, False)
        self._on_fetched(subject, count)

    def _released(self) -> None:
        self._count -= 1

    def release_first(self) -> None:
        """The files of the first of these subjects are not read any more."""
        stack = self._held.popleft() if self._held else None
        if stack is not None:
            stack.close()

    def __enter__(self) -> "HeldFiles":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._held:
            self.release_first()
