"""What to do next about errors of webhooks, by face and error code."""

CLI = {
    "webhook.not_found": "`dampipe webhook list` lists them.",
    "webhook.disabled": "`dampipe webhook enable NAME` enables it; its events are kept until then.",
    "webhook.replay_start": "Give --since TIME or --after EVENT.",
    "webhook.event_unknown": "`dampipe events` shows the log.",
}
PAGE: dict[str, str] = {}
