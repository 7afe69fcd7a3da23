"""What to do next about errors of the library, by face and error code."""

CLI: dict[str, str] = {}
PAGE = {
    "library.sort_invalid": "Choose another order.",
    "library.bucket_unknown": "Reload the page.",
    "library.asset_not_listed": "Take away a filter.",
}
