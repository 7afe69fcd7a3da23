"""What a walk is told to do: which files it takes, when, and how much it believes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dampipe.features.scanning.model import Guard
from dampipe.features.sources.model import Source
from dampipe.kernel.gitignore import Exclude


@dataclass(frozen=True)
class ScanPolicy:
    """The rules of all walks of a deployment."""

    is_media: Callable[[str], bool]
    """By a file's name alone."""
    settle: float = 5.0
    """Seconds a file must have held still before it is taken."""
    guard: Guard = field(default_factory=Guard)
    exclude: Sequence[str] = ()
    """Patterns for all sources, in the syntax of .gitignore."""
    _made: dict[tuple[tuple[str, ...], ...], Exclude] = field(default_factory=dict, compare=False)

    def exclude_of(self, source: Source) -> Exclude:
        """What is passed by in a source: the patterns for all, then its own, which may take back."""
        patterns = (tuple(self.exclude) + source.exclude, source.include)
        if patterns not in self._made:
            self._made[patterns] = Exclude(*patterns)
        return self._made[patterns]

    def takes(self, source: Source, path: str) -> bool:
        """Whether a walk of a source would take a file at this path below its root, by names alone."""
        exclude = self.exclude_of(source)
        *folders, name = path.split("/")
        if not self.is_media(name) or exclude.file(path):
            return False
        return not any(exclude.folder("/".join(folders[: n + 1])) for n in range(len(folders)))
