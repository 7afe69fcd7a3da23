"""What the programs of a deployment have in common. Only the fork server imports this module (`programs.py`).

The imports open no connection and start no thread that a fork would lose.
"""

import os
import signal

from dampipe.app.lazy_import import load
from dampipe.app.programs import TITLE_SETTINGS, die_with_parent

MODULES = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.beat",
    "celery.bin.celery",
    "celery.bin.worker",
    "celery.concurrency.prefork",
    "celery.worker.worker",
    "dampipe.cli.beat",
    "dampipe.cli.relay",
    "dampipe.cli.serve",
    "dampipe.cli.worker",
    "dampipe.features.events.relay",
    "dampipe.web.app",
    "dampipe.web.server",
    "dampipe.workers.heartbeat",
    "kombu.transport.redis",
    "setproctitle",
)

# Ctrl-C in the terminal, or its end, is for `dampipe up`, which stops its programs.
os.setsid()
die_with_parent(signal.SIGKILL)
os.environ.update(TITLE_SETTINGS)
load(*MODULES)
