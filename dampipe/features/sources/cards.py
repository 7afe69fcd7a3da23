"""Camera cards, recognised by the names of their folders: what is footage, and what the camera keeps for itself.

A card's folder has a name that nothing else has (M4ROOT, XDROOT, BPAV, X.RDC) or, where its name is a
common word, is recognised by the folders in it (CONTENTS with CLIP and VIDEO). Case does not matter.
"""

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.paths import is_url


class Card(BaseModel):
    """The card structure that a file lies in."""

    model_config = ConfigDict(frozen=True)

    kind: str
    root: str
    """The folder that holds the structure: the root of the card, before it was copied."""


_KINDS = {
    "m4root": "XAVC (M4ROOT)",
    "bdmv": "AVCHD (BDMV)",
    "xdroot": "XDCAM (XDROOT)",
    "bpav": "XDCAM EX (BPAV)",
    "dcim": "DCIM",
}
_WRAPPERS = {"private", "avchd"}
"""Folders between a card's root and its structure."""
_BELOW_CONTENTS = {"video": "P2 (CONTENTS)", "audio": "P2 (CONTENTS)", "clip": "P2 (CONTENTS)"}
_CANON = re.compile(r"clips\d{3}")

_OWN_FOLDERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # name: (subfolders that must exist; subfolders that hold no footage)
    "m4root": (frozenset(), frozenset({"thmbnl", "sub"})),
    "xdroot": (frozenset(), frozenset({"thmbnl", "sub"})),
    "bdmv": (frozenset({"stream"}), frozenset({"backup", "clipinf", "playlist", "meta", "auxdata", "jar"})),
    "avchd": (frozenset({"bdmv"}), frozenset({"avchdtn", "canonthm", "iisvpl"})),
    "contents": (frozenset({"clip", "video"}), frozenset({"audio", "clip", "icon", "proxy", "voice"})),
    "dcim": (frozenset(), frozenset({"canonmsc", "eosmisc"})),
}
_SIBLINGS = {
    ("m4root", "clip"): ("thmbnl", "sub"),
    ("xdroot", "clip"): ("thmbnl", "sub"),
    ("bdmv", "stream"): ("clipinf",),
    ("contents", "video"): ("clip", "audio", "icon", "proxy", "voice"),
}
_RED_REFERENCE = re.compile(r".*_[fhmp]\.mov", re.IGNORECASE)
_INSTA360_PROXY = re.compile(r"lrv_.*", re.IGNORECASE)


def card_of(folder: str) -> Card | None:
    """The card that a folder belongs to, by its path alone; of nested structures, the innermost.

    >>> card_of("/mnt/a/CARD1/PRIVATE/M4ROOT/CLIP")
    Card(kind='XAVC (M4ROOT)', root='/mnt/a/CARD1')
    >>> card_of("/mnt/a/A001_0101AB.RDM/A001_C001_0101AB.RDC").root
    '/mnt/a'
    >>> card_of("s3://bucket/a//CARD1/DCIM").root
    's3://bucket/a//CARD1'
    >>> card_of("/mnt/a/Contents/Day 1") is None
    True
    """
    head, parts = _parts(folder)
    names = [part.casefold() for part in parts]
    for index in range(len(names) - 1, -1, -1):
        kind = _kind(names, index)
        if kind:
            top = index
            while top and (names[top - 1] in _WRAPPERS or names[top - 1].endswith(".rdm")):
                top -= 1
            return Card(kind=kind, root=head + "/".join(parts[:top]) or ".")
    return None


def _parts(folder: str) -> tuple[str, list[str]]:
    """What a path or URL begins with that names no folder, and the names of the folders."""
    if is_url(folder):
        scheme, _, rest = folder.partition("://")
        server, slash, path = rest.partition("/")
        return f"{scheme}://{server}{slash}", path.split("/") if path else []
    return "/" * folder.startswith("/"), folder.strip("/").split("/")


def _kind(names: list[str], index: int) -> str:
    name = names[index]
    if name.endswith((".rdc", ".rdm")):
        return "RED (RDM, RDC)"
    if name == "contents" and index + 1 < len(names):
        inner = names[index + 1]
        return "Canon XF (CONTENTS)" if _CANON.fullmatch(inner) else _BELOW_CONTENTS.get(inner, "")
    return _KINDS.get(name, "")


def own_folders(name: str, folders: Collection[str]) -> set[str]:
    """Those folders of a card's folder that hold the camera's thumbnails, proxies and lists, but no footage.

    >>> sorted(own_folders("M4ROOT", ["CLIP", "SUB", "THMBNL"]))
    ['SUB', 'THMBNL']
    >>> own_folders("Contents", ["Audio", "Music"])
    set()
    """
    needed, own = _OWN_FOLDERS.get(name.casefold(), (frozenset(), frozenset()))
    if not own or not needed <= {folder.casefold() for folder in folders}:
        return set()
    return {folder for folder in folders if folder.casefold() in own}


def is_judged_with_others(name: str, folder: str) -> bool:
    """Whether it takes the folders beside a subfolder of a card's folder to tell what belongs to its files.

    >>> is_judged_with_others("M4ROOT", "CLIP"), is_judged_with_others("DCIM", "CANONMSC")
    (True, False)
    """
    name, folder = name.casefold(), folder.casefold()
    needed, own = _OWN_FOLDERS.get(name, (frozenset(), frozenset()))
    return bool(needed and folder in needed | own) or (name, folder) in _SIBLINGS


def may_have_own_folders(name: str) -> bool:
    """Whether a folder of that name may contain folders for which `own_folders` applies."""
    return name.casefold() in _OWN_FOLDERS


def own_file(folder: str, name: str) -> bool:
    """Whether a media file of a card is not footage: the camera's proxy, or a movie that refers to others.

    >>> own_file("A001_C001_0101AB.RDC", "A001_C001_0101AB_H.mov"), own_file("day1", "Scene_H.mov")
    (True, False)
    """
    if folder.casefold().endswith(".rdc"):
        return _RED_REFERENCE.fullmatch(name) is not None
    return _INSTA360_PROXY.fullmatch(name) is not None and name.casefold().endswith((".insv", ".mp4"))


def sibling_folders(folder: str) -> tuple[str, ...]:
    """Names, in lower case, of the sibling folders of a card's clip folder whose files belong to the clips.

    >>> sibling_folders("/mnt/CARD1/PRIVATE/M4ROOT/CLIP")
    ('thmbnl', 'sub')
    """
    path = PurePosixPath(folder)
    return _SIBLINGS.get((path.parent.name.casefold(), path.name.casefold()), ())
