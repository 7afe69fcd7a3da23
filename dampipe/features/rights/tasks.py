"""The periodic job of rights: notices of licences that end."""

from dampipe.features.rights.queries import LicenceRepository


class NoticesTask:
    """Records an event for each notice that is due."""

    def __init__(self, licences: LicenceRepository) -> None:
        self._licences = licences

    def __call__(self) -> str:
        count = 0
        while given := self._licences.give_notices():
            count += given
        return f"{count} notices of licences given"
