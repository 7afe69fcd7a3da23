"""Undo: what people change in collections, subclips, comments and links is recorded row by row, and can be undone."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "undo",
    __name__,
    tables=(f"{__name__}.tables",),
    commands={
        "undo": Command("Undo a change of collections, subclips or comments.", f"{__name__}.cli:command")
    },
    routers=(f"{__name__}.http:router",),
    panel="panel.js",
    remedies=f"{__name__}.remedies",
)
