"""The scopes of tiers. They are in a file of their own, since the manifest imports them."""

from typing import Final

from dampipe.kernel.access import Role, Scope

RESTORE: Final = Scope("restore", "Have archived files restored, which may cost money.", Role.EDITOR)
MOVE_COPIES: Final = Scope(
    "tiers",
    "Put policies of copies in force; apply, pause and cancel plans, which copy and delete files.",
    Role.MANAGER,
)
