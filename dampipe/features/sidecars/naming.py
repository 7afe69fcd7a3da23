"""Which sidecar of a file counts, and what a new one is called. No I/O."""

from collections.abc import Collection, Mapping, Sequence

from dampipe.features.sidecars.model import Naming
from dampipe.features.sources.sidecars import attach

SUFFIX = ".xmp"


def candidates(file: str, attached: Mapping[str, Sequence[str]]) -> list[str]:
    """The XMP sidecars in the folder of a file, the one that counts first. attached: sidecars by file.

    `clip.mov.xmp` comes before `clip.xmp`: the first is about this file alone, the second may be that of another file
    with the same stem, a photograph's or a proxy's.

    >>> candidates("clip.mov", {"clip.mov": ["../XMP/clip.xmp", "clip.XMP", "clip.mov.xmp", "clip.srt"]})
    ['clip.mov.xmp', 'clip.XMP']
    """
    own = [name for name in attached.get(file, ()) if name.lower().endswith(SUFFIX) and "/" not in name]
    stems = {name: name[: -len(SUFFIX)] for name in own}
    # Two files may differ in case only.
    own = [name for name in own if stems[name] == file or stems[name] not in attached]
    return sorted(
        own, key=lambda name: (stems[name] != file, stems[name].casefold() != file.casefold(), name)
    )


def is_shared(sidecar: str, attached: Mapping[str, Sequence[str]]) -> bool:
    """Whether a sidecar counts for several files of a folder."""
    return sum(sidecar in candidates(file, attached) for file in attached) > 1


def new_name(file: str, naming: Naming, files: Collection[str]) -> str:
    """The name of a sidecar that does not exist yet. files: names of footage in the folder.

    One that other files would share has the whole name of its file.
    """
    name = f"{file.rpartition('.')[0] or file}{SUFFIX}"
    if naming is Naming.STEM and len(attach({*files, file}, [name])) == 1:
        return name
    return f"{file}{SUFFIX}"
