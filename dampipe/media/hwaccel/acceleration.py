"""What this machine's video hardware can do, family by family, as far as it was seen to work."""

from dataclasses import dataclass

from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE


@dataclass(frozen=True)
class Acceleration:
    """One family of hardware, or software, and what of it was seen to work here."""

    name: str
    """ "software" or a family's name: what a run records."""
    works: bool
    """Whether it encodes."""
    reason: str
    """How it was found out, or why not."""
    decodes: tuple[str, ...] = ()
    """The kinds of pictures that it decodes, of `KINDS`."""
    device: str = ""
    """Which of several, where that has to be said."""

    @property
    def usable(self) -> bool:
        """Whether it is good for anything."""
        return self.works or bool(self.decodes)

    @property
    def opening(self) -> list[str]:
        """Global options of ffmpeg that open the device."""
        return [text.replace("{device}", self.device) for text in FAMILIES[self.name].opening]


def families(wanted: str) -> tuple[str, ...]:
    """The families that the setting `acceleration` means, the best first: "auto", "none" or names with commas.

    Software always stays, as the last. Raises ValueError for a name that is none.

    >>> families("vaapi, nvidia"), families("none")
    (('vaapi', 'nvidia', 'software'), ('software',))
    """
    hardware = [name for name in FAMILIES if name != SOFTWARE]
    if wanted == "auto":
        return (*hardware, SOFTWARE)
    named = [] if wanted == "none" else [name.strip() for name in wanted.split(",")]
    for name in named:
        if name not in hardware:
            raise ValueError(f"{name!r} is none of auto, none, {', '.join(hardware)}")
    return (*named, SOFTWARE)
