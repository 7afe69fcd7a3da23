"""The result of a check of one vector index."""

from pydantic import BaseModel, ConfigDict, computed_field


class IndexReport(BaseModel):
    """The vector index of one model, compared with the catalogue. Counts are numbers of vectors."""

    model_config = ConfigDict(frozen=True)

    model: str
    """Fingerprint of the model."""
    name: str = ""
    """Name of the model in the settings."""
    kind: str
    """Search method, for display."""
    vectors: int
    bytes: int = 0
    """Size on disk; 0 if the backend does not report it."""
    waiting: int = 0
    """Newer than the index. Searches scan them until the index stage adds them."""
    missing: int = 0
    """Vectors that the index should contain and does not."""
    superfluous: int = 0
    """Vectors that the index contains and the catalogue no longer does; searches ignore them."""
    damage: tuple[str, ...] = ()
    """Damage to its files, one sentence each."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sound(self) -> bool:
        """Whether the index is complete and undamaged. Waiting and superfluous vectors are normal."""
        return not self.missing and not self.damage
