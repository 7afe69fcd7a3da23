"""While the database, the broker or the disk is away, workers log one line for each task and no traceback."""

import logging
import sys
from typing import Any

import pytest
from celery.worker.consumer.consumer import CONNECTION_ERROR, CONNECTION_RETRY_STEP
from kombu.exceptions import OperationalError
from redis.exceptions import ResponseError

from dampipe.jobs.errors import EMBEDDED_BROKER_DOWN
from dampipe.kernel.db.errors import FULL, UNUSABLE
from dampipe.kernel.errors import BrokerDown, CatalogueDown, DampipeError, StorageFull
from dampipe.workers import app as workers
from dampipe.workers.log_lines import LogLines

PROBLEMS = [
    CatalogueDown(UNUSABLE, place="postgresql://nas/db", problem="the server closed the connection"),
    BrokerDown(EMBEDDED_BROKER_DOWN),
    StorageFull(FULL, place="/home"),
]


class Away:
    """A container of a deployment whose catalogue is away."""

    def __init__(self, problem: DampipeError) -> None:
        self._problem = problem

    def get(self, _: Any) -> Any:
        raise self._problem


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_a_task_of_any_kind_leaves_it_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, problem: DampipeError
) -> None:
    monkeypatch.setattr(workers, "process_container", lambda: Away(problem))
    arguments = {"dampipe.sweep": (), "dampipe.probe": ("location-1", "a.mov"), "dampipe.scan": (1,)}
    for name, values in arguments.items():
        caplog.clear()
        with caplog.at_level(logging.INFO):
            done = workers.app.tasks[name].apply(args=values)
        assert done.state == "SUCCESS", done.traceback
        (line,) = [entry for entry in caplog.records if entry.name.startswith("dampipe")]
        assert str(problem) in line.message and "sweep" in line.message
        assert "\n" not in line.message and not any(entry.exc_info for entry in caplog.records)


def test_a_fault_of_dampipe_still_has_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "process_container", lambda: Away(ZeroDivisionError()))  # type: ignore[arg-type]
    assert workers.app.tasks["dampipe.sweep"].apply().state == "FAILURE"


def logged(error: Exception, message: str, *values: Any) -> str:
    """A record as the handlers of a worker write it."""
    try:
        raise error
    except type(error):
        record = logging.LogRecord("celery.beat", logging.ERROR, "", 0, message, values, sys.exc_info())
    assert LogLines().filter(record)
    return logging.Formatter("%(message)s").format(record)


@pytest.mark.parametrize(
    ("error", "message", "line"),
    [
        (ResponseError("MISCONF Errors writing"), "Unrecoverable error: %r", "MISCONF Errors writing"),
        (OperationalError("refused"), "Message Error: %s\\n%s", "refused"),
        (ConnectionResetError(104, "reset"), "\\n\\n", "reset"),
        (PROBLEMS[0], "Task %s raised unexpected: %r\\n%s", "the server closed the connection"),
    ],
)
def test_celery_logs_one_line_about_its_broker(error: Exception, message: str, line: str) -> None:
    message = message.replace("\\n", "\n")
    values = [error, "Traceback (most recent call last):\n  File"]
    values = ["probe", *values] if message.count("%") == 3 else values[: message.count("%")]
    text = logged(error, message, *values)
    assert line in text
    assert "Traceback" not in text and "\n" not in text.strip()


def test_a_message_of_celery_is_one_line() -> None:
    record = logging.LogRecord(
        "celery.x", logging.ERROR, "", 0, "refused.\nTrying again in %s\n", ("2 s",), None
    )
    assert LogLines().filter(record) and record.getMessage() == "refused. Trying again in 2 s"


def test_a_worker_without_a_broker_says_once_what_helps() -> None:
    def line(attempt: int) -> str:
        text = CONNECTION_ERROR % (
            "redis://:s3cret@nas:6379/0",
            "Error 111 connecting. Connection refused.",
            "",
        )
        text += CONNECTION_RETRY_STEP.format(when="in 4.00 seconds", retries=attempt, max_retries="None")
        record = logging.LogRecord("celery.worker.consumer", logging.ERROR, "", 0, text, (), None)
        assert LogLines().filter(record)
        return record.getMessage()

    start = (
        "the broker at redis://:***@nas:6379/0 cannot be reached: Error 111 connecting. Connection refused"
    )
    assert line(2) == f"{start}; next attempt in 4 s"
    first = line(1)
    assert (
        first.startswith(f"{start}; next attempt in 4 s. ")
        and "`dampipe up`" in first
        and "broker_url" in first
    )


def test_celery_logs_no_password_and_the_traceback_of_a_fault() -> None:
    text = logged(
        ZeroDivisionError("redis://u:s3cret@nas"), "cannot connect to redis://:s3cret@nas/0?password=s3cret"
    )
    assert text.startswith("cannot connect to redis://:***@nas/0?password=***\nTraceback")
