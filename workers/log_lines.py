"""The log of a worker or of beat: one line for an outage, and no passwords.

Celery logs a traceback of some 60 lines whenever its broker refuses a command, at each attempt and in each process.
"""

import logging
import re

from celery.beat import SchedulingError
from kombu.exceptions import KombuError, OperationalError

from dampipe.kernel.errors import DampipeError
from dampipe.kernel.masking import mask_text
from dampipe.workers.brokers import BROKER_ERRORS

OUTAGES = (
    *(*BROKER_ERRORS, OperationalError, KombuError, SchedulingError),
    *(ConnectionError, TimeoutError, OSError, DampipeError),
)
"""Exceptions whose traceback says nothing more than their text."""


_NO_CONNECTION = re.compile(
    r"consumer: Cannot connect to (?P<place>\S+): (?P<problem>.*?)\.* Trying again in (?P<seconds>[\d.]+) seconds"
    r"\.* \((?P<attempt>\d+)/"
)
"""How Celery says that a worker waits for its broker."""
_WHAT_HELPS = (
    "The worker begins once the broker is there: `dampipe up` starts everything, its own broker included; the setting "
    "broker_url names another one"
)


class LogLines(logging.Filter):
    """Shortens records of outages to one line, and masks the secrets of URLs in all."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record is changed, not dropped."""
        text = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, OUTAGES):
            reason = str(error).strip() or type(error).__name__
            text = next((line for line in text.splitlines() if line.strip()), "")
            if reason not in text:
                text = f"{text.rstrip(':. ')}: {reason}"
            text = text.splitlines()[0]
            record.exc_info = record.exc_text = record.stack_info = None
        if record.name == "py.warnings":  # Celery puts tracebacks into them
            text = text.splitlines()[0]
        if record.name.partition(".")[0] in ("celery", "kombu"):  # they end messages with empty lines
            text = " ".join(line.strip() for line in text.splitlines() if line.strip())
            if found := _NO_CONNECTION.match(text):
                text = f"the broker at {found['place']} cannot be reached: {found['problem']}; "
                text += f"next attempt in {float(found['seconds']):.0f} s"
                text += f". {_WHAT_HELPS}" if found["attempt"] == "1" else ""
        record.msg, record.args = mask_text(text), ()
        return True
