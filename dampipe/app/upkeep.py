"""The use cases of keeping a library in order: sources, forgetting what is gone, the vector index."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic

from dampipe.features.assets.catalog import Catalog
from dampipe.features.sources.model import Source, SourceReport
from dampipe.features.sources.path_mapping import under_known_root
from dampipe.kernel.errors import DampipeError, InvalidInput, NotFound, Unavailable
from dampipe.kernel.gitignore import check_patterns
from dampipe.kernel.paths import printable
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.index_report import IndexReport

log = logging.getLogger(__name__)

REST = 300.0
"""Seconds for which an index that could not be brought up (a full disk) is left alone."""


class Upkeep:
    """Sources and pruning. Any method may raise CatalogueDown."""

    def __init__(
        self,
        catalog: Catalog,
        storage: AutoStorage,
        derivatives: DerivativeStore,
        names: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """names: what models are called, by fingerprint."""
        self._catalog = catalog
        self._storage = storage
        self._derivatives = derivatives
        self._names = names
        self._rests: dict[str, float] = {}
        """Models whose index could not be brought up, and until when it is left alone."""

    def add_source(
        self,
        name: str,
        path: str | Path,
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        path_maps: Mapping[str, str] | None = None,
    ) -> Source:
        """Name a folder of footage, with patterns in the syntax of .gitignore and where machines see it.

        What a known folder had before is replaced. Raises InvalidInput for a name that is taken, a
        pattern or a map that makes no sense, or a folder that is a source by another path; NotFound
        when there is no such folder as this machine sees it.
        """
        root = os.path.abspath(os.fspath(path))
        if not name.strip() or name != printable(name).strip() or name.startswith("-"):
            raise InvalidInput(f"{printable(name)!r} is no name for a source", hint="Use letters and digits.")
        try:
            check_patterns([*include, *exclude])
        except ValueError as error:
            raise InvalidInput(str(error), hint="See the syntax of .gitignore.") from error
        maps = {machine: os.path.normpath(where) for machine, where in (path_maps or {}).items()}
        for machine, where in maps.items():
            if not machine or not os.path.isabs(where):
                raise InvalidInput(f"{machine}:{where} is no path map", hint="Give MACHINE:/absolute/path.")
        here = maps.get(self._catalog.database.machine, root)
        if not os.path.isdir(here):
            raise NotFound(f"there is no folder {printable(here)}", hint="Is the share mounted?")
        others = [s for s in self._catalog.sources.all() if root not in (s.declared, s.root)]
        same = under_known_root(here, others)
        if any(s.root == same != here for s in others):
            raise InvalidInput(
                f"{printable(here)} and {printable(same)}, a source already, are the same folder"
            )
        return self._catalog.sources.add(name, root, include=include, exclude=exclude, path_maps=maps)

    def source_at(self, path: str | Path) -> Source | None:
        """The source whose footage root this is."""
        root = os.path.abspath(os.fspath(path))
        return next((s for s in self._catalog.sources.all() if root in (s.declared, s.root)), None)

    def sources(self) -> list[SourceReport]:
        """All sources, by name, with what is known of them."""
        counts = self._catalog.sources.counts()
        found = []
        for source in self._catalog.sources.all():
            present, missing = counts.get(source.id, (0, 0))
            found.append(
                SourceReport(
                    name=source.name,
                    root=printable(source.root),
                    present=present,
                    missing=missing,
                    reachable=os.path.isdir(source.root),
                    include=source.include,
                    exclude=source.exclude,
                    path_maps={machine: printable(root) for machine, root in source.path_maps.items()},
                )
            )
        return found

    def remove_source(self, name: str) -> int:
        """Forget a source and where its files were, not what was made of them; returns how many files.

        Raises NotFound.
        """
        return self._catalog.sources.remove(self._catalog.sources.named(name).id)

    def check_index(self, thorough: bool = True) -> list[IndexReport]:
        """The vector index of every model that has vectors, held against the catalogue.

        thorough: all of it is read, and every vector compared; otherwise its files are looked for, and vectors counted.
        Raises Unavailable where there is no vector index.
        """
        names = self._names()
        found = (self._storage.check_index(model, thorough) for model in self._catalog.models.all())
        return [
            report.model_copy(update={"name": names.get(report.model, report.model)})
            for report in found
            if report is not None
        ]

    def tend_index(self) -> list[str]:
        """Bring indexes that are lost, damaged or left behind up to the catalogue; returns the models' names.

        Costs next to nothing where all is well. What cannot be done is in the log, and tried again after some minutes.
        """
        names = self._names()
        return [names.get(model, model) for model in self._catalog.models.all() if self._tended(model)]

    def rebuild_index(self, told: Callable[[str], None] = lambda _: None) -> list[IndexReport]:
        """Build every index anew from the catalogue; search answers from the old one until it is complete.

        told: hears the name of each model before its turn. Raises Unavailable, Transient when a rebuild is under way.
        """
        names = self._names()
        for model in self._catalog.models.all():
            told(names.get(model, model))
            self._storage.rebuild_index(model)
        return self.check_index()

    def _id(self, source: str | None) -> int | None:
        return None if source is None else self._catalog.sources.named(source).id

    def _advance(self, model: str) -> None:
        _or_later(self._storage.advance, model)

    def _tended(self, model: str) -> bool:
        if monotonic() < self._rests.get(model, 0.0):
            return False
        brought = _or_later(self._storage.repair_index, model)
        if brought is None:
            self._rests[model] = monotonic() + REST
        return bool(brought)


def _or_later(bring_up: Callable[[str], int], model: str) -> int | None:
    """What it returns; None where that is not possible now, and why is in the log."""
    try:
        return bring_up(model)
    except Unavailable:
        return 0
    except DampipeError as error:
        log.warning("the index of %s is brought up later: %s", model, error)
        return None
