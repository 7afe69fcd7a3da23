"""Makes the signatures of a version from its proxy: when they are first needed, or were lost.

Proxies made today have signatures from the pass that made them. For older ones a stage would decode every proxy of the
library, and add a run to every file, although most files never get a second version; so a work item makes them on
demand, and no recipe or stage version rises.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.derivatives.errors import NO_PROXY
from dampipe.features.derivatives.queries import DerivativeRepository, save_derivatives
from dampipe.jobs.work import WorkItem
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Permanent
from dampipe.kernel.progress import Reporter
from dampipe.media.outputs import Derivative, DerivativeKind
from dampipe.media.recipes import SIGNATURES
from dampipe.media.signatures.maker import SignatureMaker
from dampipe.storage.blobs.derivatives import DerivativeStore


class SignHandler:
    """Makes the signatures of one version. Idempotent: it replaces what a killed attempt has written."""

    def __init__(
        self,
        database: Database,
        assets: AssetRepository,
        derivatives: DerivativeRepository,
        store: DerivativeStore,
        maker: SignatureMaker,
    ) -> None:
        self._db = database
        self._assets = assets
        self._derivatives = derivatives
        self._store = store
        self._maker = maker

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler."""
        version = item.subject.version
        assert version is not None
        ref = self._assets.refs([version])[version]
        with self._db.read() as connection:
            made = self._derivatives.of_assets(connection, [version]).get(version, [])
        proxy = next((one for one in made if one.kind == DerivativeKind.PROXY), None)
        if proxy is None:
            raise Permanent(NO_PROXY, name=ref.name)
        with self._store.local_path(proxy) as path, self._store.workspace() as folder:
            file = self._maker.make(path, folder, lambda now: on_progress(now.seconds, None, speed=now.speed))
            (signatures,) = self._store.publish(ref.sha1, lambda _: SIGNATURES, [file])
        return signatures.model_dump(mode="json")

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """See WorkHandler."""
        version = item.subject.version
        assert version is not None
        made = Derivative.model_validate(result)
        save_derivatives(connection, version, [made], database_time(connection))
