"""Subclips: spans of assets that people named, with fields of their own."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "subclips",
    __name__,
    tables=(f"{__name__}.tables",),
    commands={
        "subclip": Command("Name spans of clips, describe, find and export them.", f"{__name__}.cli:command")
    },
    routers=(f"{__name__}.http:router",),
    events=(
        f"{__name__}.events:SubclipCreated",
        f"{__name__}.events:SubclipChanged",
        f"{__name__}.events:SubclipDeleted",
    ),
    filters=(f"{__name__}.filters:FIELDS",),
    panel="panel/panel.js",
    details=(f"{__name__}.details:SUBCLIPS",),
    documents=(f"{__name__}.documents:subclip_words",),
    text_moments=(f"{__name__}.documents:SubclipMoments",),
    sweeps=(f"{__name__}.sweep:SubclipSweep",),
    annotations=(f"{__name__}.annotations:with_subclips",),
    merges=(f"{__name__}.merge:SUBCLIPS",),
    term_uses=(f"{__name__}.term_use:TERMS",),
    undoables=(f"{__name__}.undo:SUBCLIPS", f"{__name__}.undo:SUBCLIP_VALUES"),
    remedies=f"{__name__}.remedies",
)
