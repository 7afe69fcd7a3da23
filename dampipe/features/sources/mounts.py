"""Whether a volume is there, and whether its file system reports what other machines write (Linux' mountinfo)."""

import os
import re
from pathlib import Path, PurePath

MOUNTS = Path("/proc/self/mountinfo")
_WITHOUT_EVENTS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "davfs",
    "glusterfs",
    "vboxsf",
    "virtiofs",
}
"""File systems that send no inotify events for changes made by other machines."""


def is_mounted(root: str) -> bool:
    """Whether a volume is there: the folder on which one is mounted is empty, or does not exist, while it is not."""
    try:
        with os.scandir(root) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def lacks_events(path: str, mounts: Path = MOUNTS) -> bool:
    """Whether changes made by other machines below a path cause no inotify events here (network mounts).

    False where it cannot be known (no Linux).
    """
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    longest, kind = "", ""
    for line in lines:
        fields, _, file_system = line.partition(" - ")
        mount = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields.split()[4])
        if len(mount) >= len(longest) and PurePath(os.path.realpath(path)).is_relative_to(mount):
            longest, kind = mount, file_system.split()[0]
    return kind in _WITHOUT_EVENTS or kind.startswith("fuse.")
