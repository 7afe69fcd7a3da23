"""A file that could not be brought to the end, as its owner sees it."""

from pydantic import BaseModel, ConfigDict

VERIFY = "verify"
"""What stands for a stage in the failures of files that were read again."""


class Failure(BaseModel):
    """One run that failed: parked, or waiting for another try; or a file that was bad when it was read again."""

    model_config = ConfigDict(frozen=True)

    asset: str | None
    """SHA-1; None when the file could not even be read."""
    path: str
    stage: str
    kind: str
    """bad_media (the file's fault), transient (gave up trying), permanent (ours), or of stage `verify`:
    mismatch (bit rot) or unreadable."""
    reason: str
    attempts: int = 0
    at: float | None = None
    """When it failed last, in seconds since 1970."""
    again_at: float | None = None
    """When it will be tried again by itself; None: parked until somebody retries it."""
