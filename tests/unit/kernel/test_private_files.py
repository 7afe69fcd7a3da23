"""What dampipe writes is for its user alone, unless a folder was made to be shared by a group."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import dampipe
from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.kernel import private_files
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.private_files import (
    as_user,
    make_folder,
    make_process_private,
    secure_home,
    user_umask,
)
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.socket_folder import socket_path
from dampipe.storage.blobs.local import LocalBlobs

ROOT = Path(dampipe.__file__).parents[1]


@pytest.fixture(autouse=True)
def open_umask(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The most careless umask, none that another test has kept as the user's, and no setting of the machine."""
    monkeypatch.setattr(private_files, "_umask_of_user", None)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DAMPIPE_{name.upper()}", raising=False)
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def put(blobs: LocalBlobs, key: str) -> None:
    with blobs.workspace() as folder:
        (folder / "made").write_bytes(b"x")
        blobs.put(key, folder / "made")


def all_below(folder: Path) -> list[Path]:
    return [folder, *folder.rglob("*")]


def test_a_library_made_by_a_program_is_private_whatever_its_umask(tmp_path: Path) -> None:
    container = Container(load_settings(home=tmp_path / "new" / "home"))
    container.set_up()
    put(LocalBlobs(Path(container.settings.blobs)), "ab/c.mp4")
    assert (tmp_path / "new" / "home" / "catalogue.sqlite-wal").exists()
    assert [path for path in all_below(tmp_path / "new") if mode(path) & 0o077] == []


