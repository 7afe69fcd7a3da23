"""Who acts, and what they may do: actors, roles and scopes.

    Actor       a person at this machine, a worker, a user, a token or a share link
    Role        viewer < commenter < editor < manager < admin; each may do what the ones before it may
    Scope       one kind of thing that an actor may do, and the least role that may do it

Use cases take the actor as their first argument and begin with `require(actor, READ)`. A feature adds scopes of its
own in its manifest (`Feature.scopes`). Which assets an actor sees is another question: `dampipe/kernel/visibility.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from dampipe.kernel.errors import ErrorCode, Forbidden

SCOPE_MISSING = ErrorCode(
    "access.scope_missing",
    "{actor} may not do this: the scope {scope!r} is missing",
    "The role {role} has it; a token has the scopes that it was created with.",
)


class Role(IntEnum):
    """What a user may do; ordered, each includes those before it."""

    VIEWER = 1
    COMMENTER = 2
    EDITOR = 3
    MANAGER = 4
    ADMIN = 5

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Scope:
    """One kind of thing that an actor may do."""

    name: str
    """One word, as a token and OpenAPI name it."""
    summary: str
    """One sentence for lists of scopes."""
    least: Role
    """The least role that has it."""

    def __str__(self) -> str:
        return self.name


READ: Final = Scope("read", "List and show assets, sources and tags, and play derivatives.", Role.VIEWER)
SEARCH: Final = Scope("search", "Search, and read the values of filters.", Role.VIEWER)
EXPORT: Final = Scope("export", "Export search results as timelines.", Role.VIEWER)
STATUS: Final = Scope("status", "See how far scans and stages are, and what has failed.", Role.VIEWER)
COMMENT: Final = Scope("comment", "Comment on assets.", Role.COMMENTER)
EDIT: Final = Scope("edit", "Change what is known of assets: tags, versions.", Role.EDITOR)
SCAN: Final = Scope("scan", "Submit, pause, resume and cancel scans.", Role.EDITOR)
PROCESS: Final = Scope(
    "process", "Retry failed stages, verify files, check and repair derivatives.", Role.EDITOR
)
MANAGE: Final = Scope("manage", "Change sources, webhooks, models and indexes, and prune.", Role.MANAGER)
ADMIN: Final = Scope("admin", "Change users, tokens and rights, and make backups.", Role.ADMIN)
CORE: Final = (READ, SEARCH, EXPORT, STATUS, COMMENT, EDIT, SCAN, PROCESS, MANAGE, ADMIN)
"""The scopes of the kernel; `dampipe/app/features.py` adds those of features."""


class ActorKind(StrEnum):
    """What kind of thing acts."""

    LOCAL = "local"
    """A person at a command line of this machine, or at the page of a library without users."""
    WORKER = "worker"
    """A process of dampipe itself."""
    USER = "user"
    TOKEN = "token"
    LINK = "link"


@dataclass(frozen=True)
class Actor:
    """Who acts. `str(actor)` is what events and logs say: `local`, `worker`, `user:anna`, `token:render-farm`,
    `link:12/Maria`."""

    kind: ActorKind
    name: str = ""
    """Of the user, token or link."""
    role: Role = Role.VIEWER
    scopes: frozenset[str] | None = None
    """The only scopes by name, of those that the role has; None: all of them."""
    user: int | None = None
    """The id of the user whose rights on assets hold; None: every asset is visible, except to a link."""
    link: int | None = None
    """The id of the share link; what it opens is all that is visible to it."""
    collection: int | None = None
    """The number of the collection that the link leads to, if it leads to one."""
    owner: "Actor | None" = None
    """Who shared by the link, with the role of now: as whom saved searches are resolved."""
    guest: str = ""
    """What distinguishes the guests of one link, also those of one name; nothing secret."""

    def may(self, scope: Scope) -> bool:
        """Whether the actor has a scope. Those of a link are listed, whatever its role."""
        if self.kind is ActorKind.LINK:
            return self.scopes is not None and scope.name in self.scopes
        return self.role >= scope.least and (self.scopes is None or scope.name in self.scopes)

    def __str__(self) -> str:
        if self.link is not None:  # any guest may choose the name of another
            return f"{self.kind}:{self.link}/{self.name}"
        return f"{self.kind}:{self.name}" if self.name else str(self.kind)


LOCAL: Final = Actor(ActorKind.LOCAL, role=Role.ADMIN)
SYSTEM: Final = Actor(ActorKind.WORKER, role=Role.ADMIN)


def require(actor: Actor, scope: Scope) -> None:
    """Raise Forbidden, naming the scope, unless the actor has it."""
    if not actor.may(scope):
        raise Forbidden(SCOPE_MISSING, actor=str(actor), scope=scope.name, role=str(scope.least))


def scopes_of(role: Role, scopes: Iterable[Scope] = CORE) -> tuple[Scope, ...]:
    """Those of `scopes` that a role has."""
    return tuple(scope for scope in scopes if role >= scope.least)
