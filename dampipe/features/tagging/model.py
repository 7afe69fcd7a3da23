"""What the use cases answer with; the faces print these as they are."""

from pydantic import BaseModel, ConfigDict


class TagReport(BaseModel):
    """A tag, and how many assets have it."""

    model_config = ConfigDict(frozen=True)

    name: str
    assets: int
