"""What to do next about errors of events, by face and error code."""

CLI = {
    "event.unknown": "`dampipe events` lists what happened, with the names.",
    "event.since_invalid": "`dampipe events --since 7d` shows the last week.",
}
PAGE: dict[str, str] = {}
