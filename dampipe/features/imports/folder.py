"""Folders: each file is named by the pattern, sidecars travel with their clips, and cards in it keep their structure."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

from dampipe.features.imports.importers import Importer, OriginFile
from dampipe.features.imports.local_origin import Listed, LocalOrigin, is_system_file, walk
from dampipe.features.imports.model import Reason
from dampipe.features.sources.cards import card_of
from dampipe.features.sources.sidecars import PROXY_SUFFIXES, attach, may_be_sidecar
from dampipe.kernel.paths import join_key
from dampipe.media.filetypes import HEAD, is_media, is_media_content, needs_content
from dampipe.storage.files.stores import FileStores

_LOOSE = "DCIM"
"""The kind of cards whose files stand alone: photographs and clips that a pattern may sort by date."""


class FolderImporter(LocalOrigin):
    """A folder of this machine."""

    summary = "Copy the footage of a folder, verified, except for what the library has already."
    names_files = True
    fields = ("name", "stem", "suffix", "folder", "camera", "shot_on", "imported_on")
    default_pattern = "{folder}/{name}"
    proves_complete = False

    def list(self, origin: str) -> Iterator[OriginFile]:
        """Every file; what is neither media nor a sidecar of some is set aside."""
        return walk(origin, lambda here: classified(origin, here, lambda file: _has_content(origin, file)))

    def remote(self, stores: FileStores) -> Importer:
        """The importer of folders in a store."""
        from dampipe.features.imports.remote_origin import RemoteFolder  # it needs `classified`

        return RemoteFolder(stores)


def classified(origin: str, here: Listed, has_content: Callable[[OriginFile], bool]) -> Iterator[OriginFile]:
    """What becomes of the files of one folder. has_content: whether a file of a shared suffix is media."""
    structure = _structure(origin, here.path)
    if structure is not None:
        for file in here.files:
            yield replace(file, structure=structure, is_footage=is_media(os.path.basename(file.key)))
        return
    by_name = {os.path.basename(file.key): file for file in here.files}
    usable = [
        name for name, file in by_name.items() if file.set_aside is None and not is_system_file(file.key)
    ]
    clips = [name for name in usable if is_media(name) and has_content(by_name[name])]
    leads = {
        sidecar: clip
        for clip, sidecars in attach(clips, [name for name in usable if may_be_sidecar(name)]).items()
        for sidecar in sidecars
    }
    proxies = {name for name in usable if name.lower().endswith(PROXY_SUFFIXES) and name not in leads}
    for name in sorted({*clips, *proxies}, key=os.fsencode):
        yield by_name[name]
    for name, file in by_name.items():
        if name in clips or name in proxies:
            continue
        if name in leads:
            yield replace(file, lead=join_key(here.path, leads[name]), is_footage=False)
        elif file.set_aside is None:
            aside = Reason.SYSTEM_FILE if is_system_file(file.key) else Reason.NOT_MEDIA
            yield replace(file, is_footage=False, set_aside=aside)
        else:
            yield file


def _structure(origin: str, path: str) -> str | None:
    """The folder below the origin that holds the structure of the card to which a folder belongs; None: none does."""
    full = os.path.join(origin, path) if path else origin
    card = card_of(full)
    if card is None or card.kind == _LOOSE:
        return None
    root = os.path.relpath(card.root, origin)
    return None if root.startswith("..") else "" if root == "." else root


def _has_content(origin: str, file: OriginFile) -> bool:
    """Whether a file whose suffix other kinds of files have, too, is media. One that cannot be read is, for now."""
    if not needs_content(os.path.basename(file.key)):
        return True
    try:
        descriptor = os.open(os.path.join(origin, file.key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb", buffering=0) as stream:
            return is_media_content(file.key, stream.read(HEAD))
    except OSError:
        return True
