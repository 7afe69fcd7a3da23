"""What to do next about errors of share links, by face and error code."""

CLI = {
    "share.unknown": "`dampipe share list` lists the links.",
    "share.is_revoked": "`dampipe undo` undoes the revocation; `dampipe share create` creates another link.",
    "share.move_unknown": "`dampipe workflow show` shows the workflow.",
}
PAGE = {"share.link_invalid": "Open the whole link, as it was sent."}
