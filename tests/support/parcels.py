"""A kind of work item for tests: parcels that are delivered, each exactly once."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sqlalchemy import Connection, text

from dampipe.jobs.work import WorkItem
from dampipe.kernel.feature import Work
from dampipe.kernel.progress import Reporter

PARCEL = Work(queue="parcels", handler="tests.support.parcels:ParcelHandler")


class ParcelHandler:
    """Writes a row to the table `delivered` for each parcel."""

    on_run: ClassVar[Callable[[WorkItem], object]] = lambda item: None
    on_save: ClassVar[Callable[[WorkItem], object]] = lambda item: None
    """Called in the middle of both steps, for tests that disturb them."""

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler."""
        on_progress(1, 2, "files")
        type(self).on_run(item)
        return {"to": item.parameters["to"]}

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """See WorkHandler."""
        row = {"item": item.id, "to": result["to"]}
        connection.execute(text("INSERT INTO delivered (item, recipient) VALUES (:item, :to)"), row)
        type(self).on_save(item)
