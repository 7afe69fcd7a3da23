"""Celery's own program, run in this process: what is imported already need not be imported once more."""

import runpy
import sys
import warnings
from typing import NoReturn

from dampipe.cli.lazy_import import load


def run_celery(*arguments: str) -> NoReturn:
    """As `celery -A workers.app ARGUMENT...`; ends the process."""
    # Celery warns at every start under root, as in most containers; no message is ever unpickled here.
    warnings.filterwarnings("ignore", category=UserWarning, module="celery.platforms")
    # What Celery says there from a signal's handler raises once nobody reads it, and the signal is lost.
    vars(sys)["__stdout__"] = None
    sys.argv = ["celery", "--quiet", "-A", "workers.app", *arguments]
    load("celery.bin.celery", "workers.app")
    runpy.run_module("celery", run_name="__main__", alter_sys=True)
    sys.exit(0)
