"""The SQL of alignments; the only writer of the table `alignment`."""

from sqlalchemy import select

from dampipe.features.alignment.tables import ALIGNMENT
from dampipe.kernel.db.database import Database
from dampipe.media.signatures.alignment import Alignment


class AlignmentRepository:
    """The alignments of one catalogue. One row serves both directions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, source: int, target: int, method: str) -> Alignment | None:
        """The alignment of two versions by a method; None if it was not computed yet."""
        first, second = sorted((source, target))
        with self._db.read() as connection:
            data = connection.execute(
                select(ALIGNMENT.c.data).where(
                    ALIGNMENT.c.first_id == first,
                    ALIGNMENT.c.second_id == second,
                    ALIGNMENT.c.method == method,
                )
            ).scalar()
        if data is None:
            return None
        found = Alignment.from_bytes(bytes(data))
        return found if (first, second) == (source, target) else found.inverse

    def save(self, source: int, target: int, method: str, alignment: Alignment) -> None:
        """Store an alignment; replaces that of another method."""
        first, second = sorted((source, target))
        data = (alignment if (first, second) == (source, target) else alignment.inverse).to_bytes()
        insert = self._db.insert(ALIGNMENT).values(first_id=first, second_id=second, method=method, data=data)
        upsert = insert.on_conflict_do_update(
            index_elements=["first_id", "second_id"], set_={"method": method, "data": data}
        )
        with self._db.write() as connection:
            connection.execute(upsert)
