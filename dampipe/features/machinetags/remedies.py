"""What to do next about errors of machine tags, by face and error code."""

CLI = {
    "machinetag.not_chosen": "`dampipe tag suggest VOCABULARY` chooses it.",
    "machinetag.not_found": "`dampipe tag review` lists what is proposed.",
}
PAGE = {"machinetag.not_found": "The view of machine tags lists what is proposed."}
