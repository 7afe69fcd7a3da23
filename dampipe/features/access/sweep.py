"""What every sweep does for access: deletes sessions that have expired."""

from collections.abc import Mapping

from dampipe.features.access.queries import AccessRepository


class ExpiredSessions:
    """Deletes them."""

    def __init__(self, access: AccessRepository) -> None:
        self._access = access

    def __call__(self) -> Mapping[str, int]:
        """Once; nothing that people need to know of."""
        self._access.delete_expired()
        return {}
