"""Imports in processes that are killed."""

import os
import signal
from collections.abc import Callable
from typing import Any

from dampipe.features.imports.step import ImportPolicy
from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.importing import Importing
from tests.support.killing import kill_at

LONG = ImportPolicy(portion=600.0, blocked_delay=0.0, retry_delay=0.0, check_interval=0.0)
CALLS = ("open", "link", "unlink", "fsync", "utime", "mkdir", "fchmod")
"""Functions of `os` before which a process may be killed, besides each statement and each block that is written."""


def was_killed(here: Importing, number: int, prepare: Callable[[Importing], object], **more: Any) -> bool:
    """Work at an import in a process of its own, once `prepare` was called with its deployment; whether it was killed.

    more: of the deployment.
    """
    url = here.catalog.database.url.render_as_string(hide_password=False)
    here.catalog.database.close()
    child = os.fork()
    if child == 0:
        try:
            mine = Importing(Catalog(Database(url)), **{"policy": LONG, **more})
            prepare(mine)
            mine.worker.portion(number)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    here.sweep()  # ends the lease of the dead
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def run_killed(here: Importing, number: int, step: int, **more: Any) -> bool:
    """Work in a process that is killed at a step; whether it was."""
    return was_killed(here, number, lambda mine: kill_at(step, mine.catalog.database, CALLS), **more)
