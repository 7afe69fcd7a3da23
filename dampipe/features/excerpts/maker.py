"""Copies a part of a file from where it is: of a remote one only that part, if its container allows it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from dampipe.features.excerpts import errors
from dampipe.features.excerpts.model import MadeExcerpt
from dampipe.features.originals.errors import MISSING, OFFLINE
from dampipe.features.originals.files import conflict, open_local
from dampipe.features.originals.queries import Place
from dampipe.kernel.errors import (
    BadMedia,
    DampipeError,
    InvalidInput,
    NotFound,
    ServiceDown,
    StageError,
    StorageFull,
)
from dampipe.kernel.paths import is_url
from dampipe.kernel.stage_io import FileParts, RemotePlace, SourceFile
from dampipe.kernel.staging import Staging
from dampipe.media.excerpt.cutter import Cutter
from dampipe.media.excerpt.span import Excerpt, WantedSpan
from dampipe.storage.files.errors import FILE_ARCHIVED, FILE_CHANGED, FILE_RESTORING

OnStep: TypeAlias = Callable[[str, float, float], None]
"""Called with what is done ("fetched", "copied"), how much of it, and how much there is: bytes or seconds."""


class ExcerptMaker:
    """Makes excerpts."""

    def __init__(self, staging: Staging, cutter: Callable[[], Cutter]) -> None:
        """cutter: called when something is copied, since it looks for ffmpeg."""
        self._staging = staging
        self._cutter = cutter

    def make(
        self,
        places: Sequence[Place],
        wanted: WantedSpan,
        name: str,
        work: Path,
        on_step: OnStep,
        most: int | None,
    ) -> MadeExcerpt:
        """Copy from the first file that can be read into a folder; those on this machine come first.

        most: bytes of a file that may be fetched whole; None: any. Raises NotFound, InvalidInput, Conflict,
        ServiceDown and StorageFull.
        """
        problems: list[DampipeError] = []
        for place in sorted(places, key=lambda place: is_url(place.root)):
            try:
                with _in_words_of_originals(name):
                    if is_url(place.root):
                        return self._of_remote(place, wanted, work, on_step, most)
                    return self._of_local(place, wanted, name, work, on_step)
            except StorageFull:
                raise
            except DampipeError as error:
                problems.append(error)
        problems.sort(key=lambda problem: isinstance(problem, NotFound))
        raise problems[0]

    def _of_local(
        self, place: Place, wanted: WantedSpan, name: str, work: Path, on_step: OnStep
    ) -> MadeExcerpt:
        open_local(place, name).close()
        made = self._cut(place.path, wanted, work, on_step)
        open_local(place, name).close()  # it is still the file whose content was identified
        return MadeExcerpt(made, None, False)

    def _of_remote(
        self, place: Place, wanted: WantedSpan, work: Path, on_step: OnStep, most: int | None
    ) -> MadeExcerpt:
        remote = RemotePlace(root=place.root, key=place.key, checksum=place.checksum, token=place.token)
        file = SourceFile(
            location=0, path=place.path, size=place.size, mtime_ns=place.mtime_ns, remote=remote
        )
        fetched = 0

        def count(more: int) -> None:
            nonlocal fetched
            fetched += more

        def transferred(done: int, total: int, _: float) -> None:
            on_step("fetched", done, total)

        with self._staging.parts(file, transferred, count) as parts:
            made = None if parts is None else self._of_parts(parts, wanted, work, on_step)
        if made is not None:
            return MadeExcerpt(made, fetched, False)
        if parts is not None and most is not None and file.size > most:
            raise InvalidInput(errors.TOO_MUCH_TO_FETCH, name=wanted.name, gigabytes=file.size / 1e9)
        with self._staging.hold(file, transferred, count, waits=False) as held:
            made = self._cut(held.path, wanted, work, on_step)
        return MadeExcerpt(made, fetched or None, bool(fetched))

    def _of_parts(self, parts: FileParts, wanted: WantedSpan, work: Path, on_step: OnStep) -> Excerpt | None:
        try:
            return self._cutter().cut_parts(parts, wanted, work, lambda *now: on_step("copied", *now))
        except BadMedia:
            return None  # seen of the whole file, if it is the file's fault

    def _cut(self, path: str, wanted: WantedSpan, work: Path, on_step: OnStep) -> Excerpt:
        return self._cutter().cut(path, wanted, work, lambda *now: on_step("copied", *now))


@contextmanager
def _in_words_of_originals(name: str) -> Iterator[None]:
    """Errors of stages and stores as those that a face words."""
    try:
        yield
    except StageError as error:
        if error.code in (FILE_ARCHIVED.code, FILE_RESTORING.code, FILE_CHANGED.code):
            raise conflict(error, name) from error
        if isinstance(error, BadMedia):
            raise InvalidInput(errors.FAILED, name=name, reason=str(error)) from error
        raise ServiceDown(OFFLINE, name=name, reason=str(error)) from error
    except NotFound as error:
        raise NotFound(MISSING, name=name) from error
