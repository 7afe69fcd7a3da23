"""The tags in the details of an asset."""

from dampipe.features.tagging.queries import TagRepository
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField


def _read(services: Services, actor: Actor, asset: int) -> tuple[str, ...]:
    return services.get(TagRepository).of(asset)


TAGS = DetailField("tags", tuple[str, ...], (), "tags", _read, ", ".join, for_guests=True)
