"""One family of video hardware on this machine, as tested."""

from dataclasses import dataclass

from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE


@dataclass(frozen=True)
class Acceleration:
    """One family of hardware, or software, and what works on this machine."""

    name: str
    """ "software" or the name of a family; recorded in the outputs of runs."""
    encodes: bool
    """Whether its encoder works."""
    reason: str
    """How the encoder was tested, or why it does not work."""
    decodes: tuple[str, ...] = ()
    """The kinds of streams that it decodes, of `KINDS`."""
    device: str = ""
    """The device, if the family has several."""

    @property
    def usable(self) -> bool:
        """Whether it encodes or decodes anything."""
        return self.encodes or bool(self.decodes)

    @property
    def device_options(self) -> list[str]:
        """Global ffmpeg options that open the device."""
        return [text.replace("{device}", self.device) for text in FAMILIES[self.name].device_options]


def families(setting: str) -> tuple[str, ...]:
    """The families that the setting `acceleration` selects, the best first: "auto", "none" or names with commas.

    Software is always included, as the last. Raises ValueError for an unknown name.

    >>> families("vaapi, nvidia"), families("none")
    (('vaapi', 'nvidia', 'software'), ('software',))
    """
    hardware = [name for name in FAMILIES if name != SOFTWARE]
    if setting == "auto":
        return (*hardware, SOFTWARE)
    names = [] if setting == "none" else [name.strip() for name in setting.split(",")]
    for name in names:
        if name not in hardware:
            raise ValueError(f"{name!r} is none of auto, none, {', '.join(hardware)}")
    return (*names, SOFTWARE)
