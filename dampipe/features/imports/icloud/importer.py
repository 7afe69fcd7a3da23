"""iCloud as an origin."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from dampipe.features.imports.icloud.account import ICLOUDPD, Account
from dampipe.features.imports.icloud.download import fetch, log_in
from dampipe.features.imports.icloud.spool import Spool
from dampipe.features.imports.importers import OriginFile, OriginStat
from dampipe.features.imports.local_origin import LocalOrigin


class ICloudImporter(LocalOrigin):
    """The photos of an Apple account. Nothing in iCloud is changed."""

    summary = "Copy the photos of an Apple account, verified, as icloudpd fetches them."
    names_files = True
    fields = ("name", "stem", "suffix", "camera", "shot_on", "imported_on")
    default_pattern = "{shot_on:%Y/%m}/{name}"
    proves_complete = False
    program = ICLOUDPD
    origin_metavar = "USER"

    def origin_of(self, text: str) -> str:
        """The origin that a person means at the command line. Raises InvalidInput."""
        return Account.of(text).origin

    def log_in(self, text: str) -> None:
        """Log in at this terminal. Raises InvalidInput, CannotStart and Transient."""
        log_in(Account.of(text))

    def check(self, origin: str) -> None:
        """Raise InvalidInput for what is no account, CannotStart without icloudpd, Transient without a session."""
        account = Account.of(origin)
        ICLOUDPD.path()
        account.require_session()

    def fetch(self, origin: str, quota: int, check: Callable[[], object]) -> bool:
        """See Fetching."""
        return fetch(Account.of(origin), quota, check)

    def release(self, origin: str, keys: Iterable[str]) -> None:
        """See Fetching."""
        Spool(Account.of(origin)).release(keys)

    def list(self, origin: str) -> Iterator[OriginFile]:
        """The photos in the spool."""
        return Spool(Account.of(origin)).files()

    def stat(self, origin: str, key: str) -> OriginStat:
        """A file as it is now."""
        return super().stat(self._spool(origin), key)

    def open(self, origin: str, key: str) -> BinaryIO:
        """The bytes of a file."""
        return super().open(self._spool(origin), key)

    def local_path(self, origin: str, key: str) -> str | None:
        """The file's path."""
        return super().local_path(self._spool(origin), key)

    def label(self, origin: str) -> str:
        """The account."""
        return Account.of(origin).user

    def mount(self, origin: str) -> str:
        """The spool is on this machine."""
        return ""

    @staticmethod
    def _spool(origin: str) -> str:
        return str(Account.of(origin).spool)
