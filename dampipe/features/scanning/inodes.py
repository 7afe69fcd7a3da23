"""Which file systems have inodes that stay with a file: elsewhere the number is meaningless."""

import os
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_INVENTED = {"vfat", "msdos", "exfat", "9p", "fuse", "davfs"}
"""File systems that invent a number when a file is opened, and reuse it for another file later."""


class Inodes:
    """Whether inodes can be trusted, by device; the list of mounts is read once."""

    def __init__(self, mounts: Path = _MOUNTS) -> None:
        """mounts: a file in the format of Linux' mountinfo; without it (macOS, BSD) inodes are trusted."""
        self._untrusted = _untrusted(mounts)

    def trusts(self, device: int) -> bool:
        """Whether the inodes of that device (`st_dev`) stay with their files."""
        return f"{os.major(device)}:{os.minor(device)}" not in self._untrusted


def _untrusted(mounts: Path) -> set[str]:
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return set()
    devices = set()
    for line in lines:
        fields, _, file_system = line.partition(" - ")
        kind, _, options = file_system.partition(" ")
        smb = kind in ("cifs", "smb3") and "noserverino" in options
        if smb or kind in _INVENTED or kind.startswith("fuse."):
            devices.add(fields.split()[2])
    return devices
