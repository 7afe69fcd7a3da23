"""What an origin says of a file: a value, without I/O."""

from pydantic import BaseModel, ConfigDict

Given = str | int | float | bool


class FileNotes(BaseModel):
    """What is to be said of the asset of a file, with the source `import`: it never counts before what people say."""

    model_config = ConfigDict(frozen=True)

    values: dict[str, tuple[Given, ...]] = {}
    """By the key of the field. What the library has no field for, or what a field does not take, is left out."""
    collections: tuple[tuple[str, ...], ...] = ()
    """The paths of collections that it is in; those that do not exist are made."""
    edit_of: str = ""
    """Key of the file of which it is an edited version: both become versions of one asset, and this one is current."""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.values or self.collections or self.edit_of)
