"""Which entries of a folder are footage and which are sidecars, by the rules for cards and sidecars."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from dampipe.features.sources.cards import (
    card_of,
    may_have_own_folders,
    own_file,
    own_folders,
    sibling_folders,
)
from dampipe.features.sources.sidecars import attach, sound_of_clips


@dataclass
class FolderEntries:
    """The entries of a folder; names as the file system has them."""

    files: list[str] = field(default_factory=list)
    """Files with the suffix of a media file."""
    folders: list[str] = field(default_factory=list)
    sidecars: list[str] = field(default_factory=list)
    """Files with the suffix of a sidecar."""


def classify_entries(
    path: str, entries: FolderEntries, siblings: Callable[[str], list[str]] | None = None
) -> dict[str, list[str]]:
    """Remove what a camera keeps for itself from a folder's entries, and return the sidecars by clip.

    Sidecars are relative to the folder, "../THMBNL/C0001T01.JPG" for example. siblings: the files beside a card's clip
    folder that belong to its clips; by default they are read from the file system.
    """
    own = own_folders(os.path.basename(path), entries.folders)
    if own:
        entries.folders = [name for name in entries.folders if name not in own]
    if not entries.files:
        return {}
    others = entries.sidecars
    if card_of(path) is not None:
        folder = os.path.basename(path)
        not_footage = sound_of_clips(entries.files) | {n for n in entries.files if own_file(folder, n)}
        entries.files = [name for name in entries.files if name not in not_footage]
        others = others + sorted(not_footage) + (siblings or _sibling_files)(path)
        attached = attach(entries.files, others)
        proxies = {name for name in not_footage if name.casefold().startswith("lrv_")}
        # A proxy whose clip is not there is footage, as a lone .LRV is.
        entries.files += sorted(proxies.difference(*attached.values()))
        return attached
    return attach(entries.files, others)


def _sibling_files(path: str) -> list[str]:
    """The files in those sibling folders of a card's clip folder that belong to its clips."""
    siblings = sibling_folders(path)
    if not siblings:
        return []
    files = []
    parent = os.path.dirname(path)
    try:
        folders = sorted(name for name in os.listdir(parent) if name.casefold() in siblings)
        for folder in folders:
            files += [f"../{folder}/{name}" for name in sorted(os.listdir(os.path.join(parent, folder)))]
    except OSError:  # the walk warns of folders that cannot be read
        return files
    return files


def is_not_footage(root: str, path: str, names_in: Callable[[str], list[str]] = os.listdir) -> bool:
    """Whether a scan skips a file or folder below a root: the camera's own, or reached through a link.

    names_in: lists a folder; who asks of many files of one folder may have it listed once.
    """
    above = root
    *folders, name = path.split("/")
    for folder in folders:
        if os.path.islink(os.path.join(above, folder)) or _is_own_folder(above, folder, names_in):
            return True
        above = os.path.join(above, folder)
    full_path = os.path.join(above, name)
    if os.path.isdir(full_path):
        return os.path.islink(full_path) or _is_own_folder(above, name, names_in)
    try:
        entries = FolderEntries(files=list(names_in(above)) if card_of(above) is not None else [name])
    except OSError:
        return False
    classify_entries(above, entries)
    return name not in entries.files


def _is_own_folder(above: str, folder: str, names_in: Callable[[str], list[str]]) -> bool:
    name = os.path.basename(above)
    try:
        return may_have_own_folders(name) and folder in own_folders(name, names_in(above))
    except OSError:
        return False
