"""Progress events for Flower, sent every few seconds by a thread, so that the work never waits for the broker."""

import threading
import time
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError

from dampipe.kernel.progress import Progress
from dampipe.workers.brokers import BROKER_ERRORS

FIRST = 2.0
INTERVAL = 5.0
"""Seconds until the first event of a task, and between two: most tasks send none."""
PAUSE = 30.0
"""Seconds without any after the broker could not be reached."""


class ProgressSender:
    """Sends the progress of this process's tasks by one thread; a newer event replaces one that is still to be sent."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._waiting: dict[str, tuple[str, str]] = {}
        """By task id: the worker's name, and the progress in words."""
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, task: str, worker: str, text: str) -> None:
        """Have an event sent as soon as the thread gets to it."""
        with self._changed:
            self._waiting[task] = (worker, text)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._send_all, name="progress", daemon=True)
                self._thread.start()
            self._changed.notify()

    def discard(self, task: str) -> None:
        """Send nothing more of a task."""
        with self._changed:
            self._waiting.pop(task, None)

    def _next(self) -> tuple[str, str, str]:
        with self._changed:
            while not self._waiting:
                self._changed.wait()
            task = next(iter(self._waiting))
            return task, *self._waiting.pop(task)

    def _send_all(self) -> None:
        while True:
            task, worker, text = self._next()
            try:
                self._send(task, worker, text)
            except (*BROKER_ERRORS, KombuError, OSError):
                time.sleep(PAUSE)

    def _send(self, task: str, worker: str, text: str) -> None:
        """Send the event that Flower shows as the task's result. Raises what the broker raises."""
        with self._app.events.default_dispatcher(hostname=worker) as dispatcher:
            dispatcher.send("task-progress", uuid=task, result=text, retry=False)


class ProgressEvents:
    """The progress events of one task."""

    def __init__(self, sender: ProgressSender, request: Any) -> None:
        """request: the task's own, as Celery gives it."""
        self._sender = sender
        self._task = str(request.id)
        self._worker = request.hostname
        self._next = time.monotonic() + FIRST

    def on_progress(self, progress: Progress) -> None:
        """Have the progress sent if it is time for an event."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + INTERVAL
            self._sender.put(self._task, self._worker, progress.summary)

    def close(self) -> None:
        """Send nothing more of this task."""
        self._sender.discard(self._task)
