"""The scope of moves. It is in a file of its own, since the manifest imports it."""

from typing import Final

from dampipe.kernel.access import Role, Scope

MOVE: Final = Scope(
    "move",
    "Move assets from state to state, as far as the definition of the workflow allows it.",
    Role.COMMENTER,
)


def move_of_link(transition: str) -> str:
    """The name of the scope by which a share link lets its guests make one transition."""
    return f"{MOVE.name}:{transition}"
