"""What every sweep does for access: deletes sessions and windows of logins that have expired."""

from collections.abc import Mapping

from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.throttle import LoginThrottle


class ExpiredSessions:
    """Deletes them."""

    def __init__(self, access: AccessRepository, throttle: LoginThrottle) -> None:
        self._access = access
        self._throttle = throttle

    def __call__(self) -> Mapping[str, int]:
        """Once; nothing that people need to know of."""
        self._access.delete_expired()
        self._throttle.delete_expired()
        return {}
