"""An Apple account, and where its session and its spool are on this machine."""

import re
from dataclasses import dataclass
from pathlib import Path

from dampipe.features.imports.icloud.errors import LOGIN_NEEDED, USER_INVALID
from dampipe.features.imports.programs import OwnProgram
from dampipe.kernel.errors import InvalidInput, Transient
from dampipe.kernel.home import home_folder
from dampipe.kernel.paths import printable
from dampipe.kernel.private_files import make_folder

ICLOUDPD = OwnProgram("icloudpd", "icloudpd==1.32.3", 69, "icloud")
SCHEME = "icloud://"
_USER = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|\+?[0-9]{6,15}")


@dataclass(frozen=True)
class Account:
    """An Apple account."""

    user: str
    """Its e-mail address or telephone number."""

    @classmethod
    def of(cls, text: str) -> "Account":
        """From an origin `icloud://USER`, or the user alone. Raises InvalidInput."""
        user = text.removeprefix(SCHEME).rstrip("/")
        if not _USER.fullmatch(user) or len(user) > 200:
            raise InvalidInput(USER_INVALID, user=printable(user))
        return cls(user)

    @property
    def origin(self) -> str:
        """As imports name it."""
        return SCHEME + self.user

    @property
    def sessions(self) -> Path:
        """The folder in which icloudpd keeps its sessions: cookies and tokens, no passwords."""
        return home_folder() / "icloud"

    @property
    def spool(self) -> Path:
        """The folder into which photos are fetched; what is in it can be fetched again."""
        return home_folder() / "cache" / "icloud" / self.user

    @property
    def has_session(self) -> bool:
        """Whether icloudpd has logged in here once."""
        name = "".join(one for one in self.user if re.match(r"\w", one))
        return (self.sessions / name).exists() or (self.sessions / f"{name}.session").exists()

    def require_session(self) -> None:
        """Raise Transient (LOGIN_NEEDED) unless it has."""
        if not self.has_session:
            raise Transient(LOGIN_NEEDED, delay=86_400.0, user=self.user)

    def options(self) -> list[str]:
        """The options of icloudpd that name the account and its session."""
        make_folder(self.sessions)
        return ["--username", self.user, "--cookie-directory", str(self.sessions)]
