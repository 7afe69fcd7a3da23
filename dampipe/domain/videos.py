"""An asset as upstream code sees it through `StorageEngine`."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict

from dampipe.domain.derivatives import Derivative, DerivativeKind
from dampipe.domain.media import MediaInfo
from dampipe.domain.runs import RunState


class Video(BaseModel):
    """All that is known of one asset: identity, places, metadata and derivatives."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    size: int
    name: str
    paths: tuple[str, ...] = ()
    """Printable paths of its present locations, then of the missing ones."""
    media: MediaInfo | None = None
    """None until it was probed."""
    derivatives: tuple[Derivative, ...] = ()
    added_at: datetime

    def download_name(self, made: Derivative) -> str:
        """What a derivative is called outside: a proxy as its original, so that editors relink it."""
        stem, suffix = PurePosixPath(self.name).stem, PurePosixPath(made.key).suffix
        return f"{stem}{suffix}" if made.kind is DerivativeKind.PROXY else f"{stem}.{made.kind}{suffix}"


class RunSummary(BaseModel):
    """One stage of an asset, as `dampipe show` tells it."""

    model_config = ConfigDict(frozen=True)

    stage: str
    version: str
    state: RunState
    attempts: int = 0
    seconds: float | None = None
    """How long the last attempt took."""
    kind: str | None = None
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    plan: str | None = None
    """Who did it: "software" or a family of hardware; None where a stage does not tell."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    size: int | None = None
    """Bytes written."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "RunSummary":
        """From a row of the run table."""
        told = json.loads(row["output"] or "{}")
        started, finished = row["started_at"], row["finished_at"]
        return cls(
            stage=row["stage"],
            version=row["version"],
            state=row["state"],
            attempts=row["attempts"],
            seconds=finished - started if started and finished and finished >= started else None,
            kind=row["error_kind"],
            reason=row["reason"],
            warnings=tuple(json.loads(row["warnings"])),
            **{name: told.get(name) or None for name in ("plan", "speed", "size") if told.get("plan")},
        )
