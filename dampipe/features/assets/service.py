"""The use cases of single assets: finding one by name, showing and listing them."""

import os
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

from pydantic import create_model
from sqlalchemy import Row

from dampipe.features.assets.errors import AMBIGUOUS_NAME, NOT_HASHED, UNKNOWN_NAME, UNKNOWN_PATH
from dampipe.features.assets.model import Details, VersionSummary
from dampipe.features.assets.queries import SHORTEST_PREFIX, AssetRepository
from dampipe.features.sources.cards import card_of
from dampipe.features.sources.path_mapping import below_root, under_known_root
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import READ, Actor, ActorKind, require
from dampipe.kernel.asset_set import ALL
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.paths import normal_path, printable, split_key, split_path
from dampipe.kernel.sorting import AssetOrder
from dampipe.kernel.unicode_paths import spellings
from dampipe.kernel.visibility import View, Visibility
from dampipe.storage.video import Video

MOST_CANDIDATES = 5
"""Paths that are listed where a name is that of several files."""


def _is_sha1(name: str) -> bool:
    """Whether a name may be a SHA-1 or the beginning of one."""
    text = name.strip()
    return SHORTEST_PREFIX <= len(text) <= 40 and not set(text.lower()) - set("0123456789abcdef")


class DetailFields(tuple[DetailField, ...]):
    """The fields that features add to the details of an asset."""

    __slots__ = ()

    def model(self) -> type[Details]:
        """`Details` with these fields, all optional in JSON."""
        fields: dict[str, Any] = {field.name: (field.type, field.default) for field in self}
        made: type[Details] = create_model("Details", __base__=Details, **fields)
        return made


