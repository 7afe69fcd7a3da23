"""The scope of notifications. It is in a file of its own, since the manifest imports it."""

from typing import Final

from dampipe.kernel.access import Role, Scope

NOTIFY: Final = Scope(
    "notify", "Say that something has changed in a source, so that it is scanned.", Role.EDITOR
)
