"""Whether the store of derivatives is there: a random sample of what it should hold."""

import time
from dataclasses import dataclass

from dampipe.features.derivatives.checks import CheckRepository
from dampipe.features.derivatives.model import StoreHealth
from dampipe.kernel.container import Services
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.settings.settings import Settings
from dampipe.storage.blobs.base import BlobStore

STATUS_SAMPLE = 16
STATUS_EVERY = 60.0
"""Seconds for which the sample of the status is used again."""


@dataclass(frozen=True)
class CheckPolicy:
    """When so many derivatives are missing that the store is suspected; as with scans."""

    guard_share: float = 0.5
    guard_files: int = 10
    sample: int = 64
    """Derivatives of which a guard looks whether they exist."""

    def is_suspicious(self, missing: int, of: int) -> bool:
        """Whether a loss of `missing` out of `of` derivatives is too large to be believed."""
        return missing >= self.guard_files and missing > self.guard_share * of


def check_policy(services: Services) -> CheckPolicy:
    """How many derivatives may be missing before a check believes that their store is away."""
    settings = services.get(Settings)
    return CheckPolicy(settings.guard_share, settings.guard_files)


class StoreSample:
    """Looks whether derivatives exist. Any method may raise CatalogueDown."""

    def __init__(self, checks: CheckRepository, store: BlobStore, policy: CheckPolicy) -> None:
        self._checks = checks
        self._store = store
        self.policy = policy
        self._known_health: tuple[float, StoreHealth] | None = None

    def health(self) -> StoreHealth:
        """Whether a small sample of the derivatives exists; looked at once a minute at most."""
        known = self._known_health
        if known is None or time.monotonic() > known[0]:
            known = (time.monotonic() + STATUS_EVERY, self.look(STATUS_SAMPLE))
            self._known_health = known
        return known[1]

    def look(self, count: int | None = None) -> StoreHealth:
        """Whether a random sample of that many derivatives exists, looked at now. None: as many as the policy says."""
        rows = self._checks.sample(self.policy.sample if count is None else count)
        try:
            missing = sum(not self._store.exists(row.key) for row in rows)
        except DampipeError as error:
            return StoreHealth(problem=str(error))
        away = self.policy.is_suspicious(missing, len(rows))
        return StoreHealth(sampled=len(rows), missing=missing, away=away)
