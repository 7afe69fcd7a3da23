"""What the use cases answer with; the faces print these as they are."""

from pydantic import BaseModel, ConfigDict, computed_field

UNSOUND = (
    "`dampipe index rebuild` builds it anew; one that is lost or damaged is mended within a minute by a worker "
    "of its queue, too. Until then search scans or misses some."
)
"""What to do about an index that is not sound."""


class IndexReport(BaseModel):
    """The vector index of one model, held against the catalogue. Counts are vectors."""

    model_config = ConfigDict(frozen=True)

    model: str
    """Its fingerprint."""
    name: str = ""
    """What the settings call it."""
    kind: str
    """How it finds, in words."""
    vectors: int
    bytes: int = 0
    """What it takes on disk; 0 where the backend does not tell."""
    waiting: int = 0
    """Newer than the index; the index stage brings them in, and search scans them until then."""
    missing: int = 0
    """What the index should hold and does not."""
    superfluous: int = 0
    """What it holds and the catalogue no longer does; search passes them by."""
    damage: tuple[str, ...] = ()
    """What is wrong with its files, a sentence each."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sound(self) -> bool:
        """Whether nothing is wrong; waiting and superfluous vectors are not."""
        return not self.missing and not self.damage
