"""What to do next about errors of versions, by face and error code."""

CLI = {
    "version.only_one": "`dampipe version list ASSET` lists the versions.",
    "version.cannot_undo": "`dampipe version split` and `dampipe version stack` change the versions by hand.",
}
PAGE: dict[str, str] = {}
