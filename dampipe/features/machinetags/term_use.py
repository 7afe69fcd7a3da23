"""Machine tags and verdicts that refer to terms of vocabularies: what happens when terms are merged."""

from sqlalchemy import Connection

from dampipe.features.machinetags.queries import MachineTagRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import TermId
from dampipe.kernel.term_uses import State, TermUse


def _count(connection: Connection, term: TermId) -> int:
    return MachineTagRepository.uses(connection, term)


def _move(connection: Connection, database: Database, source: TermId, target: TermId) -> State:
    return MachineTagRepository(database).move_term(connection, source, target)


def _restore(
    connection: Connection, database: Database, source: TermId, target: TermId, state: State
) -> None:
    MachineTagRepository(database).return_term(connection, source, target, state)


MACHINE_TAGS = TermUse("machine tags", _count, _move, _restore)
