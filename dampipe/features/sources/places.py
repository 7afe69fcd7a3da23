"""Which places clients may name that may see the footage and nothing else of this machine: those of the HTTP API."""

import os
from collections.abc import Iterable, Sequence

from dampipe.features.sources import errors
from dampipe.features.sources.model import ScanRoots, Source
from dampipe.features.sources.path_mapping import below_root, holder, under_known_root
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import Actor
from dampipe.kernel.errors import InvalidInput, NotPermitted
from dampipe.kernel.paths import is_below, is_url, normal_path, printable
from dampipe.kernel.visibility import View, Visibility
from dampipe.storage.files.stores import FileStores

SHOWN = 5
"""Paths that an error names."""


class ReachablePlaces:
    """What lies below a source or one of the scan roots."""

    def __init__(
        self,
        sources: SourceRepository,
        visibility: Visibility,
        roots: ScanRoots = ScanRoots(),  # noqa: B008
    ) -> None:
        self._sources = sources
        self._visibility = visibility
        self._roots = roots

    def require_inside(self, actor: Actor, paths: Iterable[str]) -> None:
        """Raise NotPermitted unless every path is below a source or one of the scan roots, links resolved.

        Whether it exists makes no difference.
        """
        sources = self._sources.all()
        roots = [root if is_url(root) else os.path.realpath(root) for root in self._roots]
        view = self._visibility.of(actor)

        def is_inside(path: str) -> bool:
            real = normal_path(path) if is_url(path) else os.path.realpath(path)
            if not view.is_all:
                return is_visible(view, under_known_root(real, sources), sources)
            if any(is_below(real, root) for root in roots):
                return True
            return holder(under_known_root(real, sources), sources) is not None

        outside = [printable(path) for path in dict.fromkeys(paths) if not is_inside(path)]
        if outside:
            more = [f"and {len(outside) - SHOWN} more"] if len(outside) > SHOWN else []
            raise NotPermitted(errors.PATH_OUTSIDE, paths=", ".join([*outside[:SHOWN], *more]))


def is_visible(view: View, path: str, sources: Sequence[Source]) -> bool:
    """Whether a path, as this machine sees it, lies in what is visible."""
    source = holder(path, sources)
    return source is not None and view.holds(int(source.id), below_root(path, source.root))


def check_other_place(path: str, sources: Iterable[Source], stores: FileStores) -> None:
    """Raise InvalidInput for a URL that differs by its user only from that of a source, or from one in it or above it.

    Its files would be taken twice. The user is a part of what a URL names, since two users may see different files: so
    it is not left out of comparisons, and only what cannot be told apart is refused.
    """
    for source in sources if is_url(path) else ():
        root = source.declared or source.root
        if is_url(root) and stores.is_same_place(path, root):
            raise InvalidInput(
                errors.SAME_PLACE, path=printable(path), other=printable(root), name=source.name
            )
