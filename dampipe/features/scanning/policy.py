"""How scans work: which files they take, when, how much loss they believe, and in which steps they write."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dampipe.features.scanning.model import Guard
from dampipe.features.sources.model import Source
from dampipe.kernel.gitignore import Exclude
from dampipe.media import filetypes


@dataclass(frozen=True)
class ScanPolicy:
    """The rules of all scans of a deployment. Durations are seconds."""

    is_media: Callable[[str], bool]
    """Whether a file is footage, by its name alone."""
    settle: float = 5.0
    """How long a file must be unchanged before it is taken: write stability (debounce)."""
    guard: Guard = field(default_factory=Guard)
    exclude: Sequence[str] = ()
    """Patterns for all sources, in the syntax of .gitignore."""
    needs_content: Callable[[str], bool] = filetypes.needs_content
    """Whether a name is also that of files that are not media, so that the content has to decide."""
    changes_written: int = 1000
    """Changes written in one transaction."""
    write_interval: float = 0.5
    """After which a walk writes its checkpoint, and sees whether it is to stop."""
    locations_changed: int = 500
    """Locations changed in one transaction outside of the walk itself, so that others can write in between."""
    page: int = 2000
    """Rows of known folders or files read at a time."""
    most_warnings: int = 100
    """Warnings kept of one scan; more are only counted."""
    most_unstable: int = 500
    """Files, written to a moment ago, that a walk remembers before it checks them again."""
    most_unstable_stored: int = 5000
    """The same in storages whose clock is not compared with the own one: all new files have to be looked at twice."""
    growing_delay: float = 20.0
    """After which files that were still being written are scanned again."""
    watch_interval: float = 1.0
    """Between two checks of files that change, in a watched folder."""
    watch_source_interval: float = 10.0
    """Between two reads of the list of sources, while watching."""
    watch_poll_interval: float = 30.0
    """Between two polls of a watched folder on a file system without change events."""
    watch_paths: int = 500
    """Most paths in one scan that watching submits."""
    _compiled: dict[tuple[tuple[str, ...], ...], Exclude] = field(default_factory=dict, compare=False)

    def exclude_of(self, source: Source) -> Exclude:
        """What scans skip in a source: the patterns for all, then its own, which may negate them."""
        patterns = (tuple(self.exclude) + source.exclude, source.include)
        if patterns not in self._compiled:
            self._compiled[patterns] = Exclude(*patterns)
        return self._compiled[patterns]

    def skips_folder(self, source: Source, path: str) -> bool:
        """Whether a scan of a source skips the folder at this path below its root, by names alone."""
        exclude = self.exclude_of(source)
        parts = path.split("/")
        return any(exclude.folder("/".join(parts[: n + 1])) for n in range(len(parts)))

    def is_lookalike(self, path: str) -> bool:
        """Whether a file has the suffix of media, and content that is not. Reads a block of files of such suffixes.

        A file that cannot be read is taken: its run says why it failed.
        """
        name = os.path.basename(path)
        if not self.needs_content(name):
            return False
        try:
            with open(path, "rb", buffering=0) as stream:
                return not filetypes.is_media_content(name, stream.read(filetypes.HEAD))
        except OSError:
            return False

    def takes(self, source: Source, path: str) -> bool:
        """Whether a scan of a source would take a file at this path below its root, by names alone."""
        folder, _, name = path.rpartition("/")
        if not self.is_media(name) or self.exclude_of(source).file(path):
            return False
        return not (folder and self.skips_folder(source, folder))
