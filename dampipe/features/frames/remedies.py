"""What to do next about errors of frames, by face and error code."""

CLI = {"frame.no_picture": "`dampipe status` shows what is still to be processed."}
PAGE = {
    "frame.no_picture": "It is made when the file is processed: the view “Scans” shows what is still to be done."
}
