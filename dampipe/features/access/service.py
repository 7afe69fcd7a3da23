"""The use cases of access: users, tokens and grants, and explaining what a user sees."""

from collections.abc import Callable, Sequence

from dampipe.features.access.errors import (
    INVALID_SUBJECT,
    NO_SCOPES,
    ONLY_OWN_LOGIN,
    SCOPE_NOT_OWN,
    UNKNOWN_PLACE,
    UNKNOWN_SCOPE,
)
from dampipe.features.access.model import (
    ROLES,
    Explanation,
    Grant,
    GrantReport,
    OwnTokenRequest,
    ScopeReport,
    TokenCreated,
    TokenReport,
    TokenRequest,
    UserReport,
    UserRequest,
    parse_role,
    valid_name,
    valid_password,
)
from dampipe.features.access.queries import AccessRepository, User
from dampipe.features.access.rights import places
from dampipe.features.access.secrets import TOKEN_PREFIX, digest, hash_password, random_secret
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.sources.path_mapping import as_declared, under_known_root
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import ADMIN, LOCAL, READ, Actor, ActorKind, Role, Scope, require
from dampipe.kernel.errors import Forbidden, InvalidInput
from dampipe.kernel.paths import below, is_below, is_url, join_root, normal_path, printable

EVERYTHING = "everything"


class Scopes(tuple[Scope, ...]):
    """All scopes, as `dampipe.app.features.scopes` lists them."""

    __slots__ = ()


