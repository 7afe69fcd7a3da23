"""Errors of the map."""

from dampipe.kernel.errors import ErrorCode

BOX_INVALID = ErrorCode(
    "map.box_invalid",
    "{text!r} is not a box of the map: {reason}",
    "Give west,south,east,north in degrees; of a box over 180° west is greater than east.",
)
