"""The library as one list: how many assets are where in it, and any part of it, in any order, at once."""

from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "library",
    __name__,
    routers=("dampipe.features.library.http:router",),
    remedies="dampipe.features.library.remedies",
)
