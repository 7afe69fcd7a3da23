"""The objects of one process, each built on first use.

They are built from the annotations of their constructors (`dampipe/kernel/container.py`) or by providers, which the
manifests of features and `dampipe/app/providers` name.
"""

import os
from typing import TYPE_CHECKING

from dampipe.app.features import features
from dampipe.app.load_settings import load_settings
from dampipe.app.providers import PROVIDERS
from dampipe.app.schema import check_catalogue_present, set_up_schema
from dampipe.app.text_encoding import TextEncoding
from dampipe.kernel import container as kernel
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.errors import FOLDER_UNUSABLE
from dampipe.kernel.errors import CatalogueDown
from dampipe.kernel.private_files import secure_home
from dampipe.kernel.settings.settings import Settings

if TYPE_CHECKING:
    from dampipe.app.tools import MediaTools


class Container(kernel.Container):
    """All objects of a process, by type. Creating a container builds none of them."""

    def __init__(self, settings: Settings, asks_server: bool = False) -> None:
        """asks_server: whether text queries are encoded by the web server of this machine, where one runs."""
        named = dict(PROVIDERS)
        for feature in features():
            named.update(feature.providers)
        super().__init__(named)
        self.settings = settings
        self._schema_is_current = False
        self.provide(Settings, lambda: settings)
        self.provide(Services, lambda: self)
        self.provide(TextEncoding, lambda: TextEncoding(asks_server))
        self.provide(
            Database, lambda: Database(settings.database, settings.database_timeout, settings.machine_name)
        )

    @property
    def tools(self) -> "MediaTools":
        """ffmpeg, its hardware, the model."""
        from dampipe.app.tools import MediaTools  # most commands need none

        return self.get(MediaTools)

    def set_up(self) -> None:
        """Bring the catalogue to the newest schema, once a process. Raises CatalogueDown."""
        if not self._schema_is_current:
            self._secure_home()
            check_catalogue_present(self.settings)
            set_up_schema(self.get(Database))
            self._schema_is_current = True

    def _secure_home(self) -> None:
        try:
            secure_home(self.settings.home)
        except OSError as error:
            home = self.settings.home
            raise CatalogueDown(FOLDER_UNUSABLE, folder=home, problem=error.strerror) from error


_containers: dict[int, Container] = {}


def process_container(asks_server: bool = False) -> Container:
    """The container of this process. A forked process gets its own, since connections must not be shared.

    asks_server: see Container; it counts at the first call of a process.
    """
    pid = os.getpid()
    if pid not in _containers:
        _containers.clear()
        _containers[pid] = Container(load_settings(), asks_server)
    return _containers[pid]
