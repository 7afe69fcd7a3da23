"""What to do next about errors of search, by face and error code."""

CLI = {
    "search.no_vectors": "`dampipe show {name}` shows whether it was embedded.",
    "search.beyond_end": "`dampipe show {asset}` shows how long it is.",
    "model.not_found": "`dampipe model list` lists them.",
    "filter.unknown": "`dampipe search --help` lists the filters.",
}
PAGE = {
    "search.no_vectors": "Open the asset to see whether it was embedded.",
    "search.vision_unavailable": "Names, folders, cameras and tags can still be searched.",
}
