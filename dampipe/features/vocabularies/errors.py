"""What can be wrong with vocabularies and their terms."""

from dampipe.kernel.errors import ErrorCode

NOT_FOUND = ErrorCode(
    "vocabulary.not_found",
    "there is no vocabulary {vocabulary!r}{meant}",
    "The list of vocabularies shows which exist.",
)
TAKEN = ErrorCode(
    "vocabulary.taken", "there is a vocabulary {vocabulary!r} already", "Choose another key, or use that one."
)
KEY_INVALID = ErrorCode(
    "vocabulary.key_invalid",
    "{key!r} is not a valid key of a vocabulary",
    "Use lower-case letters, digits, - and _, beginning with a letter, {max_length} at most.",
)
LANGUAGE_INVALID = ErrorCode(
    "vocabulary.language_invalid",
    "{language!r} is not a valid language",
    "Give a BCP 47 tag such as en, de-AT or zh-Hant.",
)
STRICT = ErrorCode(
    "vocabulary.strict",
    "the vocabulary {vocabulary!r} is strict: only managers add terms",
    "Ask a manager to add the term, or to open the vocabulary.",
)
NOTHING_TO_UNDO = ErrorCode(
    "vocabulary.nothing_to_undo",
    "there is nothing to undo in the vocabulary {vocabulary!r}",
    "The log of its operations shows what was done.",
)
OPERATION_NOT_FOUND = ErrorCode(
    "vocabulary.operation_not_found",
    "the vocabulary {vocabulary!r} has no operation {operation}",
    "The log of its operations shows their numbers.",
)
CANNOT_UNDO = ErrorCode(
    "vocabulary.cannot_undo",
    "operation {operation} cannot be undone: {reason}",
    "Undo what was done later first, or change the terms by hand.",
)
TERM_NOT_FOUND = ErrorCode(
    "term.not_found",
    "the vocabulary {vocabulary!r} has no term {term!r}{meant}",
    "Give a key, a label, a synonym, or a path such as Places > Europe.",
)
TERM_AMBIGUOUS = ErrorCode(
    "term.ambiguous",
    "several terms of the vocabulary {vocabulary!r} are called {term!r}: {keys}",
    "Give the key of one of them, or its path.",
)
LABEL_INVALID = ErrorCode(
    "term.label_invalid",
    "{label!r} is not a valid label",
    "Give 1 to {max_length} characters that can be shown.",
)
NOTE_INVALID = ErrorCode("term.note_invalid", "the note is not valid", "Give 1 to {max_length} characters.")
LABEL_TAKEN = ErrorCode(
    "term.label_taken",
    "there is a term {label!r} at this place already: {key}",
    "Use that term, or merge the two.",
)
CYCLE = ErrorCode(
    "term.cycle",
    "{term!r} cannot be below {parent!r}, which is {term!r} itself or one of its narrower terms",
    "Choose a term outside of its branch.",
)
TOO_DEEP = ErrorCode(
    "term.too_deep", "the tree would be deeper than {limit} levels", "Choose a place further up."
)
MERGE_SELF = ErrorCode(
    "term.merge_self", "{term!r} cannot be merged into itself", "Give two different terms."
)
MERGE_NARROWER = ErrorCode(
    "term.merge_narrower",
    "{term!r} cannot be merged into {target!r}, which is one of its narrower terms",
    "Merge the narrower term into the broader one, or move it out of the branch before.",
)
NOT_ACTIVE = ErrorCode(
    "term.not_active",
    "the term {term!r} is {state}",
    "Add it again, or undo what retired it.",
)
NOT_PROPOSED = ErrorCode(
    "term.not_proposed",
    "the term {term!r} is {state}: only proposed ones can be approved",
    "The list of proposals shows which wait.",
)
HAS_NARROWER = ErrorCode(
    "term.has_narrower",
    "{term!r} has narrower terms that are not retired: {count}",
    "Move them, or retire them as well.",
)
NOTHING_CHANGED = ErrorCode(
    "term.nothing_changed", "the term {term!r} is like that already", "Nothing needs to be done."
)
LAST_LABEL = ErrorCode(
    "term.last_label",
    "{label!r} is the only preferred label of the term {term!r}",
    "Give it another preferred label before, or rename it.",
)
LABEL_MISSING = ErrorCode(
    "term.label_missing",
    "the term {term!r} has no label {label!r}",
    "The details of the term show its labels.",
)
TOO_MANY_TERMS = ErrorCode(
    "vocabulary.too_many_terms",
    "a vocabulary has {limit} terms at most",
    "Import a part of the file, or make several vocabularies.",
)
NO_RDF = ErrorCode(
    "vocabulary.no_rdf",
    "SKOS needs a package that is not installed: {package}",
    "Install dampipe with its extra vocab, or use CSV.",
)
FORMAT_UNKNOWN = ErrorCode(
    "vocabulary.format_unknown",
    "the format of {name!r} is not known",
    "Say which one it is: {formats}.",
)
FILE_INVALID = ErrorCode(
    "vocabulary.file_invalid",
    "the file is not valid {format}: {problem}",
    "Mend the file, or say which format it has.",
)
FILE_UNREADABLE = ErrorCode(
    "vocabulary.file_unreadable", "{path} cannot be read: {problem}", "Give a file that can be read."
)
FILE_TOO_LARGE = ErrorCode(
    "vocabulary.file_too_large",
    "the file has more than {limit} MiB",
    "Import a part of it.",
)
FILE_EMPTY = ErrorCode(
    "vocabulary.file_empty",
    "the file has no terms",
    "A SKOS file has concepts (skos:Concept) with labels, a CSV file a line a term.",
)
REMOTE_CONTEXT = ErrorCode(
    "vocabulary.remote_context",
    "the file refers to a JSON-LD context elsewhere, which is never fetched: {url}",
    "Put the context itself into the file.",
)
ENTITIES = ErrorCode(
    "vocabulary.entities",
    "the file declares XML entities that are not accepted: {entity}",
    "Only short entities without references to others are, as namespaces use them.",
)
SEVERAL_SCHEMES = ErrorCode(
    "vocabulary.several_schemes",
    "the file has several concept schemes: {schemes}",
    "Choose one of them.",
)
SCHEME_UNKNOWN = ErrorCode(
    "vocabulary.scheme_unknown",
    "the file has no concept in a scheme {scheme!r}",
    "It has these: {schemes}",
)
RETIRES_MANY = ErrorCode(
    "vocabulary.retires_many",
    "the file lacks {count} of {total} imported terms, which would be retired",
    "If this is meant, say so; else keep them, or import the right file.",
)
CSV_COLUMNS = ErrorCode(
    "vocabulary.csv_columns",
    "the first line of the CSV file is not valid: {problem}",
    "It has the column path or label, and optionally key, parent, uri, state, label@LANGUAGE, synonyms@LANGUAGE.",
)
CSV_ROW = ErrorCode(
    "vocabulary.csv_row", "line {line} of the CSV file is not valid: {problem}", "Mend this line."
)
CURSOR_INVALID = ErrorCode(
    "vocabulary.cursor_invalid",
    "the cursor is not valid",
    "Use the one that the part before has named as the next.",
)
FILE_UNWRITABLE = ErrorCode(
    "vocabulary.file_unwritable", "{path} cannot be written: {problem}", "Choose another file."
)
BODY_MISSING = ErrorCode(
    "vocabulary.body_missing", "the request has no file in its body", "Send the file as it is."
)
IMPORTS_WAITING = ErrorCode(
    "vocabulary.imports_waiting", "another vocabulary is being imported", "Try again in a while."
)
