"""What to do next about errors of metadata, by face and error code."""

CLI = {
    "field.not_found": "`dampipe metadata fields` lists the fields.",
    "metadata.operation_not_found": "`dampipe metadata operations` lists the changes.",
    "metadata.nothing_to_undo": "`dampipe metadata operations` lists the changes of all.",
    "metadata.csv_new_term": "`--new-terms` adds it.",
    "metadata.csv_changed_meanwhile": "It stays, unless `--replace` is given.",
    "metadata.csv_kept": "It stays, unless `--replace` is given: the file does not say from which value it was made.",
    "metadata.csv_refused": "Correct them, or import the rest with `--partial`.",
    "metadata.csv_encoding": "Save it as CSV UTF-8, or give `--encoding`: spreadsheets on Windows often write cp1252.",
    "metadata.value_invalid": "`dampipe metadata fields` shows what each field takes.",
    "schema.breaks_values": "`dampipe schema check FILE` lists them; `--keep FIELD` and `--clear FIELD` decide.",
    "schema.changed_meanwhile": "Run `dampipe schema check FILE` again.",
}
PAGE = {
    "metadata.changed_meanwhile": "The form shows both values: save yours again, or take the other one.",
}
