"""Progress for Flower: an event now and then, sent beside the work, which never waits for the broker."""

import threading
import time
from typing import Any, ClassVar

from celery import Celery
from kombu.exceptions import KombuError

from dampipe.kernel.progress import Progress

FIRST = 2.0
EVERY = 5.0
"""Seconds until the first event of a task, and between two: most tasks send none."""
PAUSE = 30.0
"""Seconds without any after the broker could not be reached."""


class ProgressEvents:
    """Tells of one task. A thread of the process sends; what it has no time for is replaced by what is newer."""

    _waiting: ClassVar[dict[str, tuple["ProgressEvents", str]]] = {}
    _changed: ClassVar[threading.Condition] = threading.Condition()
    _thread: ClassVar[threading.Thread | None] = None

    def __init__(self, app: Celery, request: Any) -> None:
        """request: the task's own, as Celery gives it."""
        self._app = app
        self._task = str(request.id)
        self._worker = request.hostname
        self._next = time.monotonic() + FIRST

    def hear(self, progress: Progress) -> None:
        """Note it, and have it sent when it is time."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY
        with ProgressEvents._changed:
            ProgressEvents._waiting[self._task] = (self, progress.summary)
            if ProgressEvents._thread is None or not ProgressEvents._thread.is_alive():
                ProgressEvents._thread = threading.Thread(target=_send_all, name="progress", daemon=True)
                ProgressEvents._thread.start()
            ProgressEvents._changed.notify()

    def over(self) -> None:
        """Nothing more is sent of this task."""
        with ProgressEvents._changed:
            ProgressEvents._waiting.pop(self._task, None)

    def send(self, words: str) -> None:
        """Send the event that Flower shows as the task's result. Raises what the broker raises."""
        with self._app.events.default_dispatcher(hostname=self._worker) as dispatcher:
            dispatcher.send("task-progress", uuid=self._task, result=words, retry=False)

    @classmethod
    def next(cls) -> tuple["ProgressEvents", str]:
        """Wait for the next that is to be sent."""
        with cls._changed:
            while not cls._waiting:
                cls._changed.wait()
            return cls._waiting.pop(next(iter(cls._waiting)))


def _send_all() -> None:
    while True:
        teller, words = ProgressEvents.next()
        try:
            teller.send(words)
        except (KombuError, OSError):
            time.sleep(PAUSE)
