"""What can be wrong with stacking and splitting."""

from dampipe.kernel.errors import ErrorCode

SAME_ASSET = ErrorCode(
    "version.same_asset", "{name} is a version of that asset already", "Name another asset."
)
ONLY_VERSION = ErrorCode(
    "version.only_one",
    "{name} is the only version of its asset",
    "Only one of several versions can be split off.",
)
NOTHING_TO_UNDO = ErrorCode(
    "version.nothing_to_undo", "nothing was done with the versions of {name} that can be undone"
)
CANNOT_UNDO = ErrorCode(
    "version.cannot_undo",
    "what was done last with the versions of {name} cannot be undone: {reason}",
    "Split or stack the versions instead.",
)
