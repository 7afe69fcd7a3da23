"""What it costs to keep files in a source and to get them back, as its owner states it; dampipe knows no prices."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

GB = 1e9
"""Bytes of a GB, as storages reckon."""

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RetrievalCost(BaseModel):
    """What it costs to read archived bytes at one speed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_gb: Amount = 0.0
    """Money for each 10^9 bytes."""
    per_1000: Amount = 0.0
    """Money for 1,000 requests."""
    hours: Amount = 0.0
    """Until the bytes can be read."""


class CostModel(BaseModel):
    """What a source costs; an amount that is not stated is 0. A GB is 10^9 bytes, a month 30 days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    gb_month: Amount = 0.0
    """Money for keeping a GB for a month."""
    egress_gb: Amount = 0.0
    """Money for a GB that leaves the storage."""
    write_1000: Amount = 0.0
    """Money for 1,000 requests that write."""
    read_1000: Amount = 0.0
    """Money for 1,000 requests that read or list."""
    minimum_days: Amount = 0.0
    """Days for which a file is paid at least, even if it is deleted before."""
    mb_per_s: Amount = 0.0
    """10^6 bytes a second that the storage takes or gives; 0: not known."""
    retrieval: dict[str, RetrievalCost] = {}
    """By speed: `expedited`, `standard`, `bulk`. Empty: files can be read at once."""

    def hours(self, speed: str) -> float | None:
        """Hours until archived bytes can be read at a speed; None: not stated."""
        found = self.retrieval.get(speed)
        return None if found is None else found.hours

    def retrieval_cost(self, speed: str, files: int, size: int) -> float:
        """Money for having files of `size` bytes in all restored at a speed."""
        found = self.retrieval.get(speed, RetrievalCost())
        return found.per_gb * size / GB + found.per_1000 * files / 1000

    def egress_cost(self, files: int, size: int) -> float:
        """Money for reading files of `size` bytes in all out of the storage."""
        return self.egress_gb * size / GB + self.read_1000 * files / 1000
