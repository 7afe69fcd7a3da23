"""What comparing a folder with its ASC MHL manifests came to."""

from pydantic import BaseModel, ConfigDict, computed_field


class Compared(BaseModel):
    """A folder with a history of manifests (its folder `ascmhl`). Paths are relative to the folder."""

    model_config = ConfigDict(frozen=True)

    folder: str
    """Printable path."""
    same: int = 0
    """Files whose content is that of the manifest."""
    mismatch: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """In the manifest, not in the folder."""
    new: tuple[str, ...] = ()
    """In the folder, not in the manifest."""
    problem: str = ""
    """Why the history itself cannot be trusted or read."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def proved(self) -> bool:
        """Whether every file of the manifest is there and as it was."""
        return not (self.mismatch or self.missing or self.problem)
