"""A remote file that a stage may read in parts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

from dampipe.jobs.errors import FILE_AWAY
from dampipe.kernel.errors import DampipeError, NotFound, StageError, StorageFull, Transient
from dampipe.kernel.paths import printable
from dampipe.kernel.stage_io import FileParts, SourceFile

T = TypeVar("T")


class RemoteSource:
    """The remote files of one subject, which all have the same content; implements `LazySource`."""

    def __init__(
        self,
        files: Sequence[SourceFile],
        stage: Callable[[SourceFile], SourceFile],
        open_parts: Callable[[SourceFile], AbstractContextManager[FileParts | None]] | None = None,
    ) -> None:
        """stage: fetches a file and holds its copy. open_parts: None: the file is to be read whole."""
        self._files = files
        self._stage = stage
        self._open_parts = open_parts

    def whole(self) -> SourceFile:
        """See LazySource."""
        return self._first(self._stage)

    @contextmanager
    def parts(self) -> Iterator[FileParts | None]:
        """See LazySource."""
        open_parts = self._open_parts
        if open_parts is None:
            yield None
            return
        with ExitStack() as stack:
            parts = self._first(lambda file: stack.enter_context(open_parts(file)))
            try:
                yield parts
            except NotFound as error:  # deleted while it was read
                raise self._away() from error

    def _first(self, open_file: Callable[[SourceFile], T]) -> T:
        """The first file that can be had. Raises the error of the first one, where none can."""
        problem: DampipeError | None = None
        for file in self._files:
            try:
                return open_file(file)
            except NotFound:
                continue  # at the next scan it is missing
            except (StageError, StorageFull) as error:
                problem = problem or error
        raise problem or self._away()

    def _away(self) -> Transient:
        return Transient(FILE_AWAY, path=printable(self._files[0].path) if self._files else "anywhere")
