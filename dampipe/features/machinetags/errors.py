"""What can be wrong with machine tags."""

from dampipe.kernel.errors import ErrorCode

FIELD_UNFIT = ErrorCode(
    "machinetag.field_unfit",
    "the field {field!r} cannot have machine tags of the vocabulary {vocabulary!r}",
    "Choose a field with several terms of this vocabulary that takes the values of all sources (union).",
)
NO_FIELD = ErrorCode(
    "machinetag.no_field",
    "no field of the schema can have machine tags of the vocabulary {vocabulary!r}",
    "Add a field with several terms of this vocabulary, which takes the values of all sources (union).",
)
NOT_CHOSEN = ErrorCode(
    "machinetag.not_chosen",
    "no model proposes terms of the vocabulary {vocabulary!r}",
    "Choose the vocabulary for machine tags first.",
)
NOT_FOUND = ErrorCode(
    "machinetag.not_found",
    "no model has found {term!r} in {asset}",
    "Only what a model proposes can be accepted or rejected.",
)
NOTHING_TO_UNDO = ErrorCode(
    "machinetag.nothing_to_undo", "{actor} has given no verdict", "There is nothing to take back."
)
UNKNOWN_TERM = ErrorCode(
    "machinetag.unknown_term",
    "no vocabulary for machine tags has one term that is called {term!r}",
    "Give the key of a term, with its vocabulary where several have it: tags:beach.",
)
