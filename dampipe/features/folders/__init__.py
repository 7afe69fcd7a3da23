"""Folders: the tree of sources and their folders, with how many assets each has for the one who looks."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "folders",
    __name__,
    commands={"folders": Command("List folders of footage with their assets.", f"{__name__}.cli:command")},
    routers=(f"{__name__}.http:router",),
    panel="panel/panel.js",
    remedies=f"{__name__}.remedies",
)
