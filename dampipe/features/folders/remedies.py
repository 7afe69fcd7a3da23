"""What to do next about errors of folders, by face and error code."""

CLI = {
    "folders.unknown": "`dampipe folders` lists the sources, and `dampipe folders FOLDER` what is in a folder."
}
PAGE = {"folders.unknown": "It may have been moved; the tree of folders shows what there is."}
