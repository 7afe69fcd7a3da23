"""The share of grouping in a sweep: the groups of folders whose files have changed are brought up to date."""

import time
from collections.abc import Mapping

from dampipe.features.grouping.queries import GroupRepository

FOLDERS = 20
"""Folders regrouped in one transaction."""
SECONDS = 2.0
"""After which a sweep leaves the rest to the next one."""


class GroupingSweep:
    """Regroups folders."""

    def __init__(self, groups: GroupRepository) -> None:
        self._groups = groups

    def __call__(self) -> Mapping[str, int]:
        """Regroup folders for a while; not counted, since every folder that changes is among them."""
        until = time.monotonic() + SECONDS
        while self._groups.regroup(FOLDERS) == FOLDERS and time.monotonic() < until:
            pass
        return {}
