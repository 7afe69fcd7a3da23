"""The users of a library, for features that deal with people (assignees, comments) and come before `access`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dampipe.kernel.access import Actor, ActorKind, Role


@dataclass(frozen=True)
class Person:
    """A user who can log in."""

    id: int
    name: str
    role: Role

    @property
    def actor(self) -> Actor:
        """The user as an actor, for questions about what they see."""
        return Actor(ActorKind.USER, self.name, self.role, user=self.id)


class People(Protocol):
    """Answers who the users are. The feature `access` implements it."""

    def all(self) -> Mapping[str, Person]:
        """The users that are not disabled, by name; empty in a library without users."""
        ...


def person_of(actor: Actor, people: People) -> str | None:
    """The name of the user who acts, also by a token; None for the command line and for a token without a user."""
    if actor.kind is ActorKind.USER:
        return actor.name
    if actor.user is None:
        return None
    return next((one.name for one in people.all().values() if one.id == actor.user), None)
