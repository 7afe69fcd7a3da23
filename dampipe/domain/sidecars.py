"""Sidecars: files that belong to a clip and are no footage themselves, told by their names.

A sidecar has the stem of its clip (`C0001.XMP`), its whole name (`C0001.MP4.xmp`), or what cameras make of
it: `C0001M01.XML` (Sony), `GL010001.LRV` of `GX010001.MP4` (GoPro), `A001_C001_0101AB.RMD` of
`A001_C001_0101AB_001.mov` (RED), `clip.en.srt`. Case does not matter.
"""

import re
from collections.abc import Iterable, Sequence

_SUFFIXES = """xml xmp rmd rsx aae gpx ale sidecar cdl cc ccc cube srt vtt ass sbv
thm lrv lrf bim smi ppn cif cpf cpi idx mif"""
SUFFIXES: frozenset[str] = frozenset(f".{word}" for word in _SUFFIXES.split())
"""Lower case, with the dot. What has one is a sidecar where it fits a clip, and never footage."""

_TAILS = (
    re.compile(r"(.+)[mritsv]\d\d"),  # Sony: metadata, real-time metadata, image, thumbnail, sub clip
    re.compile(r"(.+)\.[a-z]{2,3}(?:-[a-z]{2,4})?"),  # a language
    re.compile(r"(.+)\.(?:forced|sdh|cc)"),
)
_P2_SOUND = re.compile(r"(.{6})\d\d")
_GOPRO = re.compile(r"gl(\d{6})")
_PART = re.compile(r"(.+)_\d{3}")


def may_be_sidecar(name: str) -> bool:
    """Whether a file's name has the suffix of a sidecar."""
    return name[name.rfind(".") :].lower() in SUFFIXES if "." in name else False


def attach(clips: Iterable[str], others: Sequence[str]) -> dict[str, list[str]]:
    """By clip, the others that belong to it, in their order; clips without any are left out.

    clips: names of footage in a folder; others: names (or paths) of files that may belong to them.

    >>> attach(["C0001.MP4", "C0002.MP4"], ["C0001M01.XML", "c0002.xmp", "notes.xml"])
    {'C0001.MP4': ['C0001M01.XML'], 'C0002.MP4': ['c0002.xmp']}
    """
    if not others:
        return {}
    by_key: dict[str, list[str]] = {}
    for clip in clips:
        for key in _keys_of_clip(clip.casefold()):
            by_key.setdefault(key, []).append(clip)
    found: dict[str, list[str]] = {}
    for other in others:
        stem = _stem(other.rpartition("/")[2].casefold())
        for key in _keys_of_sidecar(stem):
            if key in by_key:
                for clip in by_key[key]:
                    found.setdefault(clip, []).append(other)
                break
    return found


def sound_of_clips(files: Sequence[str]) -> set[str]:
    """Those .wav files of a card's folder that have the stem of another file: the camera's own sound of it.

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


def _keys_of_clip(name: str) -> list[str]:
    stem = _stem(name)
    part = _PART.fullmatch(stem)
    return [stem, name] if part is None else [stem, name, part[1]]


def _keys_of_sidecar(stem: str) -> list[str]:
    keys = [stem]
    keys += [match[1] for match in (tail.fullmatch(stem) for tail in _TAILS) if match]
    gopro = _GOPRO.fullmatch(stem)
    if gopro:
        keys += [f"gx{gopro[1]}", f"gh{gopro[1]}"]
    sound = _P2_SOUND.fullmatch(stem)
    return keys + ([sound[1]] if sound else [])
