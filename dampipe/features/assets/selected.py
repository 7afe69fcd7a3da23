"""Which assets are meant, where many are: by name, by filters, or all."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Selected(BaseModel):
    """Many assets: those that are named, those that pass filters, or all; without some."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    assets: tuple[str, ...] = Field(
        default=(), description="SHA-1s (or the first digits of them), paths or names;"
    )
    filters: Mapping[str, tuple[str, ...]] = Field(
        default={}, description="or the filters of a search, values by name;"
    )
    all: bool = Field(default=False, description="or all assets;")
    without: tuple[str, ...] = Field(
        default=(), description="except these: what was chosen no more after all that match were chosen."
    )

    @property
    def is_given(self) -> bool:
        """Whether it says which assets are meant; filters without a value say nothing."""
        return bool(self.assets or self.all or any(self.filters.values()))

    @classmethod
    def of(cls, other: "Selected") -> Self:
        """The same selection, of a request that says more."""
        return cls(assets=other.assets, filters=other.filters, all=other.all, without=other.without)
