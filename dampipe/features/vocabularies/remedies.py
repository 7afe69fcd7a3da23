"""What to do next about errors of vocabularies, by face and error code."""

CLI = {
    "vocabulary.not_found": "`dampipe vocabulary list` lists them; `dampipe vocabulary create KEY` makes one.",
    "vocabulary.operation_not_found": "`dampipe vocabulary log KEY` lists them.",
    "vocabulary.nothing_to_undo": "`dampipe vocabulary log KEY` shows what was done.",
    "vocabulary.strict": "`dampipe vocabulary set KEY --rule open` opens it.",
    "vocabulary.no_rdf": "pip install 'dampipe[vocab]', or use CSV.",
    "vocabulary.format_unknown": "Give --format turtle, xml, json-ld, nt or csv.",
    "vocabulary.several_schemes": "Choose one by --scheme URI.",
    "vocabulary.retires_many": "Give --missing retire or --missing keep.",
    "term.not_found": "`dampipe vocabulary find KEY TEXT` looks for terms.",
    "term.has_narrower": "Move them, or give --with-narrower.",
    "term.not_proposed": "`dampipe vocabulary proposals KEY` lists them.",
}
PAGE: dict[str, str] = {}
