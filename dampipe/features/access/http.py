"""Users, tokens and rights over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from dampipe.features.access import model
from dampipe.features.access.model import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    Explanation,
    GrantReport,
    ScopeReport,
    TokenCreated,
    TokenReport,
    UserReport,
)
from dampipe.features.access.service import AccessService
from dampipe.features.assets.http import Name as AssetName
from dampipe.kernel.access import ADMIN, READ, Actor, Role
from dampipe.kernel.faces.http import STRICT, JsonBody, PathText, Problem, Storable, Text, allowed, provided

NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such user, token or grant."}
}
TAKEN: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The name is taken, or no admin would be left."}
}
router = APIRouter(tags=["access"], responses={**NOT_FOUND, **TAKEN})

Admin = Annotated[Actor, allowed(ADMIN)]
Reader = Annotated[Actor, allowed(READ)]
Access = Annotated[AccessService, provided(AccessService)]
NamePath = Annotated[str, Path(max_length=100, pattern=model.NAME)]
UserName = Annotated[str, Field(max_length=100, pattern=model.NAME)]
Password = Annotated[str, Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD), Storable()]


class UserRequest(model.UserRequest):
    """A user to add."""

    model_config = STRICT
    name: UserName
    role: Annotated[model.RoleName, Field(json_schema_extra={"enum": list(model.ROLES)})] = Role.VIEWER
    password: Password | None = None
    sees: Annotated[tuple[PathText, ...], Field(max_length=100)] | None = None


class UserChange(BaseModel):
    """What is to change of a user."""

    model_config = STRICT
    role: Annotated[model.RoleName, Field(json_schema_extra={"enum": list(model.ROLES)})] | None = None
    password: Password | None = None
    """Ends all sessions of the user."""
    disabled: bool | None = None


class TokenRequest(model.TokenRequest):
    """A token to create."""

    model_config = STRICT
    name: UserName
    scopes: Annotated[tuple[Text, ...], Field(min_length=1, max_length=100)]
    user: UserName | None = None


class OwnTokenRequest(model.OwnTokenRequest):
    """A token to create for oneself."""

    model_config = STRICT
    name: UserName
    scopes: Annotated[tuple[Text, ...], Field(min_length=1, max_length=100)]


class GrantRequest(BaseModel):
    """Who may see what."""

    model_config = STRICT
    to: Text
    """The name of a user, or `role:viewer`."""
    what: PathText
    """The name of a source, the absolute path of a folder, or `everything`."""


@router.get("/users")
def list_users(actor: Admin, access: Access) -> list[UserReport]:
    """All users by name."""
    return access.users(actor)


@router.post("/users", status_code=201)
def add_user(actor: Admin, access: Access, request: JsonBody[UserRequest]) -> UserReport:
    """Add a user, who sees everything unless `sees` says otherwise."""
    return access.add_user(actor, request)


@router.patch("/users/{name}")
def change_user(actor: Admin, access: Access, name: NamePath, change: JsonBody[UserChange]) -> UserReport:
    """Change a user's role or password, or disable the user. A new password ends all sessions."""
    return access.change_user(
        actor, name, role=change.role, password=change.password, disabled=change.disabled
    )


@router.delete("/users/{name}", status_code=204)
def remove_user(actor: Admin, access: Access, name: NamePath) -> None:
    """Remove a user with sessions, tokens and grants."""
    access.remove_user(actor, name)


@router.delete("/users/{name}/sessions", status_code=204)
def end_sessions(actor: Admin, access: Access, name: NamePath) -> None:
    """Log a user out everywhere."""
    access.log_out(actor, name)


@router.get("/tokens")
def list_tokens(actor: Admin, access: Access) -> list[TokenReport]:
    """All tokens by name, without the tokens themselves."""
    return access.tokens(actor)


@router.post("/tokens", status_code=201)
def create_token(actor: Admin, access: Access, request: JsonBody[TokenRequest]) -> TokenCreated:
    """Create a token for a program; the answer is the only place where it is shown."""
    return access.create_token(actor, request)


@router.delete("/tokens/{name}", status_code=204)
def revoke_token(actor: Admin, access: Access, name: NamePath) -> None:
    """Revoke a token: from now on it is refused."""
    access.revoke_token(actor, name)


@router.get("/scopes")
def list_scopes(actor: Reader, access: Access) -> list[ScopeReport]:
    """What a token may be allowed to do."""
    return access.scopes(actor)


@router.get("/session/tokens")
def list_own_tokens(actor: Reader, access: Access) -> list[TokenReport]:
    """The tokens of the user who is logged in. For a user only: not with a token, nor in a library without users."""
    return access.own_tokens(actor)


@router.post("/session/tokens", status_code=201)
def create_own_token(actor: Reader, access: Access, request: JsonBody[OwnTokenRequest]) -> TokenCreated:
    """Create a token of the user who is logged in, with scopes that the user has; it is shown in the answer only."""
    return access.create_own_token(actor, request)


@router.delete("/session/tokens/{name}", status_code=204)
def revoke_own_token(actor: Reader, access: Access, name: NamePath) -> None:
    """Revoke a token of the user who is logged in."""
    access.revoke_own_token(actor, name)


@router.get("/grants")
def list_grants(actor: Admin, access: Access) -> list[GrantReport]:
    """What users and roles may see."""
    return access.grants(actor)


@router.post("/grants", status_code=201)
def add_grant(actor: Admin, access: Access, request: JsonBody[GrantRequest]) -> GrantReport:
    """Let a user, or everybody with a role or a higher one, see a source, a folder or everything."""
    return access.grant(actor, request.to, request.what)


@router.delete("/grants", status_code=204)
def remove_grant(
    actor: Admin,
    access: Access,
    to: Annotated[Text, Query(description="As when it was granted.")],
    what: Annotated[PathText, Query(description="As when it was granted.")],
) -> None:
    """Take a grant back."""
    access.revoke(actor, to, what)


@router.get("/access/explain")
def explain_access(
    actor: Admin,
    access: Access,
    user: Annotated[Text, Query(description="The name of a user.")],
    asset: Annotated[AssetName, Query(description="An asset by SHA-1, or the absolute path of a file.")],
) -> Explanation:
    """Why a user sees an asset, or does not."""
    return access.explain(actor, user, asset)
