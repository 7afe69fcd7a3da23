"""The use cases: making a backup of a running library, and bringing one back."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from dampipe.features.backup import dumps
from dampipe.features.backup.archive import (
    entries,
    fsync_folder,
    read_archive,
    translated,
    work_folder,
    write_archive,
)
from dampipe.features.backup.errors import (
    BACKUP_EXISTS,
    BACKUP_NEWER,
    HOME_IN_USE,
    HOME_NOT_EMPTY,
    OTHER_DATABASE,
)
from dampipe.features.backup.model import (
    CATALOGUE,
    PREFIX,
    SETTINGS,
    SUFFIX,
    BackedUp,
    Manifest,
    Restored,
)
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import ADMIN, Actor, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import known_revisions
from dampipe.kernel.errors import Busy, CatalogueDown, InvalidInput
from dampipe.kernel.home import UP_LOCK, config_file
from dampipe.kernel.paths import printable
from dampipe.kernel.private_files import PRIVATE_MARK, open_private
from dampipe.kernel.settings.loading import read_settings
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.version import __version__

_MAY_EXIST = (SETTINGS, UP_LOCK, PRIVATE_MARK, ".dampipe-backup")
"""What an empty home folder may hold."""


class BackupService:
    """Makes backups while workers write. Footage, derivatives and vector indexes are not part of them."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._settings = settings

    def backup(self, actor: Actor, to: Path) -> BackedUp:
        """Write a backup. to: a new file, or a folder, which gets a file named by the time.

        Raises InvalidInput for a file that exists, StorageFull, Permanent where it cannot be written, CannotStart
        without pg_dump, and CatalogueDown. Nothing is left behind then.
        """
        require(actor, ADMIN)
        began = time.monotonic()
        now = datetime.now(UTC)
        target = to / f"{PREFIX}{now:%Y%m%dT%H%M%S%f}Z{SUFFIX}" if to.is_dir() else to
        if target.exists():
            raise InvalidInput(BACKUP_EXISTS, path=printable(target))
        with work_folder(target.parent) as folder:
            files = {CATALOGUE: folder / CATALOGUE}
            dumps.dump(self._db, files[CATALOGUE])
            if config_file().is_file():
                files[SETTINGS] = Path(shutil.copyfile(config_file(), folder / SETTINGS))
            manifest = Manifest(
                version=__version__,
                revision=self._revision(),
                database=self._db.url.get_backend_name(),
                created_at=now.isoformat(timespec="seconds"),
                files=entries(files),
            )
            size = write_archive(target, folder, manifest, files)
        return BackedUp(
            path=printable(target), bytes=size, settings=SETTINGS in files, seconds=time.monotonic() - began
        )

    def rotate(self, actor: Actor) -> BackedUp:
        """Write a backup into the folder of the setting, then delete the oldest ones there but `backup_keep`."""
        require(actor, ADMIN)
        folder = Path(self._settings.backup_folder).expanduser().absolute()
        with translated(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        done = self.backup(actor, folder)
        with translated(folder):
            old = sorted(folder.glob(f"{PREFIX}*{SUFFIX}"), reverse=True)[self._settings.backup_keep :]
            for path in old:
                path.unlink(missing_ok=True)
        return done.model_copy(update={"deleted": tuple(printable(path) for path in old)})

    def _revision(self) -> str:
        with self._db.read() as connection:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def restore_backup(file: Path, home: Path, force: bool = False) -> Restored:
    """Bring a backup back into a home folder: the settings file first, then the catalogue where the settings say.

    A settings file that exists is kept, and that of the backup is written beside it. The catalogue has the schema of
    the backup; opening it runs the migrations. The vector index is deleted, since it belongs to another catalogue.
    force: move the catalogue that is there aside. Raises Busy while a deployment is running, InvalidInput for a
    damaged archive and for a home folder that is not empty, StorageFull, CannotStart without pg_restore.
    """
    with translated(home):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(home), work_folder(home) as folder:
        manifest = read_archive(file, folder)
        if manifest.revision not in known_revisions():
            raise InvalidInput(BACKUP_NEWER, path=printable(file), version=manifest.version)
        found = sorted(path.name for path in home.iterdir() if path.name not in _MAY_EXIST)
        if found and not force:
            raise InvalidInput(HOME_NOT_EMPTY, place=printable(home), found=", ".join(found[:5]))
        with _settings_file(folder / SETTINGS) as written:
            settings = read_settings()
            database = Database(settings.database, settings.database_timeout)
            try:
                aside = _place_catalogue(database, folder / CATALOGUE, manifest, force)
            finally:
                database.close()
        shutil.rmtree(settings.index_folder, ignore_errors=True)
    return Restored(
        catalogue=database.place,
        settings=printable(written) if written else "",
        moved_aside=aside,
        created_at=manifest.created_at,
        version=manifest.version,
    )


def _place_catalogue(database: Database, file: Path, manifest: Manifest, force: bool) -> str:
    """Returns where the earlier catalogue is now; "" if there was none."""
    place, kind = database.place, database.url.get_backend_name()
    if kind != manifest.database:
        raise InvalidInput(OTHER_DATABASE, found=manifest.database, expected=kind)
    path = Path(database.url.database or "")
    exists = path.exists() if database.is_sqlite else dumps.has_catalogue(database)
    if exists and not force:
        raise InvalidInput(HOME_NOT_EMPTY, place=place, found="it has a catalogue")
    if exists:
        with suppress(CatalogueDown):  # what cannot be read is not in use
            if WorkerRepository(database).present():
                raise Busy(HOME_IN_USE, place=place)
    mark = f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    if not database.is_sqlite:
        if exists:
            dumps.move_aside_postgresql(database, f"dampipe-{mark}")
        dumps.load_postgresql(database, file)
        return f"schema dampipe-{mark}" if exists else ""
    database.close()
    aside = path.with_name(f"{path.name}.{mark}")
    with translated(path.parent):
        for ending in ("-wal", "-shm", ""):  # the log of a catalogue that was killed belongs to it
            old = Path(f"{path}{ending}")
            if old.exists():
                old.rename(f"{aside}{ending}")
        os.chmod(file, 0o600)
        if file.stat().st_dev == path.parent.stat().st_dev:
            file.replace(path)
        else:
            with work_folder(path.parent) as beside:
                Path(shutil.copyfile(file, beside / CATALOGUE)).replace(path)
        fsync_folder(path.parent)
    return printable(aside) if exists else ""


@contextmanager
def _settings_file(restored: Path) -> Iterator[Path | None]:
    """Write the settings file of a backup, or beside one that exists; taken back if what follows fails."""
    if not restored.exists():
        yield None
        return
    target = config_file()
    if target.exists():
        target = target.with_name(f"{target.name}.restored")
    with translated(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(restored, target)
        os.chmod(target, 0o600)
    try:
        yield target
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the lock of a deployment, so that none starts meanwhile. Raises Busy."""
    with translated(home), open_private(home / UP_LOCK) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(HOME_IN_USE, place=printable(home)) from None
        yield
