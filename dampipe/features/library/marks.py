"""What a list shows of the values of its assets: their ratings and labels."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.registry import LibraryFields
from dampipe.kernel.field import FieldType

SHOWN = (FieldType.RATING, FieldType.LABEL)


class Mark(BaseModel):
    """A value that stands on the picture of an asset."""

    model_config = ConfigDict(frozen=True)

    field: str
    label: str
    """Of the field, for people."""
    number: float | None = None
    """A rating."""
    text: str | None = None
    """A label."""


class Marks:
    """The ratings and labels of assets. Thread-safe."""

    def __init__(self, metadata: ValueRepository, fields: LibraryFields) -> None:
        self._metadata = metadata
        self._fields = fields

    def of(self, connection: Connection, assets: Sequence[int]) -> Mapping[int, tuple[Mark, ...]]:
        """Those of some assets, in the order of the schema; what has none is left out."""
        every = self._fields.all(connection)
        fields = {key: one for key, one in every.items() if one.type in SHOWN}
        found = self._metadata.effective(connection, assets, list(fields), every) if fields else {}
        return {
            asset: tuple(
                Mark(field=key, label=one.label, number=content.number, text=content.text)
                for key, one in fields.items()
                for content in values.get(key, ())
            )
            for asset, values in found.items()
        }