def test_every_command_makes_private_files(tmp_path: Path) -> None:
    environment = {**os.environ, "DAMPIPE_HOME": str(tmp_path / "home")}
    subprocess.run(
        ["sh", "-c", 'umask 000; exec "$0" -m dampipe status', sys.executable],
        env=environment, cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    assert [path for path in all_below(tmp_path / "home") if mode(path) & 0o077] == []


def test_the_users_own_files_have_the_users_umask(tmp_path: Path) -> None:
    os.umask(0o027)
    make_process_private()
    (tmp_path / "ours").touch()
    with as_user():
        (tmp_path / "timeline.edl").touch()
    assert (mode(tmp_path / "ours"), mode(tmp_path / "timeline.edl")) == (0o600, 0o640)


def test_threads_that_ask_for_the_umask_leave_it_as_it_is() -> None:
    os.umask(0o027)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            asked = list(threads.map(lambda _: {user_umask() for _ in range(2_000)}, range(8)))
    finally:
        sys.setswitchinterval(interval)
    assert set().union(*asked) == {0o027}
    assert os.umask(0) == 0o027


def old_home(home: Path) -> None:
    """As an earlier version left it."""
    for name in ("derivatives/ab", "broker", "logs", "plugins"):
        (home / name).mkdir(parents=True)
    for name in (
        "catalogue.sqlite",
        "derivatives/ab/x.mp4",
        "logs/dampipe.log",
        "dampipe.toml",
        "plugins/own.py",
    ):
        (home / name).write_text("")


def test_an_earlier_home_is_tightened_once(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    old_home(home)
    outside.mkdir()
    (outside / "x").touch()
    (home / "derivatives" / "link").symlink_to(outside)
    secure_home(home)
    assert mode(home) == 0o700
    assert (mode(home / "derivatives" / "ab"), mode(home / "derivatives" / "ab" / "x.mp4")) == (0o700, 0o600)
    assert mode(home / "dampipe.toml") == mode(home / "catalogue.sqlite") == 0o600
    assert mode(home / "plugins" / "own.py") == 0o666, "the user's own"
    assert (mode(outside), mode(outside / "x")) == (0o777, 0o666), "links are not followed"
    home.chmod(0o755)
    secure_home(home)
    assert mode(home) == 0o755, "the owner's decision stays"


def test_a_folder_with_other_things_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "srv").mkdir(mode=0o755)
    (tmp_path / "srv" / "somebodys").touch()
    secure_home(tmp_path / "srv")
    assert (mode(tmp_path / "srv"), mode(tmp_path / "srv" / "somebodys")) == (0o755, 0o666)


@pytest.mark.parametrize(("shared", "file", "folder"), [(0o755, 0o600, 0o700), (0o2770, 0o660, 0o2770)])
def test_a_folder_for_derivatives_keeps_its_mode_and_decides_who_reads(
    tmp_path: Path, shared: int, file: int, folder: int
) -> None:
    root = tmp_path / "derivatives"
    root.mkdir()
    root.chmod(shared)
    put(LocalBlobs(root), "ab/cd/x.mp4")
    assert mode(root) == shared
    assert (mode(root / "ab" / "cd" / "x.mp4"), mode(root / "ab" / "cd")) == (file, folder)
    assert (root / "ab" / "cd" / "x.mp4").stat().st_gid == root.stat().st_gid


def test_a_folder_for_everybody_is_no_folder_of_a_group(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp").chmod(0o1777)
    make_folder(tmp_path / "tmp" / "a" / "b")
    assert (mode(tmp_path / "tmp" / "a"), mode(tmp_path / "tmp" / "a" / "b")) == (0o700, 0o700)


# The socket of the broker


def long_home(tmp_path: Path) -> Path:
    return tmp_path / ("a" * 60) / ("b" * 60)


def test_a_short_home_holds_the_socket(tmp_path: Path) -> None:
    home = Path("/tmp/h")
    assert socket_path(home) == home / "broker" / "broker.sock"
    assert not home.exists()


def test_the_socket_of_a_long_home_is_in_a_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    first, second = socket_path(long_home(tmp_path)), socket_path(long_home(tmp_path / "x"))
    try:
        assert socket_path(long_home(tmp_path)) == first != second
        assert len(os.fsencode(first)) < 100
        assert mode(first.parent) == 0o700 and first.parent.stat().st_uid == os.geteuid()
        assert load_settings(home=long_home(tmp_path)).broker == f"redis+socket://{first}"
    finally:
        first.parent.rmdir()
        second.parent.rmdir()
    third = socket_path(long_home(tmp_path))
    assert third != first, "made again where a cleaner of temporary files has deleted it"
    third.parent.rmdir()


def test_the_users_folder_for_sockets_is_taken_if_it_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Path("/tmp") / f"r{os.getpid()}"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    try:
        assert socket_path(long_home(tmp_path / "1")).is_relative_to(runtime)
        runtime.chmod(0o755)
        other = socket_path(long_home(tmp_path / "2"))
        assert not other.is_relative_to(runtime)
        other.parent.rmdir()
    finally:
        subprocess.run(["rm", "-r", runtime], check=True)


@pytest.mark.parametrize("attack", ["mode", "owner", "link"])
def test_a_socket_folder_of_others_is_refused(tmp_path: Path, attack: str) -> None:
    home = long_home(tmp_path)
    folder = socket_path(home).parent
    try:
        if attack == "mode":
            folder.chmod(0o777)
        elif attack == "owner":
            if os.geteuid() != 0:
                pytest.skip("this user may read everything, but give nothing away")
            os.chown(folder, 12345, -1)
        else:
            folder.rmdir()
            folder.symlink_to(tmp_path)
        with pytest.raises(CannotStart) as raised:
            socket_path(home)
        assert raised.value.code == "broker.socket_folder_unsafe"
        assert str(home / "broker" / "socket-folder") in raised.value.hint
    finally:
        folder.unlink() if folder.is_symlink() else folder.rmdir()


# Work folders of killed processes


def test_the_work_folder_of_a_killed_worker_goes_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom dampipe.storage.blobs.local import LocalBlobs\n"
        f"with LocalBlobs(Path({str(tmp_path)!r})).workspace() as folder:\n"
        "    (folder / 'proxy.mp4').write_bytes(b'x')\n    print(folder, flush=True)\n    time.sleep(600)\n"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        dead, living = (Path(worker.stdout.readline().strip()) for worker in workers)  # type: ignore[union-attr]
        workers[0].kill()
        workers[0].wait()
        blobs = LocalBlobs(tmp_path)
        assert blobs.sweep(3600) == 0, "too young"
        long_ago = time.time() - 3 * 86400
        for folder in (dead, living):
            os.utime(folder / "proxy.mp4", (long_ago, long_ago))
            os.utime(folder, (long_ago, long_ago))
        assert blobs.sweep(3600, dry_run=True) == 1 and dead.exists()
        assert blobs.sweep(3600) == 1
        assert (dead.exists(), living.exists()) == (False, True)
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
