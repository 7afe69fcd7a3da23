"""What to do next about errors of comments, by face and error code."""

CLI = {
    "comment.unknown": "`dampipe comment list` shows their numbers.",
    "comment.drawing_needs_time": "Give --at with the time of the frame.",
    "comment.still_time": "Leave out --at and --to.",
}
PAGE: dict[str, str] = {}
