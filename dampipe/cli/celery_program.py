"""Run the `celery` program in this process, which saves a second start of Python and its imports."""

import os
import runpy
import sys
import warnings
from typing import NoReturn

from dampipe.app.lazy_import import load
from dampipe.app.programs import CELERY_ENVIRONMENT


def run_celery(*arguments: str) -> NoReturn:
    """Run `celery -A dampipe.workers.app ARGUMENT...` and exit with its code."""
    os.environ.update(CELERY_ENVIRONMENT)
    # Celery warns when it runs as root, as in most containers, since unpickling is unsafe; dampipe uses JSON only.
    warnings.filterwarnings("ignore", category=UserWarning, module="celery.platforms")
    # At each lost connection it says what version 6 will change; the setting that it is about is set.
    warnings.filterwarnings(
        "ignore", message=r"\s*In Celery 5.1 we introduced", category=PendingDeprecationWarning
    )
    # Celery writes to it in its signal handlers; where the reader is gone, that raises and the signal is lost.
    vars(sys)["__stdout__"] = None
    sys.argv = ["celery", "--quiet", "-A", "dampipe.workers.app", *arguments]
    load("celery.bin.celery", "dampipe.workers.app")
    runpy.run_module("celery", run_name="__main__", alter_sys=True)
    sys.exit(0)
