"""The scope of licences. It is in a file of its own, since the manifest imports it."""

from typing import Final

from dampipe.kernel.access import Role, Scope

RIGHTS: Final = Scope(
    "rights", "Change licences and the policy of rights, and attach licences.", Role.MANAGER
)
