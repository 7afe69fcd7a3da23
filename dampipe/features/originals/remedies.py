"""What to do next about errors of originals, by face and error code."""

CLI = {
    "original.missing": "`dampipe show` lists where its files were.",
    "original.changed": "`dampipe enqueue` scans a folder.",
}
PAGE = {
    "original.changed": "Scan its folder: Scans, at the top.",
}
