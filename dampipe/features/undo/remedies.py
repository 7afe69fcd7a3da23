"""What to do next about errors of undo, by face and error code."""

CLI = {
    "undo.unknown": "`dampipe undo --list` shows their numbers.",
    "undo.nothing": "`dampipe undo --list --everybody` shows the edits of all.",
}
PAGE: dict[str, str] = {}
