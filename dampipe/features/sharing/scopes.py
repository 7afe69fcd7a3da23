"""The scope of sharing. It is a file of its own, since the manifest imports it."""

from typing import Final

from dampipe.kernel.access import Role, Scope

SHARE: Final = Scope(
    "share", "Share assets and collections by links, with people who have no account.", Role.EDITOR
)
