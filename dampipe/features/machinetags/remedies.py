"""What to do next about errors of machine tags, by face and error code."""

CLI = {
    "machinetag.no_field": 'Write the schema to a file (`dampipe schema show`), add a field with type = "term", this '
    "vocabulary, multiple = true and union = true, and apply it (`dampipe schema apply FILE`).",
    "machinetag.not_chosen": "`dampipe tag suggest VOCABULARY` chooses it.",
    "machinetag.not_found": "`dampipe tag review` lists what is proposed.",
}
PAGE = {"machinetag.not_found": "The view of machine tags lists what is proposed."}
