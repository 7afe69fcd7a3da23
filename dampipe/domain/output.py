"""The base of everything a stage returns."""

from pydantic import BaseModel, ConfigDict


class StageOutput(BaseModel):
    """A stage's result: an immutable value that the catalogue keeps as JSON and later stages receive."""

    model_config = ConfigDict(frozen=True)

    warnings: tuple[str, ...] = ()
    """What a person should know although the stage is done; one plain sentence each."""
