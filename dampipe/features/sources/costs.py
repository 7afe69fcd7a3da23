"""What it costs to keep files in a source and to get them back, as its owner states it; dampipe knows no prices."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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
