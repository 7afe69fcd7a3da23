"""A worker as it reports itself."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class WorkerInfo(BaseModel):
    """Who works where on what. Times are seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    name: str
    queues: tuple[str, ...]
    facts: dict[str, Any] = {}
    """What it found on its machine: ffmpeg, encoders that work, device of the model …"""
    started_at: float
    seen_at: float
