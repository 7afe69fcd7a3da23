"""The machine tags of an asset in its details."""

from typing import Any

from dampipe.features.machinetags.shown import ShownTags
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField
from dampipe.kernel.timecode import clock


def _read(services: Services, actor: Actor, asset: int) -> tuple[dict[str, Any], ...]:
    found = services.get(ShownTags).of_asset(actor, asset)
    return tuple(one.model_dump(mode="json", exclude={"sha1", "name"}) for one in found)


def _text(tags: tuple[dict[str, Any], ...]) -> str:
    return ", ".join(
        f"{tag['label']} ({tag['state']}, {' '.join(clock(one['time']) for one in tag['moments'])})"
        for tag in tags
    )


MACHINE_TAGS = DetailField("machine_tags", tuple[dict[str, Any], ...], (), "machine tags", _read, _text)
