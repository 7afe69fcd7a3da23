"""What to do next about errors of events, by face and error code."""

CLI = {
    "event.unknown": "`dampipe events` lists what happened, with the names.",
    "event.since_invalid": "`dampipe events --since 7d` shows the last week.",
    "subscriber.not_stuck": "`dampipe status` shows which subscribers fail, and at which event.",
}
PAGE: dict[str, str] = {}