class AssetService:
    """The assets of a library. The name of an asset is its SHA-1, the first digits of it, the path of a file, or
    the name of a file that only one asset has.

    Any method may raise CatalogueDown, and NotFound for an asset that does not exist.
    """

    def __init__(
        self,
        assets: AssetRepository,
        sources: SourceRepository,
        details: Callable[[], DetailFields],
        services: Services,
        visibility: Visibility,
    ) -> None:
        self._visibility = visibility
        self._assets = assets
        self._sources = sources
        self._details = details
        self._services = services

    @cached_property
    def _model(self) -> type[Details]:
        return self._details().model()

    def page(
        self,
        actor: Actor,
        limit: int = 100,
        after: str | None = None,
        pending: bool | None = None,
        sort: str = "",
    ) -> list[Video]:
        """Assets, newest first; `after` is the SHA-1 of the last one of the previous page.

        pending: only those whose stages up to the index are still to do (True), or only the others (False). sort: by
        which field, see AssetOrder; raises NotFound and InvalidInput for one that there is not.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        before = None if after is None else int(self._assets.find(after, view).id)
        if sort:
            order: AssetOrder = self._services.get(AssetOrder)
            among = partial(self._assets.pending, pending) if pending is not None else lambda: ALL
            numbers = order.page(actor, sort, limit, after=before, among=among)
            return self._assets.videos(self._assets.rows(numbers), view)
        return self._assets.videos(self._assets.page(limit, before, pending, view), view)

    def show(self, actor: Actor, name: str, *, exact: bool = False) -> Details:
        """All that is known of one asset, with the fields of all features; a name may be that of any of its versions.

        exact: show the version that the name means, be it the current one or not.
        """
        require(actor, READ)
        named = self.version_id(actor, name)
        asset = self._assets.asset_of(named)
        view = self._visibility.of(actor)
        versions = self._assets.versions(asset, view)
        of_name = [row for row in versions if row.id == named] if exact else []
        shown = of_name[0] if of_name else self._assets.current(asset, view)
        video = self._assets.videos([shown], view)[0]
        is_guest = actor.kind is ActorKind.LINK
        added = {
            field.name: field.read(self._services, actor, asset)
            if field.for_guests or not is_guest
            else field.default
            for field in self._details()
        }
        return self._model(
            video=video,
            versions=self._summaries(versions, view),
            replaces=self._assets.replaced(asset, view),
            sidecars=tuple(printable(path) for path in self._assets.sidecars(shown.id, view)),
            card=card_of(split_path(video.paths[0])[0]) if video.paths else None,
            runs=() if is_guest else tuple(self._assets.runs(shown.id, view)),
            **added,
        )

    def versions(self, actor: Actor, name: str) -> tuple[VersionSummary, ...]:
        """The visible versions of an asset, newest first; a name may be that of any of them."""
        require(actor, READ)
        view = self._visibility.of(actor)
        asset = self._assets.asset_of(self.version_id(actor, name))
        return self._summaries(self._assets.versions(asset, view), view)

    def _summaries(self, rows: Sequence[Row[Any]], view: View) -> tuple[VersionSummary, ...]:
        videos = self._assets.videos(rows, view)
        return tuple(VersionSummary.of(row, video) for row, video in zip(rows, videos, strict=True))

    def shown_fields(self, details: Details) -> list[tuple[str, str]]:
        """Label and text of each feature's field that has something to show."""
        texts = [(field.label, field.text(getattr(details, field.name))) for field in self._details()]
        return [(label, text) for label, text in texts if text]

    def find(self, actor: Actor, name: str) -> tuple[int | None, int | None]:
        """The ids of the location (for a path) and of the version (once it was hashed) that a name means."""
        view = self._visibility.of(actor)
        sources = self._sources.all()
        absolute = under_known_root(normal_path(name), sources)
        for path in spellings(absolute):
            holding = [source for source in sources if source.holds(path)]
            for source in sorted(holding, key=lambda source: -len(source.root)):
                row = self._assets.find_path(source.id, *split_key(below_root(path, source.root)), view)
                if row is not None:
                    return row.id, row.version_id
        # A file here that is not in the library must not stand for another of that name. Where the library has none,
        # the answer is the same with and without the file: over HTTP, it would say what the server's folder holds.
        if os.sep in name or (os.path.exists(name) and self._assets.find_name(name, 1, view)):
            raise NotFound(UNKNOWN_PATH, path=printable(name))
        if _is_sha1(name):
            try:
                return None, int(self._assets.find(name, view).id)
            except NotFound:
                named = self._find_name(name, view)
                if named is None:
                    raise
                return named
        named = self._find_name(name, view)
        if named is None:
            raise NotFound(UNKNOWN_NAME, name=printable(name), shortest=SHORTEST_PREFIX)
        return named

    def _find_name(self, name: str, view: View) -> tuple[int, int | None] | None:
        """The file with that name, in either Unicode form; None if there is none.

        Raises InvalidInput if files of several assets have it.
        """
        found = [
            row
            for spelling in spellings(name)
            for row in self._assets.find_name(spelling, MOST_CANDIDATES, view)
        ]
        if not found:
            return None
        if len({self._assets.asset_of(v) if v is not None else -location for _, location, v in found}) > 1:
            paths = [printable(path) for path, _, _ in found[:MOST_CANDIDATES]]
            more = ["…"] if len(found) > MOST_CANDIDATES else []
            raise InvalidInput(AMBIGUOUS_NAME, name=printable(name), paths=", ".join([*paths, *more]))
        return found[0][1], found[0][2]

    def version_id(self, actor: Actor, name: str) -> int:
        """The id of the version that a name means. Raises NotFound, also for a file that is not hashed yet."""
        _, version = self.find(actor, name)
        if version is None:
            raise NotFound(NOT_HASHED, name=name)
        return version

    def asset_id(self, actor: Actor, name: str) -> int:
        """The id of the asset of which a name means a version. Raises NotFound."""
        return self._assets.asset_of(self.version_id(actor, name))

    def asset_ids(self, actor: Actor, names: Sequence[str]) -> set[int]:
        """The ids of the assets that many names mean. Raises NotFound for the first that means none."""
        return set(self.asset_ids_in_order(actor, names))

    def asset_ids_in_order(self, actor: Actor, names: Sequence[str]) -> list[int]:
        """The same in the order of the names, each once."""
        whole = {name.strip().lower() for name in names if _is_sha1(name) and len(name.strip()) == 40}
        known = self._assets.by_sha1(sorted(whole), self._visibility.of(actor))
        found = (known.get(name.strip().lower()) for name in names)
        each = (
            self.asset_id(actor, name) if asset is None else asset
            for name, asset in zip(names, found, strict=True)
        )
        return list(dict.fromkeys(each))

    def current_sha1(self, actor: Actor, asset: int) -> str:
        """The SHA-1 of the current version of an asset, or of the latest that is visible. Raises NotFound."""
        sha1: str = self._assets.current(asset, self._visibility.of(actor)).sha1
        return sha1

    def sha1(self, actor: Actor, name: str) -> str:
        """The whole SHA-1 of the version that a name means."""
        version = self.version_id(actor, name)
        return self._assets.refs([version])[version].sha1
