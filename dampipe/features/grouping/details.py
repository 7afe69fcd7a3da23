"""The group in the details of an asset."""

from dampipe.features.grouping.model import Group
from dampipe.features.grouping.queries import GroupRepository
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField
from dampipe.kernel.visibility import Visibility


def _read(services: Services, actor: Actor, asset: int) -> Group | None:
    return services.get(GroupRepository).of(asset, services.get(Visibility).of(actor))


def _text(group: Group | None) -> str:
    return "" if group is None else str(group)


GROUP = DetailField("group", Group | None, None, "group", _read, _text)
