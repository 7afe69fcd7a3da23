"""What to do next about errors of access, by face and error code."""

CLI = {
    "access.user_unknown": "`dampipe user list` lists the users.",
    "access.token_unknown": "`dampipe token list` lists the tokens.",
    "access.grant_unknown": "`dampipe access list` lists the grants.",
    "access.place_unknown": "`dampipe source list` lists the sources; `everything` is all of them.",
}
PAGE = {"access.not_logged_in": "Log in."}
