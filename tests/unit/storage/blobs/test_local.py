"""Blobs in a folder: other file systems, a full disk, orphaned workspaces, errors."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dampipe.app import engine_remedies as remedies
from dampipe.kernel.errors import Permanent, StorageFull, Transient
from dampipe.storage.blobs.local import LocalBlobs, translate_os_error


def test_put_renames_the_very_file(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "b")
    with blobs.workspace() as folder:
        (folder / "f").write_bytes(b"x")
        inode = (folder / "f").stat().st_ino
        blobs.put("a/b", folder / "f")
        assert not (folder / "f").exists()
    assert (tmp_path / "b/a/b").stat().st_ino == inode


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.ESTALE, Transient),
        (errno.EROFS, Permanent),
    ],
)
def test_errors_of_the_file_system(number: int, kind: type[Exception]) -> None:
    error = translate_os_error(OSError(number, os.strerror(number)), "/there")
    assert type(error) is kind
    assert "/there" in str(error)
    assert error.parameters["store"] == "/there"


def test_a_full_disk_has_a_command_in_the_cli() -> None:
    error = translate_os_error(OSError(errno.ENOSPC, ""), "/there")
    assert "dampipe retry" in remedies.CLI[error.code].format_map(error.parameters)


@pytest.mark.parametrize("error", [ZeroDivisionError("ours"), OSError(errno.ENOSPC, "of the caller")])
def test_errors_of_the_caller_pass_through_a_workspace(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as raised, LocalBlobs(tmp_path / "b").workspace() as folder:
        raise error
    assert raised.value is error
    assert not folder.exists()


def test_a_workspace_that_cannot_be_made_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"a file")
    with pytest.raises(Permanent), LocalBlobs(tmp_path / "b").workspace():
        pass


OTHER_DISK = """
import sys
from pathlib import Path
from dampipe.kernel.errors import StorageFull
from dampipe.storage.blobs.local import LocalBlobs
small, large = Path(sys.argv[1]), Path(sys.argv[2])
blobs = LocalBlobs(small)
(large / "fits").write_bytes(b"x" * 1000)
(large / "big").write_bytes(b"x" * 300_000)
print(blobs.put("a/fits", large / "fits"), (large / "fits").exists())
try:
    blobs.put("a/big", large / "big")
except StorageFull as error:
    print(error)
print(list(blobs.keys()), list((small / ".tmp").iterdir()), (large / "big").exists())
"""


def test_a_file_of_another_disk_is_copied_and_a_full_disk_is_reported(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if not unshare or subprocess.run([unshare, "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes user namespaces")
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    run = (
        f"mount -t tmpfs -o size=128k none {small} && exec {sys.executable} -c '{OTHER_DISK}' {small} {large}"
    )
    done = subprocess.run([unshare, "-Urm", "sh", "-c", run], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["1000 False", f"no space left in {small}", "['a/fits'] [] True"], (
        done.stderr
    )


def test_the_sweep_deletes_orphaned_workspaces_and_nothing_else(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from dampipe.storage.blobs.local import LocalBlobs
import time
with LocalBlobs(Path({str(tmp_path)!r})).workspace() as folder:
    (folder / "half").write_bytes(b"x")
    print(folder, flush=True)
    time.sleep(60)
"""
    blobs = LocalBlobs(tmp_path)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        left = Path(other.stdout.readline().rstrip())
        with blobs.workspace() as mine:
            time.sleep(0.05)
            assert blobs.sweep(0.01) == 0, "both owners live"
            os.kill(other.pid, signal.SIGKILL)
            other.wait()
            assert blobs.sweep(3600) == 0, "too young"
            assert blobs.sweep(0.01) == 1
            assert mine.exists()
            assert not left.exists()
