"""The port to staging: remote files are copied to this machine before a stage opens them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from dampipe.kernel.stage_io import FileParts, SourceFile

OnTransfer: TypeAlias = Callable[[int, int, float], None]
"""Called during a transfer with the bytes done, those of the whole file, and bytes per second."""
OnFetched: TypeAlias = Callable[[int], None]
"""Called with a number of bytes that have come from the storage since the last call, failed transfers included."""


class Staging(Protocol):
    """Copies of remote files on this machine. Safe to use from several threads and processes."""

    def hold(
        self, file: SourceFile, on_transfer: OnTransfer, on_fetched: OnFetched, *, waits: bool = True
    ) -> AbstractContextManager[SourceFile]:
        """The file with the path of its copy, which stays there until the context ends; fetched if there is none yet.

        Size, time and SHA-1 are those of the copy. waits: wait for space that other copies in use take now; a
        process that holds one already must not.

        Raises NotFound where the file is gone; Transient where the storage does not answer, the file is being changed
        or restored, or there is no space now; Unavailable where it is archived or larger than the space for copies;
        and Permanent where the storage denies access.
        """
        ...

    def parts(
        self, file: SourceFile, on_transfer: OnTransfer, on_fetched: OnFetched
    ) -> AbstractContextManager[FileParts | None]:
        """The file in parts, as long as it is the one that the catalogue knows; None where there is a copy of it here.

        Raises NotFound where the file is gone, Unavailable where it is archived, and as the methods of `FileParts`.
        """
        ...
