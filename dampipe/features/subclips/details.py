"""The subclips in the details of an asset."""

from dampipe.features.subclips.model import BriefSubclip
from dampipe.features.subclips.service import SubclipService
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField
from dampipe.kernel.timecode import clock


def _read(services: Services, actor: Actor, asset: int) -> tuple[BriefSubclip, ...]:
    return services.get(SubclipService).brief(actor, asset)


def _text(subclips: tuple[BriefSubclip, ...]) -> str:
    return ", ".join(f"{one.name} ({clock(one.start)}–{clock(one.end)})" for one in subclips)


SUBCLIPS = DetailField("subclips", tuple[BriefSubclip, ...], (), "subclips", _read, _text)
