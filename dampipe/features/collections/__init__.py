"""Collections: assets and subclips that people gather, in an order of theirs or by a saved search. No file is moved."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "collections",
    __name__,
    tables=(f"{__name__}.tables",),
    commands={"collection": Command("Gather assets and subclips in collections.", f"{__name__}.cli:command")},
    routers=(f"{__name__}.http:router",),
    filters=(f"{__name__}.filters:FIELDS",),
    panel="panel/panel.js",
    details=(f"{__name__}.details:COLLECTIONS",),
    annotations=(f"{__name__}.annotations:chosen_among",),
    merges=(f"{__name__}.merge:MERGE",),
    undoables=tuple(f"{__name__}.undo:{name}" for name in ("COLLECTIONS", "GRANTS", "ITEMS")),
    openings=(f"{__name__}.openings:opened",),
    events=tuple(
        f"{__name__}.events:{name}"
        for name in (
            "CollectionCreated",
            "CollectionChanged",
            "CollectionDeleted",
            "ItemAdded",
            "ItemRemoved",
            "ItemMoved",
            "ItemsSorted",
            "CollectionGranted",
            "CollectionRevoked",
        )
    ),
    event_scopes=(f"{__name__}.event_scope:SCOPE",),
    remedies=f"{__name__}.remedies",
)
