"""Requests for signatures of a version. `signatures.py` makes them."""

from sqlalchemy import Connection

from dampipe.jobs import state
from dampipe.jobs.model import Subject
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkRepository
from dampipe.kernel.ids import VersionId
from dampipe.media.recipes import SIGNATURES

SIGN = "sign"
"""The kind of work item."""


class SignItems:
    """Creates work items that make signatures."""

    def __init__(self, work: WorkRepository) -> None:
        self._work = work

    def add(self, connection: Connection, version: VersionId) -> bool:
        """Request the signatures of a version that has a proxy; whether they were not requested before.

        One that has failed stays, with its reason, until a retry is requested.
        """
        state.delete_done(connection, RUN.c.stage == SIGN, RUN.c.version_id == version)
        return self._work.add(connection, SIGN, SIGNATURES, Subject(version=version)) is not None
