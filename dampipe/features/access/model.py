"""Users, tokens, sessions and grants as values, and the rules for their names. No I/O."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from dampipe.features.access.errors import INVALID_NAME, INVALID_ROLE, PASSWORD_TOO_SHORT
from dampipe.kernel.access import Role
from dampipe.kernel.errors import InvalidInput

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1000
NAME = r"^[a-z0-9][a-z0-9._@+-]{0,99}$"
ROLES = tuple(str(role) for role in Role)


def valid_name(name: str) -> str:
    """The name in lower case. Raises InvalidInput unless it is one of a user or a token."""
    name = name.strip().lower()
    if not re.fullmatch(NAME, name):
        raise InvalidInput(INVALID_NAME, name=name[:100])
    return name


def parse_role(text: object) -> Role:
    """A role by its name. Raises InvalidInput."""
    if isinstance(text, Role):
        return text
    if not isinstance(text, str):
        raise InvalidInput(INVALID_ROLE, role=str(text)[:100], roles=", ".join(ROLES))
    if text.lower() not in ROLES:
        raise InvalidInput(INVALID_ROLE, role=text[:100], roles=", ".join(ROLES))
    return Role[text.upper()]


def valid_password(password: str) -> str:
    """The password itself. Raises InvalidInput for one that is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(PASSWORD_TOO_SHORT, least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    return password


RoleName = Annotated[
    Role,
    BeforeValidator(parse_role, json_schema_input_type=str),
    PlainSerializer(str, return_type=str),
]
"""A role, by its name in JSON."""
UserName = Annotated[str, AfterValidator(valid_name), Field(max_length=100)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class UserReport(_Value):
    """A user as lists show it."""

    name: str
    role: RoleName
    disabled: bool
    password: bool
    """Whether a password is set; without one the user logs in by another way only."""
    logins: tuple[str, ...] = ()
    """Identity providers that the user is linked to."""
    sessions: int = 0
    created_at: float
    """Seconds since 1970, as all times."""
    last_used_at: float | None = None
    """When the user last logged in or sent a request, to about a minute; None: never."""


class TokenReport(_Value):
    """A token as lists show it; the token itself is shown once, when it is created."""

    name: str
    scopes: tuple[str, ...]
    user: str | None
    """Whose rights on footage the token has; None: every asset."""
    created_at: float
    expires_at: float | None
    last_used_at: float | None


class TokenCreated(TokenReport):
    """A new token."""

    token: str


class TokenRequest(_Value):
    """A token to create."""

    name: UserName
    scopes: tuple[str, ...]
    user: UserName | None = None
    days: float | None = Field(default=None, gt=0, le=36500)
    """Days until it expires; None: never."""


class OwnTokenRequest(_Value):
    """A token that a user creates for themselves."""

    name: UserName
    scopes: tuple[str, ...]
    days: float | None = Field(default=None, gt=0, le=36500)
    """Days until it expires; None: never."""


class ScopeReport(_Value):
    """One kind of thing that an actor may do."""

    name: str
    summary: str
    role: RoleName
    """The least role that has it."""


class UserRequest(_Value):
    """A user to add."""

    name: UserName
    role: RoleName = Role.VIEWER
    password: str | None = None
    sees: tuple[str, ...] | None = None
    """Names of sources and absolute paths of folders; None: everything."""


class GrantReport(_Value):
    """What a user, or everybody with a role or a higher one, may see."""

    to: str
    """`user:anna` or `role:viewer`."""
    what: str
    """`everything`, or the absolute path of a folder."""


class Grant(_Value):
    """A grant, as rights are computed from it."""

    source: int | None
    """None: everything."""
    folder: str
    """Relative to the root of the source; empty: all of it."""
    to: str


class Explanation(_Value):
    """Why a user sees an asset, or does not."""

    user: str
    role: RoleName
    asset: str
    visible: bool
    reasons: tuple[str, ...]
    """Sentences."""
