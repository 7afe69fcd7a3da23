"""Which file systems paths are on, as Linux' mountinfo tells it."""

import os
import re
from pathlib import Path, PurePath

MOUNTS = Path("/proc/self/mountinfo")
_SILENT = {
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
"""File systems on which nobody is told what other machines write."""


def is_silent(path: str, mounts: Path = MOUNTS) -> bool:
    """Whether changes that other machines make below a path are not told to this one (network mounts).

    False where it cannot be known (no Linux).
    """
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    best, kind = "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        place = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), before.split()[4])
        if len(place) >= len(best) and PurePath(os.path.realpath(path)).is_relative_to(place):
            best, kind = place, after.split()[0]
    return kind in _SILENT or kind.startswith("fuse.")
