"""Which sidecar of a file counts, and what a new one is called. No I/O."""

from collections.abc import Collection, Mapping, Sequence

from dampipe.features.sidecars.model import Naming

SUFFIX = ".xmp"


def candidates(file: str, attached: Sequence[str]) -> list[str]:
    """The XMP sidecars in the folder of a file, the one that counts first.

    `clip.mov.xmp` comes before `clip.xmp`: the first is about this file alone, the second may be that of another file
    with the same stem, a photograph's or a proxy's.

    >>> candidates("clip.mov", ["../XMP/clip.xmp", "clip.XMP", "clip.mov.xmp", "clip.srt"])
    ['clip.mov.xmp', 'clip.XMP']
    """
    own = [name for name in attached if name.lower().endswith(SUFFIX) and "/" not in name]
    return sorted(own, key=lambda name: (not is_full(file, name), name))


def is_full(file: str, sidecar: str) -> bool:
    """Whether a sidecar has the whole name of the file."""
    return sidecar[: -len(SUFFIX)].casefold() == file.casefold()


def is_shared(sidecar: str, attached: Mapping[str, Sequence[str]]) -> bool:
    """Whether a sidecar belongs to several files of a folder. attached: sidecars by file."""
    return sum(sidecar in own for own in attached.values()) > 1


def new_name(file: str, naming: Naming, attached: Mapping[str, Sequence[str]], files: Collection[str]) -> str:
    """The name of a sidecar that does not exist yet. files: names of footage in the folder.

    One that other files would share has the whole name of its file.
    """
    stem = file.rpartition(".")[0]
    shared = [other for other in files if other.rpartition(".")[0].casefold() == stem.casefold()]
    if naming is Naming.STEM and stem and len(shared) <= 1:
        return f"{stem}{SUFFIX}"
    return f"{file}{SUFFIX}"
