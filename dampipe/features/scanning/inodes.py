"""Which file systems have inodes that stay with a file: elsewhere the number says nothing."""

import os
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_MADE_UP = {"vfat", "msdos", "exfat", "9p", "fuse", "davfs"}
"""File systems that invent numbers when a file is looked at, and give them to another one later."""


class Inodes:
    """Tells where an inode means something; the list of mounts is read once."""

    def __init__(self, mounts: Path = _MOUNTS) -> None:
        """`mounts` is in the format of Linux' mountinfo; without it (macOS, BSD) inodes are trusted."""
        self._untrusted = _untrusted(mounts)

    def trusts(self, device: int) -> bool:
        """Whether the inodes of that device (`st_dev`) stay with their files."""
        return f"{os.major(device)}:{os.minor(device)}" not in self._untrusted


def _untrusted(mounts: Path) -> set[str]:
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return set()
    found = set()
    for line in lines:
        before, _, after = line.partition(" - ")
        kind, _, options = after.partition(" ")
        smb = kind in ("cifs", "smb3") and "noserverino" in options
        if smb or kind in _MADE_UP or kind.startswith("fuse."):
            found.add(before.split()[2])
    return found
