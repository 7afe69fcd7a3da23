"""Processes that are killed by SIGKILL at a step of their work."""

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import event

from dampipe.kernel.db.database import Database


def kill_at(step: int, database: Database, calls: Sequence[str]) -> None:
    """Have this process killed before its nth step: a statement of SQL, a commit, or a call of a function of `os`.

    calls: the names of these functions.
    """
    left = [step]

    def count(*_: object, **__: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in calls:
        setattr(os, name, _counted(getattr(os, name), count))
    event.listen(database.engine, "before_cursor_execute", count)
    event.listen(database.engine, "commit", count)


def _counted(call: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    def counted(*arguments: Any, **more: Any) -> Any:
        count()
        return call(*arguments, **more)

    return counted
