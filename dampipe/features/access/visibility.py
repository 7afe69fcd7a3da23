"""Which part of the library actors see: all of it, unless grants say which."""

from dampipe.kernel.access import Actor, ActorKind, Role
from dampipe.kernel.container import Services
from dampipe.kernel.visibility import EVERYTHING, View


def sees_everything(actor: Actor) -> bool:
    """Whether an actor needs no grant: one without a user, managers and admins. A link shows what was shared."""
    return actor.kind is not ActorKind.LINK and (actor.user is None or actor.role >= Role.MANAGER)


class ActorVisibility:
    """Implements `dampipe.kernel.visibility.Visibility`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def of(self, actor: Actor) -> View:
        """What an actor sees now."""
        if sees_everything(actor):
            return EVERYTHING
        from dampipe.features.access.rights import Rights  # imports users and grants; no command needs them

        return self._services.get(Rights).of(actor)
