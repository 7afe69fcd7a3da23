"""What an origin says of a file: a value, without I/O."""

from pydantic import BaseModel, ConfigDict

_TOLERANCE = 2.0
"""Seconds: some programs keep even ones."""
_STEP, _FURTHEST = 900.0, 14 * 3600 + _TOLERANCE
"""Clocks differ from UTC by quarters of an hour, up to 14 hours."""
Given = str | int | float | bool


class FileNotes(BaseModel):
    """What is to be said of the asset of a file, with the source `import`: it never counts before what people say."""

    model_config = ConfigDict(frozen=True)

    values: dict[str, tuple[Given, ...]] = {}
    """By the key of the field. What the library has no field for, or what a field does not take, is left out."""
    collections: tuple[tuple[str, ...], ...] = ()
    """The paths of collections that it is in; those that do not exist are made."""
    moment: int | None = None
    """When it was recorded, in seconds since 1970: the value of `shot_on`, unless the file itself says the same."""
    edit_of: str = ""
    """Key of the file of which it is an edited version: both become versions of one asset, and this one is current."""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.values or self.collections or self.edit_of or self.moment is not None)


def is_same_moment(moment: int, wall_clock: float | None, offset: int | None) -> bool:
    """Whether a file says the same: what its clock showed, in seconds since 1970, is that moment in some time zone.

    offset: minutes by which the clock was ahead of UTC, if the file says so.

    >>> is_same_moment(0, 7200.0, None), is_same_moment(0, 7200.0, 120), is_same_moment(0, 7200.0, 60)
    (True, True, False)
    >>> is_same_moment(0, 7300.0, None), is_same_moment(0, 90000.0, None), is_same_moment(0, None, None)
    (False, False, False)
    """
    if wall_clock is None:
        return False
    ahead = wall_clock - moment
    if offset is not None:
        return abs(ahead - offset * 60) <= _TOLERANCE
    return abs(ahead) <= _FURTHEST and abs(ahead - round(ahead / _STEP) * _STEP) <= _TOLERANCE