class AccessService:
    """Any method may raise CatalogueDown, and NotFound for a user or token that does not exist."""

    def __init__(
        self,
        access: AccessRepository,
        sources: SourceRepository,
        scopes: Scopes,
        assets: Callable[[], AssetService],
        rows: Callable[[], AssetRepository],
    ) -> None:
        self._access = access
        self._sources = sources
        self._scopes = scopes
        self._assets = assets
        self._rows = rows

    def users(self, actor: Actor) -> list[UserReport]:
        """All users by name."""
        require(actor, ADMIN)
        return self._access.users()

    def add_user(self, actor: Actor, request: UserRequest) -> UserReport:
        """Add a user, who sees everything unless the request says otherwise. Raises Conflict and InvalidInput."""
        require(actor, ADMIN)
        places_ = [self._place(one) for one in (request.sees if request.sees is not None else (EVERYTHING,))]
        password = None if request.password is None else hash_password(valid_password(request.password))
        user = self._access.add_user(request.name, request.role, password, str(actor))
        for source, folder in places_:
            report = self._grant_report(user, None, source, folder)
            self._access.add_grant(user, None, source, folder, report, str(actor))
        return self._report(user.name)

    def change_user(
        self,
        actor: Actor,
        name: str,
        *,
        role: Role | None = None,
        password: str | None = None,
        disabled: bool | None = None,
    ) -> UserReport:
        """Change what is given. A new password, and a disabled user, end all sessions of the user.

        Raises Conflict where no admin would be left, InvalidInput for a password that is too short.
        """
        require(actor, ADMIN)
        hashed = None if password is None else hash_password(valid_password(password))
        user = self._access.user(valid_name(name))
        self._access.change_user(user, str(actor), role=role, password_hash=hashed, disabled=disabled)
        return self._report(user.name)

    def remove_user(self, actor: Actor, name: str) -> None:
        """With sessions, tokens and grants. Raises Conflict where no admin would be left among the others."""
        require(actor, ADMIN)
        self._access.remove_user(self._access.user(valid_name(name)), str(actor))

    def log_out(self, actor: Actor, name: str) -> int:
        """End all sessions of a user; returns how many."""
        require(actor, ADMIN)
        return self._access.end_sessions(self._access.user(valid_name(name)), str(actor))

    def _report(self, name: str) -> UserReport:
        return next(one for one in self._access.users() if one.name == name)

    def tokens(self, actor: Actor) -> list[TokenReport]:
        """All tokens by name."""
        require(actor, ADMIN)
        return self._access.tokens()

    def create_token(self, actor: Actor, request: TokenRequest) -> TokenCreated:
        """Create a token; it is returned here and nowhere else. Raises Conflict and InvalidInput."""
        require(actor, ADMIN)
        return self._create_token(actor, request)

    def _create_token(self, actor: Actor, request: TokenRequest) -> TokenCreated:
        known = {scope.name for scope in self._scopes}
        if not request.scopes:
            raise InvalidInput(NO_SCOPES, scopes=", ".join(sorted(known)))
        for scope in request.scopes:
            if scope not in known:
                raise InvalidInput(UNKNOWN_SCOPE, scope=scope[:100], scopes=", ".join(sorted(known)))
        user = None if request.user is None else self._access.user(request.user)
        token = TOKEN_PREFIX + random_secret()
        scopes = list(dict.fromkeys(request.scopes))
        report = self._access.add_token(request.name, digest(token), scopes, user, request.days, str(actor))
        return TokenCreated(token=token, **report.model_dump())

    def scopes(self, actor: Actor) -> list[ScopeReport]:
        """All scopes; who may give tokens to programs chooses among them."""
        require(actor, READ)
        return [ScopeReport(name=one.name, summary=one.summary, role=one.least) for one in self._scopes]

    def own_tokens(self, actor: Actor) -> list[TokenReport]:
        """The tokens of the user who is logged in, by name. Raises Forbidden for another kind of actor."""
        require(actor, READ)
        return self._access.tokens(_own(actor))

    def create_own_token(self, actor: Actor, request: OwnTokenRequest) -> TokenCreated:
        """Create a token of the user who is logged in, which sees what the user sees and may do a part of what it may.

        Raises Conflict, InvalidInput (also for a scope that the user has not), and Forbidden: a token creates no other.
        """
        require(actor, READ)
        _own(actor)
        allowed = [scope.name for scope in self._scopes if actor.may(scope)]
        for scope in request.scopes:
            if scope not in allowed and scope in {one.name for one in self._scopes}:
                raise InvalidInput(
                    SCOPE_NOT_OWN, role=str(actor.role), scope=scope, scopes=", ".join(sorted(allowed))
                )
        return self._create_token(actor, TokenRequest(**request.model_dump(), user=actor.name))

    def revoke_own_token(self, actor: Actor, name: str) -> None:
        """From now on the token of the user who is logged in is refused. Raises Forbidden, as above."""
        require(actor, READ)
        user = _own(actor)
        self._access.remove_token(valid_name(name), str(actor), user)

    def revoke_token(self, actor: Actor, name: str) -> None:
        """From now on the token is refused."""
        require(actor, ADMIN)
        self._access.remove_token(valid_name(name), str(actor))

    def grants(self, actor: Actor) -> list[GrantReport]:
        """What users and roles may see, in the order in which it was granted."""
        require(actor, ADMIN)
        return self._shown(self._access.grants())

    def grant(self, actor: Actor, to: str, what: str) -> GrantReport:
        """Let a user (by name) or everybody with a role (`role:viewer`) see a source, a folder, or `everything`.

        Raises InvalidInput for what is neither.
        """
        require(actor, ADMIN)
        user, role = self._subject(to)
        source, folder = self._place(what)
        report = self._grant_report(user, role, source, folder)
        self._access.add_grant(user, role, source, folder, report, str(actor))
        return report

    def revoke(self, actor: Actor, to: str, what: str) -> None:
        """Take a grant back. Raises NotFound where there is none."""
        require(actor, ADMIN)
        user, role = self._subject(to)
        source, folder = self._place(what)
        report = self._grant_report(user, role, source, folder)
        self._access.remove_grant(user, role, source, folder, report, str(actor))

    def explain(self, actor: Actor, name: str, asset: str) -> Explanation:
        """Why a user sees an asset, or does not. Raises NotFound for an unknown user or asset."""
        require(actor, ADMIN)
        user = self._access.user(valid_name(name))
        sha1 = self._assets().sha1(LOCAL, asset)
        reasons: list[str] = []
        visible = True
        if user.is_disabled:
            visible = False
            reasons.append(f"{user.name} is disabled and cannot log in.")
        if user.role >= Role.MANAGER:
            reasons.append(f"The role {user.role} sees everything.")
        else:
            seen = self._seen_through(user, self._rows().folders_of(sha1))
            reasons += seen or [
                f"No grant to {user.name} or to the role {user.role} holds a folder of its files."
            ]
            visible = visible and bool(seen)
        return Explanation(
            user=user.name, role=user.role, asset=sha1, visible=visible, reasons=tuple(reasons)
        )

    def _seen_through(self, user: User, folders: Sequence[tuple[int, str]]) -> list[str]:
        """A sentence for each grant that shows one of the folders."""
        roots = self._access.roots()
        found = []
        for grant in self._access.grants(Actor(ActorKind.USER, user.name, user.role, user=user.id)):
            opened = places([grant], roots)
            shown = [
                join_root(roots[source], folder)
                for source, folder in folders
                if opened is None or any(_holds(place, (source, folder)) for place in opened)
            ]
            if shown or opened is None:
                [report] = self._shown([grant])
                files = f", where a file of it lies in {printable(shown[0])}" if shown else ""
                found.append(f"{report.to} may see {report.what}{files}.")
        return found

    def _subject(self, text: str) -> tuple[User | None, Role | None]:
        kind, colon, name = text.strip().lower().partition(":")
        if colon and kind == "role":
            return None, parse_role(name)
        found = self._access.find_user(name if colon and kind == "user" else text.strip().lower())
        if found is None:
            raise InvalidInput(INVALID_SUBJECT, subject=printable(text[:200]), roles=", ".join(ROLES))
        return found, None

    def _place(self, what: str) -> tuple[int | None, str]:
        """A source and a folder relative to its declared root. Raises InvalidInput."""
        if what.strip().lower() == EVERYTHING:
            return None, ""
        sources = self._sources.all()
        by_name = {source.name: int(source.id) for source in sources}
        if what in by_name:
            return by_name[what], ""
        roots = self._access.roots()
        if what.startswith("/") or is_url(what):
            path = as_declared(under_known_root(normal_path(what), sources), sources)
            holding = [source for source, root in roots.items() if is_below(path, root)]
            if holding:
                source = max(holding, key=lambda one: len(roots[one]))
                return source, below(path, roots[source])
        raise InvalidInput(UNKNOWN_PLACE, place=printable(what[:1000]))

    def _grant_report(
        self, user: User | None, role: Role | None, source: int | None, folder: str
    ) -> GrantReport:
        to = f"role:{role}" if user is None else f"user:{user.name}"
        return self._shown([Grant(source=source, folder=folder, to=to)])[0]

    def _shown(self, grants: Sequence[Grant]) -> list[GrantReport]:
        roots = self._access.roots()
        return [
            GrantReport(
                to=grant.to,
                what=EVERYTHING
                if grant.source is None
                else printable(join_root(roots.get(grant.source, "?"), grant.folder)),
            )
            for grant in grants
        ]


def _own(actor: Actor) -> int:
    """The id of the user who is logged in. Raises Forbidden."""
    if actor.kind is not ActorKind.USER or actor.user is None:
        raise Forbidden(ONLY_OWN_LOGIN, actor=str(actor))
    return actor.user


def _holds(place: tuple[int, str], folder: tuple[int, str]) -> bool:
    return place[0] == folder[0] and (
        not place[1] or folder[1] == place[1] or folder[1].startswith(f"{place[1]}/")
    )
