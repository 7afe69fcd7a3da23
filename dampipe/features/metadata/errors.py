"""What can be wrong with values of fields, and with schemas."""

from dampipe.kernel.errors import ErrorCode

VALUE_INVALID = ErrorCode(
    "metadata.value_invalid", "{value!r} is not a valid {label}: {reason}", "Give {expected}."
)
TERM_UNKNOWN = ErrorCode(
    "metadata.term_unknown",
    "the vocabulary {vocabulary!r} of the field {key!r} has no term {value!r}{meant}",
    "Give a term of the vocabulary, by its label or one of its synonyms.",
)
REFERENCE_UNKNOWN = ErrorCode(
    "metadata.reference_unknown",
    "{label}: there is no asset {value!r}",
    "Give the SHA-1 of an asset, or its beginning.",
)
VOCABULARY_UNKNOWN = ErrorCode(
    "metadata.vocabulary_unknown",
    "the field {key!r} refers to the vocabulary {vocabulary!r}, which does not exist",
    "Create the vocabulary first.",
)
NOT_FILLED = ErrorCode("metadata.not_filled", "{label} is empty", "Fill it in first.")
NOT_MULTIPLE = ErrorCode("metadata.not_multiple", "{label} takes one value, not {count}", "Give one value.")
TOO_MANY_VALUES = ErrorCode(
    "metadata.too_many_values",
    "{label} would have {count} values",
    "An asset has up to {most} values of a field.",
)
READ_ONLY = ErrorCode(
    "metadata.read_only", "{label} is read-only", "It is read from the file, or the schema says so."
)
ROLE_MISSING = ErrorCode("metadata.role_missing", "{actor} may not write {label}", "The role {role} may.")
VALUE_CHANGED = ErrorCode(
    "metadata.changed_meanwhile",
    "{label} was changed meanwhile by {by}: it is {theirs} now, not {mine}",
    "Compare both values, and write the one that is right.",
)
OPERATOR_INVALID = ErrorCode(
    "metadata.operator_invalid",
    "{label} cannot be compared by {operator!r}",
    "It can be compared by {operators}.",
)
COMPARISON_INVALID = ErrorCode(
    "metadata.comparison_invalid",
    "{text!r} is not a comparison of a field",
    "Give a field, =, !=, <, <=, >, >= or ~ and a value, as in rating>=3; or a field alone: it has a value.",
)
NOT_SORTABLE = ErrorCode(
    "metadata.not_sortable", "assets cannot be sorted by {label}", "They can be sorted by {keys}."
)
OPERATION_UNKNOWN = ErrorCode(
    "metadata.operation_not_found", "there is no change {operation}", "The history lists the changes."
)
NOTHING_TO_UNDO = ErrorCode("metadata.nothing_to_undo", "{actor} has not changed anything that can be undone")
UNDONE_ALREADY = ErrorCode("metadata.undone_already", "the change {operation} was undone already")
CANNOT_UNDO = ErrorCode(
    "metadata.cannot_undo", "the change {operation} cannot be undone alone: {reason}", "{remedy}"
)
SCHEMA_INVALID = ErrorCode("schema.invalid", "the schema is not valid: {problem}", "Correct it in {place}.")
SCHEMA_BREAKS = ErrorCode(
    "schema.breaks_values",
    "the schema would break {values} values of {fields}",
    "Check it to see which; say for each field whether its values are to be kept or cleared, or change the schema.",
)
SCHEMA_CANNOT_KEEP = ErrorCode(
    "schema.cannot_keep",
    "values of {key!r} cannot be kept: {reason}",
    "Have them cleared, which can be undone, or change the schema.",
)
SCHEMA_CHANGED = ErrorCode(
    "schema.changed_meanwhile",
    "the schema was changed meanwhile: its version is {version}, not {expected}",
    "Check the schema again.",
)
SCHEMA_NOTHING_TO_UNDO = ErrorCode("schema.nothing_to_undo", "no change of the schema can be undone")
CSV_NO_ASSETS = ErrorCode(
    "metadata.csv_no_assets",
    "the file has no column asset.sha1",
    "The first row names the columns: asset.sha1 says which asset a row is about, the others are keys of fields.",
)
CSV_ENCODING = ErrorCode(
    "metadata.csv_encoding",
    "the file is not {encoding}: byte {byte} in line {line} cannot be read",
    "Save it as CSV UTF-8, or say which encoding it has: spreadsheets on Windows often write cp1252.",
)
CSV_INVALID = ErrorCode(
    "metadata.csv_invalid",
    "row {row} of the file is not valid CSV: {problem}",
    "Save the file once more as CSV.",
)
CSV_EMPTY = ErrorCode(
    "metadata.csv_empty", "the file is empty", "Give a CSV file whose first row names the columns."
)
CSV_TOO_LARGE = ErrorCode("metadata.csv_too_large", "the file has more than {limit} MiB", "Split it.")
CSV_BUSY = ErrorCode("metadata.csv_busy", "another import is being sent", "Try again in a minute.")
CSV_REFUSED = ErrorCode(
    "metadata.csv_refused",
    "nothing was imported: {count} errors, the first in row {row}, column {column!r}: {problem}",
    "Correct them, or import the rest without them.",
)
CSV_COLUMN_UNKNOWN = ErrorCode("metadata.csv_column_unknown", "there is no field {column!r}", "{remedy}")
CSV_COLUMN_TWICE = ErrorCode(
    "metadata.csv_column_twice", "the column {column!r} stands twice", "Remove one of them."
)
CSV_ASSET_UNKNOWN = ErrorCode(
    "metadata.csv_asset_unknown", "there is no asset {sha1!r}", "Give the whole SHA-1 of an asset."
)
CSV_ROW_TWICE = ErrorCode(
    "metadata.csv_row_twice", "row {first} is about the same asset", "Keep one of these rows."
)
CSV_ROW_LONG = ErrorCode(
    "metadata.csv_row_long", "the row has {cells} cells, more than there are columns", "Remove them."
)
CSV_QUOTES = ErrorCode(
    "metadata.csv_quotes",
    "the quotes of several values do not match: {value!r}",
    "Values are separated by |; one that holds | stands in double quotes, those within it doubled.",
)
CSV_NEW_TERM = ErrorCode(
    "metadata.csv_new_term",
    "the vocabulary {vocabulary!r} has no term {value!r}",
    "New terms are added only if that is asked for.",
)
CSV_CHANGED = ErrorCode(
    "metadata.csv_changed_meanwhile",
    "it was changed after the export, by {by}: it is {theirs} now",
    "It stays, unless replacing is asked for.",
)
CSV_KEPT = ErrorCode(
    "metadata.csv_kept",
    "{by} wrote {theirs}",
    "It stays, unless replacing is asked for: the file does not say from which value it was made.",
)
CSV_HIDDEN = ErrorCode(
    "metadata.csv_does_not_count",
    "what a source that comes first says still counts: {theirs}",
    "A person may take that back.",
)
CSV_READ_ONLY = ErrorCode(
    "metadata.csv_read_only", "{label} is read-only: it is {now}", "The cell is left out."
)
CSV_UNREADABLE = ErrorCode(
    "metadata.csv_unreadable", "{path} cannot be read: {reason}", "Check the name and the rights of the file."
)
CSV_UNWRITABLE = ErrorCode(
    "metadata.csv_unwritable",
    "{path} cannot be written: {reason}",
    "Name a file in a folder that is writable.",
)
