"""The scopes of originals and releases. They are in a file of their own, since the manifest imports them."""

from typing import Final

from dampipe.kernel.access import Role, Scope

ORIGINALS: Final = Scope("originals", "Download original files.", Role.EDITOR)
OVERRIDE: Final = Scope(
    "override", "Release what a check of rights refuses, for a reason that is recorded.", Role.MANAGER
)
PROXIES: Final = Scope("proxies", "Save proxies and other derivatives through a share link.", Role.VIEWER)
"""Of share links only: users and tokens need `read` for it."""
