"""Where the socket of the embedded broker is, when the path of the home folder is too long for one.

The folder has a name that cannot be guessed, is the user's own with mode 0700, and is recorded in the home folder.
"""

import os
import stat
import tempfile
from pathlib import Path

from dampipe.kernel.errors import CannotStart, ErrorCode
from dampipe.kernel.private_files import make_folder, open_private

SOCKET_FOLDER_UNSAFE = ErrorCode(
    "broker.socket_folder_unsafe",
    "the folder {folder} of the broker's socket {problem}",
    "Delete the file {record} and restart the deployment, which then makes a new folder; or choose a home folder "
    "with a path below 80 characters.",
)
LONGEST = 100
"""Bytes of a path that every system takes for a socket."""
_NAME = "broker.sock"


def socket_path(home: Path) -> Path:
    """The path of the broker's socket for that home folder.

    Where it has to be in another folder, this is made and recorded at the first call. Raises CannotStart if that folder
    is open to others, or cannot be made.
    """
    path = home / "broker" / _NAME
    if len(os.fsencode(path)) < LONGEST:
        return path
    record = home / "broker" / "socket-folder"
    folder = _recorded(record)
    if folder is None or not os.path.lexists(folder):  # a cleaner of temporary files may have deleted it
        folder = _new_folder(record, replaces=folder)
    problem = unsafe(folder, home)
    if problem:
        raise CannotStart(SOCKET_FOLDER_UNSAFE, folder=folder, problem=problem, record=record)
    return folder / _NAME


def unsafe(folder: Path, home: Path | None = None) -> str:
    """Why others than this user, and the owner of the home folder, could put a socket there; "" if they cannot."""
    try:
        status = folder.lstat()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if not stat.S_ISDIR(status.st_mode):
        return "is a link or a file"
    trusted = {os.geteuid()} | ({home.stat().st_uid} if home is not None else set())
    if status.st_uid not in trusted:
        return f"belongs to another user (user id {status.st_uid})"
    if stat.S_IMODE(status.st_mode) & 0o077:
        return "can be entered by other users"
    return ""


def _recorded(record: Path) -> Path | None:
    try:
        text = record.read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return Path(text) if text.startswith("/") else None


def _new_folder(record: Path, replaces: Path | None) -> Path:
    temporary = record.with_name(f".{record.name}-{os.getpid()}")
    try:
        make_folder(record.parent)
        folder = Path(tempfile.mkdtemp(prefix="dampipe-", dir=_parent()))
        with open_private(temporary) as file:
            file.write(f"{folder}\n")
        try:
            if replaces is not None:
                temporary.replace(record)
            else:
                os.link(temporary, record)
        except FileExistsError:  # another process does the same: the first one decides
            folder.rmdir()
            return _recorded(record) or folder
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        problem = f"cannot be made: {error.strerror}"
        raise CannotStart(
            SOCKET_FOLDER_UNSAFE, folder=record.parent, problem=problem, record=record
        ) from error
    return folder


def _parent() -> Path:
    """The user's own folder for sockets, if there is one; else one for temporary files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/") and _is_short(runtime) and not unsafe(Path(runtime)):
        return Path(runtime)
    temporary = tempfile.gettempdir()
    return Path(temporary if _is_short(temporary) else "/tmp")


def _is_short(folder: str) -> bool:
    return len(os.fsencode(folder)) < LONGEST - len("/dampipe-12345678/") - len(_NAME)
