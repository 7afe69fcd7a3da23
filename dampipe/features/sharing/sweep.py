"""What every sweep does for share links: deletes sessions of guests that have expired."""

from collections.abc import Mapping

from dampipe.features.sharing.queries import ShareRepository


class ExpiredGuests:
    """Deletes them."""

    def __init__(self, shares: ShareRepository) -> None:
        self._shares = shares

    def __call__(self) -> Mapping[str, int]:
        """Once; nothing that people need to know of."""
        self._shares.delete_expired()
        return {}
