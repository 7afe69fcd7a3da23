"""What to do next about errors of alignments, by face and error code."""

CLI = {
    "alignment.no_proxy": "`dampipe failures` shows why; `dampipe retry` makes it again.",
}
PAGE = {
    "alignment.no_proxy": "Failures shows why, and makes it again.",
}
