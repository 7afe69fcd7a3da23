"""What of a folder is footage and what belongs to it, by the rules for cards and sidecars."""

import os
from dataclasses import dataclass, field

from dampipe.features.scanning.cards import (
    card_of,
    folders_beside,
    may_have_own_folders,
    own_file,
    own_folders,
)
from dampipe.features.scanning.sidecars import attach, sound_of_clips


@dataclass
class FolderEntries:
    """A folder's entries; names as the file system has them."""

    files: list[str] = field(default_factory=list)
    """Media files by their names."""
    folders: list[str] = field(default_factory=list)
    sidecars: list[str] = field(default_factory=list)
    """Files with the suffix of a sidecar."""


def classify_entries(path: str, entries: FolderEntries) -> dict[str, list[str]]:
    """Take out of a folder's entries what is the camera's own, and return the sidecars by clip.

    Sidecars are relative to the folder, "../THMBNL/C0001T01.JPG" say.
    """
    own = own_folders(os.path.basename(path), entries.folders)
    if own:
        entries.folders = [name for name in entries.folders if name not in own]
    if not entries.files:
        return {}
    others = entries.sidecars
    if card_of(path) is not None:
        folder = os.path.basename(path)
        belongs = sound_of_clips(entries.files) | {name for name in entries.files if own_file(folder, name)}
        entries.files = [name for name in entries.files if name not in belongs]
        others = others + sorted(belongs) + _beside(path)
    return attach(entries.files, others)


def _beside(path: str) -> list[str]:
    wanted = folders_beside(path)
    if not wanted:
        return []
    found = []
    parent = os.path.dirname(path)
    try:
        folders = sorted(name for name in os.listdir(parent) if name.casefold() in wanted)
        for folder in folders:
            found += [f"../{folder}/{name}" for name in sorted(os.listdir(os.path.join(parent, folder)))]
    except OSError:  # the walk tells of folders that cannot be read
        return found
    return found


def is_own(root: str, path: str) -> bool:
    """Whether a file or folder below a root is the camera's own, or is reached through a link."""
    above = root
    *folders, name = path.split("/")
    for folder in folders:
        if os.path.islink(os.path.join(above, folder)) or _is_own_folder(above, folder):
            return True
        above = os.path.join(above, folder)
    whole = os.path.join(above, name)
    if os.path.isdir(whole):
        return os.path.islink(whole) or _is_own_folder(above, name)
    try:
        listing = (
            FolderEntries(files=os.listdir(above))
            if card_of(above) is not None
            else FolderEntries(files=[name])
        )
    except OSError:
        return False
    classify_entries(above, listing)
    return name not in listing.files


def _is_own_folder(above: str, folder: str) -> bool:
    name = os.path.basename(above)
    try:
        return may_have_own_folders(name) and folder in own_folders(name, os.listdir(above))
    except OSError:
        return False
