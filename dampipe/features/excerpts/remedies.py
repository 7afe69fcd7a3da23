"""What to do next about errors of excerpts, by face and error code."""

CLI = {
    "excerpt.not_probed": "`dampipe failures` shows why; `dampipe retry` does it again.",
}
PAGE = {
    "excerpt.not_probed": "Failures shows why, and does it again.",
}
