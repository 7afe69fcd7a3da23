"""Imports in processes that are killed."""

import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from dampipe.features.imports.step import ImportPolicy
from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.importing import Importing

LONG = ImportPolicy(portion=600.0, blocked_delay=0.0, retry_delay=0.0, check_interval=0.0)
CALLS = ("open", "link", "unlink", "fsync", "utime", "mkdir", "fchmod")
"""Functions of `os` before which a process may be killed, besides each statement and each block that is written."""


def kill_at(step: int, database: Database, patch: Callable[[Any, str, Any], None]) -> None:
    """Have this process killed at its nth step."""
    left = [step]

    def count(*_: object, **__: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in CALLS:
        patch(os, name, _counted(getattr(os, name), count))
    event.listen(database.engine, "before_cursor_execute", count)
    event.listen(database.engine, "commit", count)


def _counted(call: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    def counted(*arguments: Any, **more: Any) -> Any:
        count()
        return call(*arguments, **more)

    return counted


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
    return was_killed(here, number, lambda mine: kill_at(step, mine.catalog.database, setattr), **more)
