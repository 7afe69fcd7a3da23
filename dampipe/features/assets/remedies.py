"""What to do next about errors of assets, by face and error code."""

CLI = {
    "asset.invalid": "Give {shortest} to 40 digits of its SHA-1, or a path: `dampipe search` prints both.",
    "asset.name_not_found": (
        "Give its whole name with the suffix, {shortest} to 40 digits of its SHA-1, or a path: "
        "`dampipe search` prints both."
    ),
    "asset.path_not_found": "`dampipe enqueue` adds it.",
    "asset.none_selected": "Name assets, give `--filter NAME=VALUE`, or `--all` where the command has it.",
    "asset.not_hashed": "`dampipe status` and `dampipe failures` show whether it waits or failed.",
}
PAGE = {
    "asset.none_selected": "Select assets first.",
    "asset.path_not_found": "Submit a scan of its folder under Scans.",
    "asset.not_hashed": "Scans and Failures show whether it waits or failed.",
}
