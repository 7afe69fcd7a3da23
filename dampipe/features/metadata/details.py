"""The values of an asset in its details."""

from typing import Any

from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField
from dampipe.kernel.feature import registered


def _read(services: Services, actor: Actor, asset: int) -> dict[str, Any]:
    """What counts, by field; facts, and fields that another feature shows, stand elsewhere in the details."""
    shown = {given.key for fields in registered("fields") for given in fields if given.own_detail}
    found = services.get(MetadataService).values_of(actor, asset)
    return {one.label: list(one.texts) for one in found if one.key not in shown}


def _text(values: dict[str, Any]) -> str:
    return "; ".join(f"{label}: {', '.join(texts)}" for label, texts in values.items())


METADATA = DetailField("metadata", dict[str, tuple[str, ...]], {}, "metadata", _read, _text)
