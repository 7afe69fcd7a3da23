"""The background work of machine tags: looking at new frames and for new terms, and following versions."""

from collections.abc import Sequence

from dampipe.features.machinetags.queries import MachineTagRepository
from dampipe.features.machinetags.tagger import Tagger
from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.registry import hold_schema
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Busy, SearchUnavailable
from dampipe.kernel.events.log import Event


class TaggingTask:
    """Looks for terms in new frames, and for new terms in all frames."""

    def __init__(self, database: Database, tagger: Tagger) -> None:
        self._db = database
        self._tagger = tagger

    def __call__(self) -> str:
        try:
            with advisory_lock(self._db, "machinetags"):
                done = self._tagger.run()
        except (Busy, SearchUnavailable) as error:
            return str(error)
        if not done.frames and not done.calibrated:
            return "nothing to do"
        rest = "" if done.is_done else "; more to do"
        return f"found {done.found} tags in {done.frames} frames{rest}"


class CurrentVersions:
    """Lets values of models be those of the current version, where another one has become so."""

    def __init__(self, database: Database, tags: MachineTagRepository, values: ValueRepository) -> None:
        self._db = database
        self._tags = tags
        self._values = values

    def __call__(self, events: Sequence[Event]) -> None:
        assets = {event.asset for event in events if event.asset is not None}
        assets |= {event.data["split"] for event in events if "split" in event.data}
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            self._tags.refresh(connection, self._values.lock(connection, sorted(assets)))
