"""Review: comments and markers on assets, with drawings on the frame, replies, and what is resolved."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "review",
    __name__,
    tables=(f"{__name__}.tables",),
    commands={"comment": Command("Comment on assets, and resolve comments.", f"{__name__}.cli:command")},
    routers=(f"{__name__}.http:router",),
    panel="panel/panel.js",
    details=(f"{__name__}.details:COMMENTS",),
    filters=(f"{__name__}.filters:FIELDS",),
    documents=(f"{__name__}.search:comment_words",),
    text_moments=(f"{__name__}.search:CommentMoments",),
    sweeps=(f"{__name__}.sweep:CarrySweep",),
    annotations=(f"{__name__}.queries:commented_among",),
    merges=(f"{__name__}.merge:COMMENTS",),
    currents=(f"{__name__}.queries:follow_current",),
    undoables=(f"{__name__}.undo:COMMENTS", f"{__name__}.undo:MENTIONS"),
    events=tuple(
        f"{__name__}.events:{name}"
        for name in (
            "CommentCreated",
            "CommentChanged",
            "CommentDeleted",
            "CommentResolved",
            "CommentReopened",
            "CommentMentioned",
            "CommentsCarried",
        )
    ),
    remedies=f"{__name__}.remedies",
)
