"""Frames: what a film shows at a time, as a picture of its proxy."""

from dampipe.kernel.feature import Feature

FEATURE = Feature("frames", __name__, routers=(f"{__name__}.http:router",), remedies=f"{__name__}.remedies")
