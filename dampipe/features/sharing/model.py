"""Share links as values, and their rules. No I/O."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.collections.model import Right
from dampipe.features.originals.scopes import ORIGINALS, PROXIES
from dampipe.features.sharing.errors import NAME_INVALID
from dampipe.kernel.access import COMMENT, Scope
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import printable

MAX_NAME = 200
MAX_MESSAGE = 2_000
MAX_GUEST = 100
"""Characters of the name of a link, of its message, and of the name of a guest."""
MAX_MOVES = 50
MOST_OPENS = 1_000_000
MOST_DAYS = 36500
SHORTEST_PASSWORD = 4
"""Characters. Guesses are counted, and a guess needs the link as well."""
LONGEST_PASSWORD = 1000
ADDRESS: Final = "/s#"
"""Where a link leads on its server. What follows is not sent to servers, and so stands in no log and no Referer."""
SHARED_FROM: Final = Right.EDIT
"""The least right on a collection that the one who shares it needs, as long as the link shows it."""
ANONYMOUS: Final = "Guest"
"""What guests are called who need no name."""


class Allow(StrEnum):
    """What guests of a link may do besides looking at what it shows."""

    COMMENT = "comment"
    DOWNLOAD = "download"
    """Save proxies and other derivatives."""
    ORIGINALS = "originals"
    """Save the original files."""


SCOPES: Final[dict[Allow, Scope]] = {
    Allow.COMMENT: COMMENT,
    Allow.DOWNLOAD: PROXIES,
    Allow.ORIGINALS: ORIGINALS,
}
"""The scope that each needs: the one who shares has to have it, and the guests get it."""


class ShareState(StrEnum):
    """Whether a link shows something."""

    OPEN = "open"
    EXPIRED = "expired"
    USED_UP = "used_up"
    REVOKED = "revoked"
    DISABLED = "disabled"
    """The user who shared is disabled."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


Password = Annotated[str, Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)]
Name = Annotated[str, Field(max_length=MAX_NAME)]
Message = Annotated[str, Field(max_length=MAX_MESSAGE)]
Days = Annotated[float, Field(gt=0, le=MOST_DAYS)]
Opens = Annotated[int, Field(ge=1, le=MOST_OPENS)]
Moves = Annotated[tuple[Annotated[str, Field(max_length=50)], ...], Field(max_length=MAX_MOVES)]


class ShareRequest(_Value):
    """A link to create."""

    asset: str | None = None
    """An asset, as `show` takes it;"""
    collection: int | None = Field(default=None, ge=1, le=2**31 - 1)
    """or the number of a collection."""
    name: Name = ""
    """What it is called in lists and for guests; empty: as the asset or collection."""
    message: Message = ""
    """What guests read above what the link shows."""
    allow: tuple[Allow, ...] = Field(default=(), max_length=len(Allow))
    moves: Moves = ()
    """Transitions of the workflow that guests may make, such as `approve`."""
    password: Password | None = None
    days: Days | None = None
    """Days until it expires; None: never."""
    max_opens: Opens | None = None
    """How often it may be opened; None: as often as one likes."""


class ShareChange(_Value):
    """What is to change of a link; what is not given stays."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)] | None = None
    message: Message | None = None
    allow: Annotated[tuple[Allow, ...], Field(max_length=len(Allow))] | None = None
    moves: Moves | None = None
    password: Password | None = None
    """A new password; null: it needs none any more. Ends the sessions of all guests."""
    days: Days | None = None
    """Days from now until it expires; null: never."""
    max_opens: Opens | None = None
    """Null: as often as one likes."""
    if_version: int | None = None
    """The version of the link that the change was made from; another one is a conflict."""

    def given(self) -> dict[str, Any]:
        """What is to change, by name. Null means none of it for some, and nothing to change for the others."""
        found = {name: getattr(self, name) for name in self.model_fields_set - {"if_version"}}
        keep = ("name", "message", "allow", "moves")
        return {name: value for name, value in found.items() if value is not None or name not in keep}


class ShareReport(_Value):
    """A link as lists show it."""

    id: int
    name: str
    message: str
    asset: str | None
    """The SHA-1 of the current version of the asset; null for a collection, and for one that is not visible now."""
    collection: int | None
    allow: tuple[Allow, ...]
    moves: tuple[str, ...]
    password: bool
    """Whether it needs one."""
    state: ShareState
    expires_at: float | None
    """Seconds since 1970, as all times."""
    max_opens: int | None
    opened: int
    """How often it was opened."""
    opened_at: float | None
    """When it was opened last."""
    guests: int
    """Sessions that have not ended."""
    revoked_at: float | None
    created_at: float
    created_by: str
    version: int


class ShareCreated(ShareReport):
    """A new link, or one with a new address: the only answer with the token."""

    token: str
    address: str
    """Of the link on its server: `/s#TOKEN`."""


class GuestRequest(_Value):
    """What opens a link."""

    token: str = Field(max_length=200)
    password: str | None = Field(default=None, max_length=LONGEST_PASSWORD)
    guest: str = Field(default="", max_length=MAX_GUEST)
    """The name under which a guest comments and approves; needed where the link allows it."""


class GuestNeeds(_Value):
    """What a guest has to give to open a link."""

    password: bool
    guest: bool
    """Whether a name is needed, since the guest may comment or approve."""


class GuestSession(_Value):
    """What a guest may see and do."""

    share: int
    name: str
    """Of the link."""
    message: str
    guest: str
    asset: str | None
    collection: int | None
    allow: tuple[Allow, ...]
    """What the guest may do now: not more than the one who shared may."""
    moves: tuple[str, ...]
    expires_at: float | None
    """Of the link."""


class GuestEntered(GuestSession):
    """A new session."""

    secret: str | None
    """What a client without cookies sends as a bearer token; null where a cookie was set."""


def guest_name(text: str) -> str:
    """The name of a guest, with single spaces. Raises InvalidInput for one that holds what cannot be printed."""
    name = " ".join(text.split())
    if not name.isprintable() or len(name) > MAX_GUEST:
        raise InvalidInput(NAME_INVALID, name=printable(text[:MAX_GUEST]), most=MAX_GUEST)
    return name


def allows_of(text: str) -> tuple[Allow, ...]:
    """What a row says that guests may do."""
    named = set(text.split())
    return tuple(one for one in Allow if one in named)


def joined(values: Iterable[str]) -> str:
    """As a row says it: each once, in order."""
    return " ".join(dict.fromkeys(values))
