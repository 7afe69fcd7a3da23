"""What to do next about errors of subclips, by face and error code."""

CLI = {
    "subclip.not_found": "`dampipe subclip list` shows those that exist.",
    "subclip.end_twice": "Give --out, the last frame, or --end, the first frame after it.",
}
PAGE = {"subclip.not_found": "The list of subclips shows those that exist."}
