"""The use cases of originals: finding what is to leave dampipe. It leaves by `ReleaseService.release` only."""

from typing import BinaryIO, cast

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.derivatives.service import DerivativeService
from dampipe.features.originals.errors import MISSING, OFFLINE
from dampipe.features.originals.files import UnchangedStream, conflict, open_local
from dampipe.features.originals.model import DerivativeDownload, Original
from dampipe.features.originals.queries import OriginalRepository, Place
from dampipe.features.originals.scopes import ORIGINALS
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound, ServiceDown, StageError
from dampipe.kernel.paths import is_url
from dampipe.kernel.visibility import Visibility
from dampipe.storage.files.known import KnownFile
from dampipe.storage.files.stores import FileStores


class OriginalService:
    """The originals of a library. Any method may raise CatalogueDown and, without the scope, Forbidden."""

    def __init__(
        self,
        assets: AssetRepository,
        originals: OriginalRepository,
        derivatives: DerivativeService,
        visibility: Visibility,
        stores: FileStores,
    ) -> None:
        self._assets = assets
        self._stores = stores
        self._derivatives = derivatives
        self._originals = originals
        self._visibility = visibility

    def open(self, actor: Actor, sha1: str) -> Original:
        """Open a file of a version, by its SHA-1 or the beginning of it; the caller closes its stream.

        Nothing of it may be sent before it was released. Only visible files are opened, and only those that are as
        they were when their content was identified. Files on this machine come first, then those that can be read at
        once. Raises NotFound for a version that is unknown, not visible or without a file, ServiceDown where its volume
        or storage cannot be read, and Conflict where the files were changed or are in an archive.
        """
        require(actor, ORIGINALS)
        view = self._visibility.of(actor)
        row = self._assets.find(sha1, view)
        name = self._assets.videos([row], view)[0].name
        problems: list[DampipeError] = []
        places = self._originals.present(row.id, view)
        for place in sorted(places, key=lambda place: is_url(place.root)):
            try:
                stream = self._open_remote(place, name) if is_url(place.root) else open_local(place, name)
            except DampipeError as error:
                problems.append(error)
            else:
                return Original(row.id, row.asset_id, row.sha1, row.size, place.path, stream)
        problems.sort(key=lambda problem: isinstance(problem, NotFound))
        raise problems[0] if problems else NotFound(MISSING, name=name)

    def _open_remote(self, place: Place, name: str) -> BinaryIO:
        """Open a file of a store; no byte of it has come yet. Raises NotFound, ServiceDown and Conflict."""
        known = KnownFile(place.root, place.key, place.size, place.mtime_ns, place.checksum, place.token)
        try:
            return cast(BinaryIO, UnchangedStream(known.open(self._stores.of(place.root)), place))
        except NotFound as error:
            raise NotFound(MISSING, name=name) from error
        except Conflict as error:
            raise conflict(error, name) from error
        except (StageError, InvalidInput) as error:
            raise ServiceDown(OFFLINE, name=name, reason=str(error)) from error

    def derivative(self, actor: Actor, sha1: str, name: str) -> DerivativeDownload:
        """A derivative that is to be used outside, by its kind or its file's name; not opened yet.

        Raises NotFound for an unknown asset, or a derivative that it does not have.
        """
        require(actor, READ)
        row = self._assets.find(sha1, self._visibility.of(actor))
        derivative, filename = self._derivatives.find(actor, row.sha1, name)
        return DerivativeDownload(
            row.id,
            row.asset_id,
            row.sha1,
            derivative,
            filename,
            lambda: self._derivatives.open(actor, derivative),
        )
