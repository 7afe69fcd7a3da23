"""Sidecars: files that belong to a clip and are not footage themselves, recognised by their names.

A sidecar has the stem of its clip (`C0001.XMP`), its whole name (`C0001.MP4.xmp`), or a name that cameras derive
from it: `C0001M01.XML` (Sony), `GL010001.LRV` of `GX010001.MP4` (GoPro), `A001_C001_0101AB.RMD` of
`A001_C001_0101AB_001.mov` (RED), `clip.en.srt`. Case does not matter.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

_SUFFIXES = """xml xmp rmd rsx aae gpx ale sidecar cdl cc ccc cube srt vtt ass sbv
thm lrv lrf bim smi ppn cif cpf cpi idx mif"""
SUFFIXES: frozenset[str] = frozenset(f".{word}" for word in _SUFFIXES.split())
"""Lower case, with the dot. A file with one is a sidecar if its name fits a clip, and never footage."""

_LANGUAGE = re.compile(r"(.+)\.(?:[a-z]{2,3}(?:-[a-z]{2,4})?|forced)")
_SONY = "mritsv"
"""Letters before two digits: metadata, real-time metadata, image, thumbnail, sub clip, video."""


PROXY_SUFFIXES = (".lrf", ".lrv")
"""Suffixes of proxies that cameras record; a proxy whose clip is not there is footage itself."""


def may_be_sidecar(name: str) -> bool:
    """Whether a file's name has the suffix of a sidecar."""
    return name[name.rfind(".") :].lower() in SUFFIXES if "." in name else False


def attach(clips: Iterable[str], others: Sequence[str]) -> dict[str, list[str]]:
    """The others that belong to each clip, in their order, by clip; clips without any are left out.

    clips: names of footage in a folder; others: names (or paths) of files that may belong to them.

    >>> attach(["C0001.MP4", "C0002.MP4"], ["C0001M01.XML", "c0002.xmp", "notes.xml"])
    {'C0001.MP4': ['C0001M01.XML'], 'C0002.MP4': ['c0002.xmp']}
    """
    if not others:
        return {}
    by_key: dict[str, list[str]] = {}
    for clip in clips:
        stem = _stem(clip.casefold())
        by_key.setdefault(stem, []).append(clip)
        if stem[-4:-3] == "_" and stem[-3:].isdigit():
            by_key.setdefault(stem[:-4], []).append(clip)
    found: dict[str, list[str]] = {}
    for other in others:
        stem = _stem(other.rpartition("/")[2].casefold())
        own = by_key.get(stem) or _clips_of(stem, by_key)
        for clip in own:
            found.setdefault(clip, []).append(other)
    return found


def sidecars_as_text(sidecars: Mapping[str, list[str]]) -> str:
    """The sidecars of a folder as the catalogue stores them; "{}" for none."""
    return json.dumps(sidecars, sort_keys=True, separators=(",", ":"))


def _clips_of(stem: str, by_key: dict[str, list[str]]) -> list[str]:
    """The clips of a sidecar whose stem is not that of its clip."""
    if "." in stem:
        named = [clip for clip in by_key.get(_stem(stem), ()) if clip.casefold() == stem]
        language = _LANGUAGE.fullmatch(stem)
        return named or (by_key.get(language[1], []) if language else [])
    if stem[-2:].isdigit():
        if stem[-3:-2] in _SONY and stem[:-3] in by_key:
            return by_key[stem[:-3]]
        if len(stem) == 8 and stem.startswith("gl"):
            return by_key.get(f"gx{stem[2:]}") or by_key.get(f"gh{stem[2:]}", [])
        if stem.startswith("lrv_"):  # Insta360: the proxy has a lens number of its own
            names = [
                re.sub(r"^lrv_(.*)_\d\d_(\d{3})$", rf"{kind}_\1_{lens}_\2", stem)
                for kind in ("vid", "pro_vid")
                for lens in ("00", "10")
            ]
            return [clip for name in names for clip in by_key.get(name, ())]
        if len(stem) == 8:  # a sound track of a P2 clip
            return by_key.get(stem[:-2], [])
    return []


def sound_of_clips(files: Sequence[str]) -> set[str]:
    """Those .wav files of a card's folder that have the stem of another file: its sound, recorded by the camera.

    >>> sound_of_clips(["GX010001.MP4", "GX010001.WAV", "memo.wav"])
    {'GX010001.WAV'}
    """
    sound = [name for name in files if name.casefold().endswith(".wav")]
    if not sound:
        return set()
    stems = {_stem(name.casefold()) for name in files if not name.casefold().endswith(".wav")}
    return {name for name in sound if _stem(name.casefold()) in stems}


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
