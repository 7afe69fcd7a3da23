"""The use cases of sources: naming, listing and removing roots of footage."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sqlalchemy import Connection

from dampipe.features.sources import errors
from dampipe.features.sources.costs import CostModel
from dampipe.features.sources.model import Source, SourceReport, SourceRequest
from dampipe.features.sources.path_mapping import under_known_root
from dampipe.features.sources.places import ReachablePlaces, check_other_place
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import MANAGE, READ, Actor, require
from dampipe.kernel.errors import InvalidInput, NotFound, ServiceDown, StageError
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import is_url, normal_path, printable
from dampipe.kernel.visibility import EVERYTHING, View, Visibility
from dampipe.storage.files.stores import FileStores

_ASKED_TOGETHER = 8
"""Storages that are asked at one time whether they answer."""


class SourceContents(Protocol):
    """What lies in sources, which belongs to another feature (assets)."""

    def counts(self, view: View = EVERYTHING) -> dict[SourceId, tuple[int, int]]:
        """How many files of each source are present, and how many are missing, by source id."""

    def forget(self, source: SourceId) -> int:
        """Delete the locations of a source's files, in short transactions; returns how many."""

    def hand_over(self, connection: Connection, outer: SourceId, inside: str, source: SourceId) -> None:
        """Give the folder `inside` of a source, and those below it, to another source whose root that folder is."""


class SourceService:
    """Any method may raise CatalogueDown."""

    def __init__(
        self,
        sources: SourceRepository,
        contents: SourceContents,
        visibility: Visibility,
        stores: FileStores,
        places: ReachablePlaces,
    ) -> None:
        """places: where `add_inside` takes folders and URLs."""
        self._places = places
        self._stores = stores
        self._visibility = visibility
        self._sources = sources
        self._contents = contents

    def add(self, actor: Actor, request: SourceRequest) -> Source:
        """Name a folder of footage, or a URL; nothing is read yet.

        A folder inside another source takes over what is known of its files, so that nothing is identified
        again. Raises InvalidInput for a name that is taken, and for a folder or URL that is a source by another path,
        NotFound when the folder does not exist as this machine sees it, and ServiceDown where the storage of a URL
        cannot be asked.
        """
        require(actor, MANAGE)
        root = normal_path(request.path)
        path_maps = {machine: os.path.normpath(path) for machine, path in request.path_maps.items()}
        path = path_maps.get(self._sources.machine, root)
        if not self._is_folder(path):
            raise NotFound(errors.FOLDER_NOT_FOUND, path=printable(path))
        others = [s for s in self._sources.all() if root not in (s.declared, s.root)]
        check_other_place(root, others, self._stores)
        other = under_known_root(path, others)
        if any(s.root == other != path for s in others):
            raise InvalidInput(errors.SAME_FOLDER, path=printable(path), other=printable(other))
        return self._sources.add(
            request.name,
            root,
            include=request.include,
            exclude=request.exclude,
            path_maps=path_maps,
            versions=request.versions,
            managed=request.managed,
            tier=request.tier,
            label=request.label,
            cost=request.cost,
            on_nested=self._contents.hand_over,
        )

    def add_inside(self, actor: Actor, request: SourceRequest) -> SourceReport:
        """The same for clients that may see the footage and nothing else of this machine; returns what is listed.

        Raises NotPermitted for a folder, or for its path on any machine, that is not below a source or one of the scan
        roots, but for what was so before.
        """
        require(actor, MANAGE)
        root = normal_path(request.path)
        known = next((one for one in self._sources.all() if root in (one.declared, one.root)), None)
        before = known.path_maps if known else {}
        paths = [path for machine, path in request.path_maps.items() if before.get(machine) != path]
        self._places.require_inside(actor, [root, *paths])
        made = self.add(actor, request)
        view = self._visibility.of(actor)
        return _report(made, True, self._contents.counts(view).get(made.id, (0, 0)), view)

    def _is_folder(self, path: str) -> bool:
        """Raises ServiceDown and InvalidInput."""
        if not is_url(path):
            return os.path.isdir(path)
        try:
            return self._stores.of(path).is_folder("")
        except StageError as error:
            raise ServiceDown(
                errors.UNREACHABLE, error.hint, path=printable(path), reason=str(error)
            ) from error

    def _is_reachable(self, root: str) -> bool:
        try:
            return self._is_folder(root)
        except (ServiceDown, InvalidInput):
            return False

    def at(self, actor: Actor, path: str) -> Source | None:
        """The source whose root this path is."""
        require(actor, READ)
        root = normal_path(path)
        return next((s for s in self._sources.all() if root in (s.declared, s.root)), None)

    def reports(self, actor: Actor) -> list[SourceReport]:
        """All sources of which something is visible, by name."""
        require(actor, READ)
        view = self._visibility.of(actor)
        counts = self._contents.counts(view)
        shown = {source for source, _ in view.places}
        sources = [one for one in self._sources.all() if view.is_all or one.id in shown]
        reachable = self._reachable([source.root for source in sources])
        return [
            _report(source, reachable[source.root], counts.get(source.id, (0, 0)), view) for source in sources
        ]

    def _reachable(self, roots: Sequence[str]) -> dict[str, bool]:
        """Which roots are folders, or are answered by their storage; these are asked side by side."""
        remote = [root for root in roots if is_url(root)]
        found = {root: os.path.isdir(root) for root in roots if not is_url(root)}
        if remote:
            with ThreadPoolExecutor(min(len(remote), _ASKED_TOGETHER)) as pool:
                found |= zip(remote, pool.map(self._is_reachable, remote), strict=True)
        return found

    def remove(self, actor: Actor, name: str) -> int:
        """Forget a source and where its files are, but not what was made of them; returns how many files.

        Raises NotFound, also where the actor does not see all of it.
        """
        require(actor, MANAGE)
        source = self._sources.named(name).id
        view = self._visibility.of(actor)
        if not (view.is_all or view.holds(int(source), "")):
            raise NotFound(errors.NOT_FOUND, name=printable(name))
        forgotten = self._contents.forget(source)
        self._sources.remove(source)
        return forgotten


def _report(source: Source, is_reachable: bool, counts: tuple[int, int], view: View) -> SourceReport:
    """counts: files that are present, and those that are missing."""
    return SourceReport(
        name=source.name,
        root=printable(source.root),
        present=counts[0],
        missing=counts[1],
        reachable=is_reachable,
        include=source.include if view.is_all else (),
        exclude=source.exclude if view.is_all else (),
        path_maps={machine: printable(root) for machine, root in source.path_maps.items()}
        if view.is_all
        else {},
        versions=source.versions,
        managed=source.managed,
        tier=source.tier,
        label=source.label,
        cost=source.cost if view.is_all else CostModel(),
    )
