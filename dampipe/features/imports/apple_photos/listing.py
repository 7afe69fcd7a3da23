"""What a library package holds, as inputs of a receipt: the files of its photos, and everything else in it. No SQL.

a photo         its original; the other halves of a raw and a Live Photo travel with it, and so does its edited version
not imported    hidden, in the trash, of others: set aside, unless they were asked for
not there       in iCloud only, or lost: set aside. A preview is never imported as an original
the rest        what Photos keeps for itself is one input a folder, everything else one a file
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dampipe.features.imports.apple_photos.photo import UNKNOWN_PERSON, Photo
from dampipe.features.imports.importers import OriginFile
from dampipe.features.imports.local_origin import Listed, is_system_file, walk
from dampipe.features.imports.model import Facts, Reason
from dampipe.features.imports.notes.model import FileNotes
from dampipe.kernel.paths import kept_time
from dampipe.media.filetypes import is_media

HIDDEN, TRASHED, SHARED, REFERENCED, ORPHANS = "hidden", "trashed", "shared", "referenced", "orphans"
OUTSIDE = "referenced"
"""Folder of keys of files outside of the package, before their absolute path; no package has such a folder."""
KEPT_FOLDERS = (
    "database", "private", "external", "internal", "Thumbnails", "Attachments", "Plugins", "Previews", "apdb",
    "resources/derivatives", "resources/caches", "resources/cpl", "resources/journals", "resources/modelresources",
    "resources/partialvideo", "resources/proxies", "resources/recovery", "resources/segments", "resources/smartsharing",
    "resources/streams", "resources/media/face", "resources/media/thumb",
    "scopes/cloudsharing/caches", "scopes/cloudsharing/resources/derivatives",
    "scopes/momentshared/resources/derivatives", "scopes/syndication/resources/derivatives",
    "resources/cloudsharing/caches", "resources/cloudsharing/resources/derivatives",
)  # fmt: skip
"""What Photos makes and can make again: databases, previews, thumbnails, models. No originals and no edited versions."""
_ORIGINALS = ("originals/", "Masters/")
_RENDERS = ("resources/renders/", "resources/media/version/")
_UUID = 36
"""Characters of a UUID, with which the files of a photo begin."""


def key_of(path: str, library: str) -> str:
    """The key of an absolute path.

    >>> key_of("/p/L.photoslibrary/originals/A/A.heic", "/p/L.photoslibrary"), key_of("/Volumes/X/a.jpg", "/p/L")
    ('originals/A/A.heic', 'referenced/Volumes/X/a.jpg')
    """
    return path[len(library) + 1 :] if path.startswith(library + "/") else f"{OUTSIDE}{path}"


def path_of(library: str, key: str) -> str:
    """The absolute path of a key."""
    return key[len(OUTSIDE) :] if key.startswith(f"{OUTSIDE}/") else os.path.join(library, key)


@dataclass
class _Files:
    """The files of a package by key; what was given to a photo is taken out."""

    library: str
    by_key: dict[str, OriginFile]

    def take(self, key: str) -> OriginFile | None:
        """The file of that key, of which nothing is known yet; None: it is not there, or was taken."""
        if key.startswith(f"{OUTSIDE}/"):
            return _outside(self.library, key)
        return self.by_key.pop(key, None)


def listing(
    library: str, photos: Sequence[Photo], include: Sequence[str], album_root: str
) -> Iterator[OriginFile]:
    """Every photo and every file. album_root: the collection below which albums are. Raises OSError."""
    here: list[OriginFile] = []
    kept: list[OriginFile] = []
    for file in walk_package(library):
        (kept if file.set_aside is Reason.LIBRARY_DATA else here).append(file)
    files = _Files(library, {file.key: file for file in here})
    photo_of: dict[str, Photo] = {}
    seen: set[str] = set()
    for photo in photos:
        photo_of[photo.uuid.upper()] = photo
        for file in _of_photo(photo, files, include, album_root):
            if file.key not in seen:  # two photos may refer to one file outside
                seen.add(file.key)
                yield file
    for key, file in files.by_key.items():
        if file.set_aside is not None:
            yield file
            continue
        owner = photo_of.get(os.path.basename(key)[:_UUID].upper())
        yield _left(file, owner, include)
    yield from kept


def walk_package(library: str) -> Iterator[OriginFile]:
    """Every file of a package that may hold photographs; a folder that Photos keeps for itself is one file."""

    def classify(here: Listed) -> Iterator[OriginFile]:
        inside = [f"{here.path}/{name}" if here.path else name for name in here.folders]
        for key in inside:
            if key in KEPT_FOLDERS:
                size, newest = _weight(os.path.join(library, key))
                yield OriginFile(key, size, newest, is_footage=False, set_aside=Reason.LIBRARY_DATA)
        here.folders = [
            name for name, key in zip(here.folders, inside, strict=True) if key not in KEPT_FOLDERS
        ]
        yield from here.files

    return walk(library, classify)


def _weight(folder: str) -> tuple[int, int]:
    """Bytes in a folder, and the newest time of its files."""
    size, newest = 0, 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                status = os.lstat(os.path.join(path, name))
            except OSError:
                continue
            size, newest = size + status.st_size, max(newest, status.st_mtime_ns)
    return size, kept_time(newest)


def _outside(library: str, key: str) -> OriginFile | None:
    try:
        status = os.stat(path_of(library, key))
    except OSError:
        return None
    return OriginFile(key, status.st_size, kept_time(status.st_mtime_ns))


def _why_not(photo: Photo, include: Sequence[str]) -> Reason | None:
    """Why a photo is not imported; None: it is."""
    if photo.intrash and TRASHED not in include:
        return Reason.TRASHED
    if photo.hidden and HIDDEN not in include:
        return Reason.HIDDEN
    if photo.is_shared and SHARED not in include:
        return Reason.SHARED
    if photo.isreference and REFERENCED not in include:
        return Reason.REFERENCED
    return None


def _of_photo(photo: Photo, files: _Files, include: Sequence[str], album_root: str) -> Iterator[OriginFile]:
    """The files of one photo, the original first; also those that should be there."""
    library, why_not = files.library, _why_not(photo, include)
    absent = Reason.IN_ICLOUD_ONLY if photo.iscloudasset and not photo.isreference else Reason.MISSING
    folder = photo.uuid[:1].upper()
    expected = f"originals/{folder}/{photo.filename}"
    # The database says late that an original has been fetched from iCloud: what counts is whether it is there.
    key = expected if photo.path is None else key_of(photo.path, library)
    original = files.take(key)
    facts = Facts(
        shot_on=photo.date.replace(tzinfo=None), camera=_camera(photo)
    ) if photo.date else None  # fmt: skip
    notes = notes_of(photo, album_root)
    stem, dot, suffix = photo.name.rpartition(".")
    stem, suffix = (stem, suffix) if dot and stem else (photo.name, "")

    def other(path: str | None, guess: str, name: str, reason: Reason, edit: bool = False) -> OriginFile:
        found = files.take(key_of(path, library)) if path is not None else files.take(guess)
        said = None
        if edit:
            said = notes if original is None else FileNotes(edit_of=key)
        if found is None:
            return OriginFile(guess, 0, 0, is_footage=False, set_aside=why_not or reason, name=name)
        lead = key if original is not None and original.set_aside is None and why_not is None else ""
        aside = found.set_aside or why_not
        return replace(
            found, lead=lead, set_aside=aside, name=name, facts=facts, notes=None if aside else said
        )

    if original is not None:
        aside = original.set_aside or why_not
        yield replace(original, set_aside=aside, name=photo.name, facts=facts, notes=None if aside else notes)
    else:
        yield OriginFile(key, 0, 0, is_footage=False, set_aside=why_not or absent, name=photo.name)
    of_original = key.rpartition(".")[0] or key
    if photo.has_raw or photo.path_raw:
        raw_suffix = (photo.path_raw or "").rpartition(".")[2] or "raw"
        yield other(photo.path_raw, f"{of_original}_4.{raw_suffix}", f"{stem}.{raw_suffix.upper()}", absent)
    if photo.live_photo or photo.path_live_photo:
        yield other(photo.path_live_photo, f"{of_original}_3.mov", f"{stem}.MOV", absent)
    if photo.path_edited or (photo.hasadjustments and not photo.slow_mo):
        # A film in slow motion counts as edited, and has no version of its own.
        expected_suffix = "mov" if photo.ismovie else "heic" if suffix.lower() == "heic" else "jpeg"
        edited_suffix = (photo.path_edited or expected_suffix).rpartition(".")[2]
        part = "2_0_a" if photo.ismovie else "1_201_a"
        guess = f"resources/renders/{folder}/{photo.uuid}_{part}.{edited_suffix}"
        name = f"{stem}-edited.{edited_suffix}"
        yield other(photo.path_edited, guess, name, absent, edit=True)
    if photo.path_edited_live_photo:
        guess = key_of(photo.path_edited_live_photo, library)
        yield other(photo.path_edited_live_photo, guess, f"{stem}-edited.MOV", absent)


def _left(file: OriginFile, owner: Photo | None, include: Sequence[str]) -> OriginFile:
    """A file that no photo has named."""
    if is_system_file(file.key):
        return replace(file, is_footage=False, set_aside=Reason.SYSTEM_FILE)
    why_not = None if owner is None else _why_not(owner, include)
    if why_not is not None:
        return replace(file, is_footage=False, set_aside=why_not)
    if file.key.startswith(_ORIGINALS) and is_media(file.key):
        name = os.path.basename(file.key) if owner is None else _named_after(file.key, owner)
        aside = None if ORPHANS in include else Reason.ORPHAN
        return replace(file, set_aside=aside, name=name)
    if is_media(file.key) and not file.key.startswith(_RENDERS):
        return replace(file, is_footage=False, set_aside=Reason.ORPHAN)
    # Instructions of edits, renditions of earlier edits, settings.
    return replace(file, is_footage=False, set_aside=Reason.LIBRARY_DATA)


def _named_after(key: str, owner: Photo) -> str:
    stem = owner.name.rpartition(".")[0] or owner.name
    return stem + os.path.basename(key)[_UUID:]


def _camera(photo: Photo) -> str:
    make, model = (photo.camera_make or "").strip(), (photo.camera_model or "").strip()
    return model if model.casefold().startswith(make.casefold()) else f"{make} {model}".strip()


def notes_of(photo: Photo, album_root: str) -> FileNotes | None:
    """What the library says of a photo; None: nothing."""
    place = photo.place
    texts: dict[str, tuple[str | int | float | bool, ...]] = {
        "title": (photo.title or "",),
        "description": (photo.description or "",),
        "tags": photo.keywords,
        "people": tuple(name for name in photo.persons if name and name != UNKNOWN_PERSON),
        "location": ((place.location if place else "") or "",),
        "city": ((place.city if place else "") or "",),
        "region": ((place.region if place else "") or "",),
        "country": ((place.country if place else "") or "",),
    }
    values = {key: tuple(text for text in some if str(text).strip()) for key, some in texts.items()}
    if photo.favorite:
        values["favourite"] = (True,)
    if photo.rating:
        values["rating"] = (photo.rating,)
    if photo.date and photo.date_original and photo.date != photo.date_original:
        values["shot_on"] = (photo.date.isoformat(timespec="seconds"),)  # a person has corrected it
    values = {key: some for key, some in values.items() if some}
    albums = tuple(dict.fromkeys((album_root, *(name or "" for name in album)) for album in photo.albums))
    return FileNotes(values=values, collections=albums) if values or albums else None
