"""The table of throughput: how many runs of each stage have ended, by time."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import table_of


class ThroughputRow(SQLModel, table=True):
    """The runs of one stage that ended within one slot of time."""

    __tablename__ = "throughput"
    slot: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """Number of the slot: seconds since 1970, divided by SLOT."""
    stage: str = Field(primary_key=True)
    done: int = 0
    failed: int = 0


THROUGHPUT = table_of(ThroughputRow)
